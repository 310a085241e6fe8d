import { signedWidth, unsignedBits } from '../folding.js';
import type { Interval } from '../../network/index.js';
import { circuitBuilder, type Builder } from './builder.js';
import { bitOf, complement, FALSE, TRUE, type Circuit, type Literal } from './circuit.js';
import type { CellStage, LargestCell, MapCell, Reference, SumCell } from './cells.js';
import {
  addRows,
  binary,
  countGroups,
  heapBits,
  heapMost,
  heapOf,
  withConstant,
  type Adders,
  type Heap,
} from './heap.js';

/** A tensor that a stage reads, as bits: element after element, the lowest bit of each first. */
export interface TensorBits {
  readonly name: string;
  readonly elements: number;
  /** Of one element. */
  readonly width: number;
}

/** A stage as a circuit. Its inputs are the bits of `reads`, one tensor after the other. */
export interface StageCircuit {
  readonly name: string;
  readonly reads: readonly TensorBits[];
  readonly writes: TensorBits;
  readonly circuit: Circuit;
}

/** `bounds`: of the logits, which are written in two's complement; for other stages it does not matter. */
export function stageCircuit(
  stage: CellStage,
  reads: readonly TensorBits[],
  bounds: Interval,
  adders: Adders,
): StageCircuit {
  const builder = circuitBuilder(reads.reduce((sum, { elements, width }) => sum + elements * width, 0));
  const index = (from: Reference): readonly Literal[] => indexBits(from, reads);
  const width = stage.levels === null ? signedWidth(bounds) : Math.max(1, unsignedBits(stage.levels - 1));
  const outputs = stage.cells.flatMap((cell, number): readonly Literal[] => {
    builder.own(number);
    switch (cell.kind) {
      case 'sum':
        return sumBits(cell, index, width, builder, adders);
      case 'largest':
        return largestBits(cell, index, builder, adders);
      case 'map':
        return mapBits(cell, index, width, builder);
      case 'fixed':
        return constantBits(cell.index, width);
    }
  });
  return {
    name: stage.name,
    reads,
    writes: { name: stage.name, elements: stage.cells.length, width },
    circuit: builder.finish(outputs),
  };
}

function indexBits({ tensor, element }: Reference, reads: readonly TensorBits[]): readonly Literal[] {
  let first = 1;
  for (const { name, elements, width } of reads) {
    if (name === tensor) return Array.from({ length: width }, (_, k) => 2 * (first + element * width + k));
    first += elements * width;
  }
  throw new RangeError(`"${tensor}" is not read`);
}

const constantBits = (value: number, width: number): Literal[] =>
  Array.from({ length: width }, (_, k) => (Math.floor(value / 2 ** k) % 2 === 0 ? FALSE : TRUE));

// ---- Sums ----

type Entry = readonly [literal: Literal, column: number];

function sumBits(
  cell: SumCell,
  index: (from: Reference) => readonly Literal[],
  width: number,
  builder: Builder,
  adders: Adders,
): readonly Literal[] {
  let { constant } = cell;
  const entries = cell.terms.flatMap(({ from, values }) => {
    const term = termEntries(index(from), values, builder);
    constant += term.constant;
    return term.entries;
  });
  const heap = heapOf(entries, constant);
  const { countInputs, lookupInputs } = adders;
  if (cell.steps === null) {
    const counted = countGroups(withConstant(heap, width), builder, countInputs, 0);
    return binary(addRows(withConstant(counted, width), builder, 0)).slice(0, width);
  }
  const reached = heapMost(heap) + heap.constant;
  const passed = cell.steps.filter((step) => step <= heap.constant).length;
  const steps = cell.steps.slice(passed).filter((step) => step <= reached);
  if (steps.length === 0) return constantBits(passed, width);
  const direct = new Set(heap.columns.flat().map(bitOf)).size <= lookupInputs;
  if (direct)
    return fromBits(
      heap,
      steps.map((step) => step - heap.constant),
      passed,
      width,
      builder,
    );
  const small = addRows(countGroups(heap, builder, countInputs, lookupInputs), builder, lookupInputs);
  const relative = steps.map((step) => step - small.constant);
  if (heapBits(small) <= lookupInputs) return fromBits(small, relative, passed, width, builder);
  return fromSum(binary(small), relative, passed, width, builder);
}

