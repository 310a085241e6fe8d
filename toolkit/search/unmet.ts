import { BuildError } from '../errors.js';
import type { Unmet } from './search-levels.js';
import type { Budget, Trial } from './trial.js';

const bytes = (count: number): string => `${count.toLocaleString('en-US')} bytes`;
const loses = ({ text, drop }: Trial): string => `${text}, loses ${points(drop)} points`;

/** Points to the hundredth, rounded up so that as much is surely enough. */
const points = (drop: number): string => `${Math.ceil(drop * 100 - 1e-6) / 100}`;

/** Nothing met the budget: the nearest that was found, and what would have to give. */
export function unmetError({ smallest, nearest, accurate }: Unmet, { flash, drop }: Budget): BuildError {
  const where = '--budget';
  const others = 'or make the layers smaller';
  if (flash !== null && nearest === null) {
    return new BuildError(
      `no levels fit ${bytes(flash)} of flash: the smallest tables of those tried, ${smallest.text}, need ${bytes(smallest.flashBytes)} with the weights`,
      { where, next: `Allow flash=${smallest.flashBytes}, ${others}: weights take a byte each.` },
    );
  }
  const most = nearest ?? smallest;
  const train = `or train with quantization (tablize train --from), which loses less`;
  if (flash === null || accurate === null) {
    return new BuildError(
      `no levels ${flash === null ? '' : `that fit ${bytes(flash)} of flash `}keep the drop within ${drop ?? 0} points: the nearest, ${loses(most)}`,
      { where, next: `Allow drop=${points(most.drop)}, ${train}.` },
    );
  }
  return new BuildError(
    `no levels fit ${bytes(flash)} of flash and keep the drop within ${drop ?? 0} points: of those that fit the nearest, ${loses(most)}; ` +
      `of those that lose little enough the smallest, ${accurate.text}, needs ${bytes(accurate.flashBytes)}`,
    {
      where,
      next: `Allow drop=${points(most.drop)} or flash=${accurate.flashBytes}, ${train}.`,
    },
  );
}
