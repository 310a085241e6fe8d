import { ascending } from './ascending.js';
import type { ActivationRange } from './scheme.js';

/**
 * At most `count` equally spaced levels inside `range`, 0 among them: those with the smallest step that reach from
 * `least` <= 0 to `greatest` >= 0. With u levels below and v above 0,
 *
 *     step = max(-least / u, greatest / v),   u + v < count,   -u * step and v * step inside the range
 *
 * If no step does (2 levels cannot reach to both sides), the side that reaches farther has them all.
 */
export function gridFromZero(
  least: number,
  greatest: number,
  count: number,
  range: ActivationRange,
): Float32Array {
  const low = Math.max(-least, 0);
  const high = Math.max(greatest, 0);
  if (low === 0 && high === 0) return Float32Array.of(0);
  const lopsided = high >= low ? grid(0, count - 1, high) : grid(count - 1, 0, low);
  let best: Grid | undefined;
  for (let below = 0; below < count; below++) {
    for (let above = 0; above < count - below; above++) {
      const step = Math.max(low === 0 ? 0 : low / below, high === 0 ? 0 : high / above);
      const found = { below, above, step };
      if (isInside(found, range) && isFiner(found, best)) best = found;
    }
  }
  return valuesOf(best ?? lopsided);
}

interface Grid {
  readonly below: number;
  readonly above: number;
  readonly step: number;
}

const grid = (below: number, above: number, reach: number): Grid => ({
  below,
  above,
  step: reach / (below + above),
});

/** The slack lets a step that is a quotient of the range's end reach it in spite of its rounding. */
function isInside({ below, above, step }: Grid, { least, greatest }: ActivationRange): boolean {
  const slack = 1 + 1e-12;
  // With step = Infinity (a side that must be reached and has no level) both are false or NaN.
  return below * step <= -least * slack && above * step <= greatest * slack && step < Infinity;
}

/** A smaller step; of equal ones more levels, and first those above 0. */
function isFiner(found: Grid, best: Grid | undefined): boolean {
  if (best === undefined) return true;
  if (found.step !== best.step) return found.step < best.step;
  return found.below + found.above > best.below + best.above;
}

const valuesOf = ({ below, above, step }: Grid): Float32Array =>
  ascending(Array.from({ length: below + above + 1 }, (_, i) => (i - below) * step));