/** One term as bits of a heap: the index bits times the factor where that is a product, else bits that are looked up. */
function termEntries(
  bits: readonly Literal[],
  values: readonly number[],
  builder: Builder,
): { readonly entries: readonly Entry[]; readonly constant: number } {
  const base = values[0] ?? 0;
  const factor = (values[1] ?? base) - base;
  const straight = values.every((value, index) => value === base + index * factor);
  const least = Math.min(...values);
  const most = Math.max(...values);
  const columns = Array.from({ length: unsignedBits(most - least) }, (_, k) => k);
  const digit = (index: number, k: number): number =>
    Math.floor(((values[Math.min(index, values.length - 1)] ?? 0) - least) / 2 ** k) % 2;
  const varying = columns.filter((k) => values.some((_, index) => digit(index, k) !== digit(0, k)));
  const digits = signedDigits(factor);
  if (straight && digits.length * bits.length <= varying.length) {
    let constant = base;
    const entries = digits.flatMap(({ sign, column }) =>
      bits.map((bit, k): Entry => {
        if (sign > 0) return [bit, column + k];
        constant -= 2 ** (column + k);
        return [complement(bit), column + k];
      }),
    );
    return { entries, constant };
  }
  return {
    entries: columns.map((k): Entry => [builder.lookup(bits, (index) => digit(index, k) === 1), k]),
    constant: least,
  };
}

/** The non-adjacent form of an integer: the fewest digits of 1 and -1. */
function signedDigits(value: number): { readonly sign: number; readonly column: number }[] {
  const found: { sign: number; column: number }[] = [];
  for (let rest = value, column = 0; rest !== 0; column++) {
    const odd = rest % 2 !== 0;
    const sign = odd ? (((rest % 4) + 4) % 4 === 1 ? 1 : -1) : 0;
    if (odd) found.push({ sign, column });
    rest = (rest - sign) / 2;
  }
  return found;
}

/** The index from few bits of a heap: a table of them. */
function fromBits(
  { columns }: Heap,
  steps: readonly number[],
  passed: number,
  width: number,
  builder: Builder,
): readonly Literal[] {
  const bits = [...new Set(columns.flat().map(bitOf))];
  const entries = columns.flatMap((column, k) =>
    column.map((literal) => ({ at: bits.indexOf(bitOf(literal)), flip: literal & 1, weight: 2 ** k })),
  );
  const indices = Array.from({ length: 2 ** bits.length }, (_, pattern) => {
    const sum = entries.reduce((so, { at, flip, weight }) => so + (((pattern >> at) & 1) ^ flip) * weight, 0);
    return passed + steps.filter((step) => step <= sum).length;
  });
  return Array.from({ length: width }, (_, k) =>
    builder.lookup(
      bits.map((bit) => 2 * bit),
      (pattern) => (((indices[pattern] ?? 0) >> k) & 1) === 1,
    ),
  );
}

/** The index from a binary sum: it is compared with every step; bit k of the index is the parity of every 2^k-th answer. */
function fromSum(
  sum: readonly Literal[],
  steps: readonly number[],
  passed: number,
  width: number,
  builder: Builder,
): readonly Literal[] {
  const answers = [
    ...Array.from({ length: passed }, () => TRUE),
    ...steps.map((step) => builder.atLeast(sum, step)),
  ];
  return Array.from({ length: width }, (_, k) =>
    tree(
      answers.filter((_answer, i) => (i + 1) % 2 ** k === 0),
      6,
      (few) => builder.lookup(few, (bits) => parity(bits)),
    ),
  );
}

const parity = (bits: number): boolean => (bits === 0 ? false : parity(bits & (bits - 1)) !== true);

/** Joins many into one, `size` at a time. */
function tree(
  literals: readonly Literal[],
  size: number,
  join: (few: readonly Literal[]) => Literal,
): Literal {
  if (literals.length === 0) return FALSE;
  let level = literals;
  while (level.length > 1) {
    const next: Literal[] = [];
    for (let at = 0; at < level.length; at += size) next.push(join(level.slice(at, at + size)));
    level = next;
  }
  return level[0] ?? FALSE;
}

// ---- The largest of some indices, and tables of one ----

function largestBits(
  { from }: LargestCell,
  index: (from: Reference) => readonly Literal[],
  builder: Builder,
  { lookupInputs }: Adders,
): readonly Literal[] {
  const all = from.map(index);
  const [first = []] = all;
  if (first.length === 1)
    return [tree(all.flat(), lookupInputs, (few) => builder.lookup(few, (bits) => bits !== 0))];
  return all.slice(1).reduce((a, b) => larger(a, b, builder), first);
}

/** a where a + (2^n - 1 - b) carries, which is where a > b; else b. */
function larger(a: readonly Literal[], b: readonly Literal[], builder: Builder): readonly Literal[] {
  const above = builder.add(a, b.map(complement)).at(-1) ?? FALSE;
  return a.map((bit, k) =>
    builder.lookup([bit, b[k] ?? FALSE, above], (x) => ((x & 4 ? x : x >> 1) & 1) === 1),
  );
}

function mapBits(
  { from, table }: MapCell,
  index: (from: Reference) => readonly Literal[],
  width: number,
  builder: Builder,
): readonly Literal[] {
  const bits = index(from);
  return Array.from({ length: width }, (_, k) =>
    builder.lookup(bits, (one) => (((table[Math.min(one, table.length - 1)] ?? 0) >> k) & 1) === 1),
  );
}
