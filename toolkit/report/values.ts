import type { TableNetwork } from '../network/index.js';
import type { ValueErrors } from '../tablize/index.js';
import { grouped } from './text.js';

/** Of a network whose outputs are values: what its integers stand for, and how far they are from the float network's. */
export interface ValuesReport extends NonNullable<TableNetwork['output']['values']> {
  /** Null where the float network is not at hand. */
  readonly error: ValueErrors | null;
}

/** Null of a network of classes. */
export function valuesReport(
  { output: { values } }: TableNetwork,
  error: ValueErrors | null,
): ValuesReport | null {
  return values === undefined ? null : { ...values, error };
}

/** The same for people. */
export function valuesLines(report: ValuesReport | null): string[] {
  if (report === null) return [];
  const { scale, offset, activation, error } = report;
  const value = `integer * ${short(scale)}${offset === 0 ? '' : ` + ${short(offset)}`}`;
  const meaning = `outputs are values: ${activation === null || activation === 'linear' ? value : `${activation}(${value})`}`;
  return [
    meaning,
    error === null
      ? 'their error is told where the trained model is given with --calibrate'
      : errorLine(error),
  ];
}

/** Mean and largest error, and the range of what they are errors of. */
export const errorLine = ({ images, mean, largest, float }: ValueErrors): string =>
  `error of the values against the float network: ${short(mean)} on average, at most ${short(largest)}; its outputs are ${short(float.least)} to ${short(float.greatest)}, on ${grouped(images)} pictures`;

const short = (value: number): string => String(Number(value.toPrecision(4)));
