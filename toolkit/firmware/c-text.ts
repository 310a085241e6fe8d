import type { Interval } from '../network/index.js';

export type IntegerType = 'int8_t' | 'int16_t' | 'int32_t';

/** The smallest signed type that holds an interval of 32-bit integers. */
export function integerType({ min, max }: Interval): IntegerType {
  const fits = (bits: number): boolean => min >= -(2 ** (bits - 1)) && max < 2 ** (bits - 1);
  return fits(8) ? 'int8_t' : fits(16) ? 'int16_t' : 'int32_t';
}

export type CInteger = IntegerType | 'uint8_t' | 'uint16_t' | 'uint32_t';

export const BYTES: Readonly<Record<CInteger, number>> = {
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  uint16_t: 2,
  int32_t: 4,
  uint32_t: 4,
};

/** A C literal. The smallest 32-bit integer has none: C reads the minus sign as an operator. */
export function literal(value: number): string {
  if (!Number.isInteger(value)) throw new RangeError(`not an integer: ${value}`);
  if (value > 2 ** 31 - 1) return `${value}u`;
  return value === -(2 ** 31) ? '(-2147483647 - 1)' : String(value);
}

const WIDTH = 110;

/** Literals with commas, filled into indented lines. */
export function fillLines(values: readonly number[]): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const value of values) {
    const item = `${literal(value)},`;
    if (line !== '' && line.length + 1 + item.length > WIDTH - 2) {
      lines.push(`  ${line}`);
      line = '';
    }
    line = line === '' ? item : `${line} ${item}`;
  }
  return line === '' ? lines : [...lines, `  ${line}`];
}

/** A field of a struct: its C text, or a struct of its own. */
export type Field = readonly [name: string, value: string | number | readonly Field[]];

/** Designated initializers, one per line. */
export function initializerLines(fields: readonly Field[], indent = '  '): readonly string[] {
  return fields.flatMap(([name, value]) =>
    typeof value === 'object'
      ? [`${indent}.${name} = {`, ...initializerLines(value, `${indent}  `), `${indent}},`]
      : [`${indent}.${name} = ${value},`],
  );
}
