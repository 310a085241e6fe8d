import { InputError } from '../../errors.js';
import { elements, quoted } from '../../graph/index.js';
import type { Builder } from './builder.js';
import { TYPE, type DataType } from './data-types.js';
import type { AttributeMessage, NodeMessage } from './messages.js';
import { stored, type OnnxTensor } from './tensors.js';
import type { Apply, KnownValue, Value } from './value.js';

/** A node of the file, with what its inputs stand for; what an operator's translation reads. */
export interface Call {
  readonly operator: string;
  /** Of its set of operators. */
  readonly version: number;
  readonly where: string;
  readonly inputs: readonly (Value | null)[];
  /** How many outputs are there, and whether one is used at all. */
  readonly outputs: readonly string[];
  readonly apply: Apply;
  readonly spend: (count: number) => void;
  readonly fail: (what: string, next?: string) => InputError;
  readonly input: (index: number) => Value;
  readonly optional: (index: number) => Value | null;
  /** An input that must be known when the file is read, such as new sizes. */
  readonly known: (index: number, what: string) => KnownValue;
  readonly has: (attribute: string) => boolean;
  readonly integer: (attribute: string, otherwise: number) => number;
  readonly float: (attribute: string, otherwise: number) => number;
  readonly text: (attribute: string, otherwise: string) => string;
  readonly integers: (attribute: string) => readonly number[] | null;
  readonly attribute: (name: string) => AttributeMessage | null;
  /** A value that the translation makes up. */
  readonly make: (
    sizes: readonly number[],
    values: readonly number[] | OnnxTensor['values'],
    type?: DataType,
  ) => KnownValue;
}

/** What an operator gives, from the call: its outputs in order. */
export type Translation = (call: Call) => Value | readonly Value[];

export type Translations = Readonly<Record<string, Translation>>;

const MISSING: AttributeMessage = {
  float: null,
  integer: null,
  text: null,
  tensor: null,
  floats: [],
  integers: [],
};

export function createCall(
  node: NodeMessage,
  inputs: readonly (Value | null)[],
  version: number,
  where: string,
  builder: Builder,
): Call {
  const fail = (what: string, next = 'Check the model, or export it anew.'): InputError =>
    new InputError(what, { where, next });
  const input = (index: number): Value => {
    const value = inputs[index] ?? null;
    if (value === null) throw fail(`its input ${index + 1} is missing`);
    return value;
  };
  const attribute = (name: string): AttributeMessage => node.attributes.get(name) ?? MISSING;
  const base = node.name === '' ? (node.outputs[0] ?? '') : node.name;
  return {
    operator: node.operator,
    version,
    where,
    inputs,
    outputs: node.outputs,
    apply: builder.applyFor(base, where),
    spend: (count) => builder.spend(count, where),
    fail,
    input,
    optional: (index) => inputs[index] ?? null,
    known: (index, what) => {
      const value = input(index);
      if (value.kind === 'known') return value;
      throw fail(
        `its input ${index + 1}, ${what}, is computed from the network's input; only a constant is supported`,
        'Export the model with fixed sizes, and simplify it.',
      );
    },
    has: (name) => node.attributes.has(name),
    integer: (name, otherwise) => attribute(name).integer ?? otherwise,
    float: (name, otherwise) => attribute(name).float ?? otherwise,
    text: (name, otherwise) => attribute(name).text ?? otherwise,
    integers: (name) => (node.attributes.has(name) ? attribute(name).integers : null),
    attribute: (name) => node.attributes.get(name) ?? null,
    make: (sizes, values, type = TYPE.float) => ({
      kind: 'known',
      type,
      sizes,
      values: stored(values, type),
      name: base,
    }),
  };
}

/** An axis counted from the front. @throws InputError if there is none. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(found) && found >= 0 && found < rank) return found;
  throw call.fail(`there is no axis ${axis} among ${rank}`);
}

/** Integers that are an attribute in older versions and an input in newer ones; null if neither is there. */
export function integersOf(call: Call, attribute: string, index: number): readonly number[] | null {
  if (call.optional(index) !== null) return [...call.known(index, quoted(attribute)).values];
  return call.integers(attribute);
}

/** The one number that a known value holds. */
export function numberOf(call: Call, value: KnownValue): number {
  if (elements(value.sizes) !== 1) throw call.fail('a list where one number is needed');
  return value.values[0] ?? 0;
}
