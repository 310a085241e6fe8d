import { FALSE, isConstant, TRUE, type Literal } from './circuit.js';
import type { Builder } from './builder.js';

/**
 * Bits that are to be added, in columns: a bit of column k counts 2^k. Column by column, the lowest first.
 * `constant` is added too.
 */
export interface Heap {
  readonly columns: readonly (readonly Literal[])[];
  readonly constant: number;
}

/** How the target adds. */
export interface Adders {
  /** A function of no more bits than this is written as one table, and left to the synthesis. */
  readonly lookupInputs: number;
  /** Inputs of a counter: 6 where three lookup tables count six bits, else 3 (a full adder). */
  readonly countInputs: number;
}

export const heapBits = ({ columns }: Heap): number =>
  columns.reduce((sum, column) => sum + column.length, 0);

/** The largest sum that the bits can have. */
export const heapMost = ({ columns }: Heap): number =>
  columns.reduce((sum, column, k) => sum + column.length * 2 ** k, 0);

/** Gathers bits; constant ones go into the constant, two equal ones become one of the next column. */
export function heapOf(
  entries: readonly (readonly [literal: Literal, column: number])[],
  constant: number,
): Heap {
  const columns: Literal[][] = [];
  let rest = constant;
  for (const [literal, column] of entries) {
    if (literal === TRUE) rest += 2 ** column;
    else if (literal !== FALSE) (columns[column] ??= []).push(literal);
  }
  const settled: Literal[][] = [];
  for (let k = 0; k < columns.length; k++) {
    const seen = new Map<Literal, number>();
    for (const literal of columns[k] ?? []) seen.set(literal, (seen.get(literal) ?? 0) + 1);
    settled[k] = [];
    for (const [literal, times] of seen) {
      if (times % 2 === 1) settled[k]?.push(literal);
      for (let pair = 0; pair < Math.floor(times / 2); pair++) (columns[k + 1] ??= []).push(literal);
    }
  }
  return { columns: Array.from(settled, (column) => column), constant: rest };
}

/**
 * Counts full groups of equal weight until none is left: each count of n bits in one column becomes one bit in each of the next
 * columns. Groups are formed in the order of the bits, so that heaps with the same bits share counters.
 */
export function countGroups(heap: Heap, builder: Builder, size: number, enough: number): Heap {
  let current = heap;
  for (;;) {
    if (heapBits(current) <= enough) return current;
    const { columns } = current;
    const next: Literal[][] = [];
    let counted = false;
    columns.forEach((column, k) => {
      const sorted = column.filter((bit) => !isConstant(bit)).sort((a, b) => a - b);
      const groups = Math.floor(sorted.length / size);
      for (let g = 0; g < groups; g++) {
        counted = true;
        builder.count(sorted.slice(g * size, (g + 1) * size)).forEach((bit, digit) => {
          (next[k + digit] ??= []).push(bit);
        });
      }
      (next[k] ??= []).push(...sorted.slice(groups * size), ...column.filter(isConstant));
    });
    if (!counted) return current;
    current = { columns: Array.from(next, (column) => column), constant: current.constant };
  }
}

/**
 * Adds rows two at a time, the lowest columns first, until no column has more than one bit or only `enough` bits are left.
 */
export function addRows(heap: Heap, builder: Builder, enough: number): Heap {
  const columns = heap.columns.map((column) => [...column]);
  for (;;) {
    const from = columns.findIndex((column) => column.length > 1);
    if (from < 0 || heapBits({ ...heap, columns }) <= enough) return { ...heap, columns };
    const a: Literal[] = [];
    const b: Literal[] = [];
    for (let k = from; (columns[k]?.length ?? 0) > 1; k++) {
      a.push(columns[k]?.shift() ?? FALSE);
      b.push(columns[k]?.shift() ?? FALSE);
    }
    builder.add(a, b).forEach((bit, digit) => {
      (columns[from + digit] ??= []).push(bit);
    });
  }
}

/** The binary number that a heap with at most one bit a column is, lowest bit first. */
export const binary = ({ columns }: Heap): readonly Literal[] => columns.map((column) => column[0] ?? FALSE);

/** The constant as bits of the heap, modulo 2^width; columns from `width` on are left out. */
export function withConstant({ columns, constant }: Heap, width: number): Heap {
  return {
    columns: Array.from({ length: width }, (_, k) => [
      ...(columns[k] ?? []),
      ...(Math.floor(constant / 2 ** k) % 2 === 0 ? [] : [TRUE]),
    ]),
    constant: 0,
  };
}
