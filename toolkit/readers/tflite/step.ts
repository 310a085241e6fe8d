import { InputError } from '../../errors.js';
import { quoted, type Constant, type Operation, type Sizes } from '../../graph/index.js';
import { scalar, type FlatTable, type Scalar } from './flat-table.js';
import type { GraphDraft } from '../graph-draft.js';

/** One operator of the file while it is translated. */
export interface Step {
  /** Of its first output; in messages and for what it makes. */
  readonly title: string;
  readonly where: string;
  readonly draft: GraphDraft;
  readonly options: FlatTable | null;
  readonly inputCount: number;
  readonly outputCount: number;
  /** The tensor that it reads at this place, or null if it is left out. */
  readonly optional: (place: number) => string | null;
  /** A constant that it reads as weights, its axes in another order and marked with its levels where it has some. */
  readonly weights: (place: number, order: readonly number[]) => string;
}

/** The outputs of an operator. */
export type Translate = (step: Step) => string | readonly string[];

export function failure(step: Step, what: string, next = 'Convert the model again.'): InputError {
  return new InputError(what, { where: `operator ${quoted(step.title)} of ${step.where}`, next });
}

/** The tensor that the operator reads at this place. */
export function input(step: Step, place: number): string {
  const name = step.optional(place);
  if (name === null) throw failure(step, `it has no input ${place}`);
  return name;
}

/** All that it reads. */
export function inputs(step: Step): readonly string[] {
  return Array.from({ length: step.inputCount }, (_, place) => input(step, place));
}

/** The integers that the operator reads at this place, which must be known from the file alone. */
export function integers(step: Step, place: number): readonly number[] {
  return [...constantValues(step, place)];
}

function constantValues(step: Step, place: number): Constant['values'] {
  const constant = step.draft.constant(input(step, place));
  if (
    constant === null ||
    !(constant.values instanceof Int32Array) ||
    constant.values.length > MOST_INTEGERS
  ) {
    throw failure(
      step,
      `its input ${place} is not a short list of integers that the file holds`,
      'Convert the model with fixed sizes of all tensors.',
    );
  }
  return constant.values;
}

/** Sizes, axes, paddings: a few per axis. */
const MOST_INTEGERS = 64;

export function sizesOf(step: Step, place: number): Sizes {
  return step.draft.sizes(input(step, place));
}

/** A setting of the operator. */
export function option(step: Step, field: number, type: Scalar, otherwise = 0): number {
  return step.options === null ? otherwise : scalar(step.options, field, type, otherwise);
}

export function add(step: Step, operation: Operation, read: readonly string[]): string {
  return step.draft.add(step.title, operation, read);
}

/** A constant of one value, to compute with. */
export function single(step: Step, value: number): string {
  return step.draft.addConstant(`${step.title}/constant`, { sizes: [], values: Float32Array.of(value) });
}

/** What the fused activation in this field of the options makes of a tensor. */
export function activated(step: Step, name: string, field: number): string {
  const activation = option(step, field, 'int8');
  const unary = (of: Extract<Operation, { kind: 'unary' }>['of']): string =>
    add(step, { kind: 'unary', of }, [name]);
  switch (activation) {
    case 0:
      return name;
    case 1:
      return unary({ kind: 'relu' });
    case 2:
      return unary({ kind: 'clip', least: -1, most: 1 });
    case 3:
      return unary({ kind: 'clip', least: 0, most: 6 });
    case 4:
      return unary({ kind: 'tanh' });
    default:
      throw failure(step, `its fused activation is number ${activation}, which is not supported`);
  }
}
