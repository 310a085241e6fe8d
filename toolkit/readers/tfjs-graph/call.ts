import { InputError } from '../../errors.js';
import { quoted, type BinaryName, type Operation, type Sizes, type Unary } from '../../graph/index.js';
import { axisOf } from '../axes.js';
import type { GraphDraft } from '../graph-draft.js';
import type { NodeDef } from './node-def.js';

/** One node while it is translated. */
export interface Call {
  readonly node: NodeDef;
  readonly where: string;
  readonly draft: GraphDraft;
  /** Tensors of the graph. */
  readonly inputs: readonly string[];
}

/** The outputs of a node. */
export type Translate = (call: Call) => string | readonly string[];

export function failure(call: Call, what: string, next = 'Convert the model again.'): InputError {
  const { op, name } = call.node;
  return new InputError(what, { where: `${quoted(op)} node ${quoted(name)} of ${call.where}`, next });
}

export function input(call: Call, place: number): string {
  const name = call.inputs.at(place);
  if (name === undefined) throw failure(call, `it has no input ${place}`);
  return name;
}

export function sizesOf(call: Call, place: number): Sizes {
  return call.draft.sizes(input(call, place));
}

export function add(call: Call, operation: Operation, read: readonly string[]): string {
  return call.draft.add(call.node.name, operation, read);
}

export function compute(call: Call, of: BinaryName, a: string, b: string): string {
  return add(call, { kind: 'binary', of }, [a, b]);
}

export function apply(call: Call, of: Unary, name: string): string {
  return add(call, { kind: 'unary', of }, [name]);
}

/** Sizes, axes, paddings: a few per axis. */
const MOST_INTEGERS = 64;

/** The integers that the node reads at this place, which must be known from the file alone. */
export function integers(call: Call, place: number): readonly number[] {
  const values = call.draft.constant(input(call, place))?.values;
  if (values instanceof Int32Array && values.length <= MOST_INTEGERS) return [...values];
  throw failure(
    call,
    `its input ${place} is not a short list of integers that the file holds`,
    'Convert the model with fixed sizes of all tensors.',
  );
}

export function checkedAxis(call: Call, axis: number, rank: number): number {
  const found = axisOf(axis, rank);
  if (found === null) throw failure(call, `there is no axis ${axis} among ${rank}`);
  return found;
}

/** A tensor with other sizes; itself if it has them already. Constants are changed at once. */
export function reshaped(call: Call, name: string, sizes: readonly number[]): string {
  const from = call.draft.sizes(name);
  if (from.length === sizes.length && from.every((size, axis) => size === sizes[axis])) return name;
  const constant = call.draft.constant(name);
  const fits = from.reduce((a, b) => a * b, 1) === sizes.reduce((a, b) => a * b, 1);
  if (constant !== null && fits) return call.draft.addConstant(name, { sizes, values: constant.values });
  return add(call, { kind: 'reshape', sizes }, [name]);
}
