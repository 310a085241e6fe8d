import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../toolkit/errors.js';
import { evaluateGraph, type Graph } from '../../../toolkit/graph/index.js';
import { TYPE } from '../../../toolkit/readers/onnx/data-types.js';
import {
  modelMessage,
  tensorMessage,
  type NodeMessage,
  type ValueMessage,
} from '../../../toolkit/readers/onnx/messages.js';
import { translationOf } from '../../../toolkit/readers/onnx/operators/index.js';
import { readOnnx } from '../../../toolkit/readers/onnx/index.js';
import { readTensor, type OnnxTensor } from '../../../toolkit/readers/onnx/tensors.js';

/** ONNX's own test data: Debian's package libonnx-testdata, or a folder like its one that ONNX_TESTDATA names. */
export const TEST_DATA = process.env['ONNX_TESTDATA'] ?? '/usr/share/libonnx-testdata/data';

/** Folders that hold a model and its inputs and outputs, relative to the data. */
export function caseNames(): readonly string[] {
  return readdirSync(TEST_DATA)
    .flatMap((group) => readdirSync(join(TEST_DATA, group)).map((name) => `${group}/${name}`))
    .filter((name) => existsSync(join(TEST_DATA, name, 'model.onnx')))
    .sort();
}

/** What became of a case: it agrees, it differs (and how), or the reader or the evaluator refused it. */
export type Outcome =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly how: string }
  | { readonly kind: 'refused'; readonly error: InputError };

interface Given {
  readonly name: string;
  readonly tensor: OnnxTensor;
}

/** @throws anything that the reader or evaluator threw but an InputError. */
export function runCase(name: string): Outcome {
  const folder = join(TEST_DATA, name);
  const bytes = readFileSync(join(folder, 'model.onnx'));
  const graph = modelMessage(bytes).graph;
  const held = new Set(graph?.initializers.map((tensor) => tensor.name));
  const open = graph?.inputs.filter((input) => !held.has(input.name)) ?? [];
  try {
    if (!isSupported(name)) readOnnx(bytes, name);
    const inputs = tensors(folder, 'input', open).map((tensor, i) => ({ name: open[i]?.name ?? '', tensor }));
    return compare(readFixing(bytes, name, inputs), inputs, tensors(folder, 'output', graph?.outputs ?? []));
  } catch (error) {
    if (error instanceof InputError) return { kind: 'refused', error };
    throw error;
  }
}

/** Whether all operators of a case are supported in some form. */
export function isSupported(name: string): boolean {
  return operatorsOf(name).every(({ domain, operator }) => translationOf(domain, operator) !== undefined);
}

/** Operators of a case's nodes. */
export function operatorsOf(name: string): readonly NodeMessage[] {
  return modelMessage(readFileSync(join(TEST_DATA, name, 'model.onnx'))).graph?.nodes ?? [];
}

/** Inputs such as new sizes must be known to the reader: first none is fixed, then all but the first, then all. */
function readFixing(bytes: Uint8Array, where: string, inputs: readonly Given[]): Graph {
  const fixedFrom = (first: number): Graph =>
    readOnnx(bytes, where, { fixed: new Map(inputs.slice(first).map(({ name, tensor }) => [name, tensor])) });
  for (const first of [inputs.length, 1]) {
    try {
      return fixedFrom(first);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return fixedFrom(0);
}

function compare(graph: Graph, inputs: readonly Given[], expected: readonly OnnxTensor[]): Outcome {
  const values = new Map(inputs.map(({ name, tensor }) => [name, Float32Array.from(tensor.values)]));
  const outputs = evaluateGraph(graph, values);
  for (const [i, wanted] of expected.entries()) {
    const got = outputs.get(graph.outputs[i] ?? '');
    if (got?.sizes.join() !== wanted.sizes.join()) {
      return { kind: 'differs', how: `output ${i}: sizes ${got?.sizes.join()} for ${wanted.sizes.join()}` };
    }
    const bad = wanted.values.findIndex((value, k) => !isNear(got.values[k] ?? NaN, value));
    if (bad >= 0) {
      return {
        kind: 'differs',
        how: `output ${i}, value ${bad}: ${got.values[bad]} for ${wanted.values[bad]}`,
      };
    }
  }
  return { kind: 'agrees' };
}

function isNear(got: number, wanted: number): boolean {
  return (
    Object.is(got, wanted) || got === wanted || Math.abs(got - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted))
  );
}

/** In the types that the model says: half floats lie in the files as the integers of their bits. */
function tensors(
  folder: string,
  kind: 'input' | 'output',
  of: readonly ValueMessage[],
): readonly OnnxTensor[] {
  const data = join(folder, 'test_data_set_0');
  const files = existsSync(data) ? readdirSync(data).filter((file) => file.startsWith(`${kind}_`)) : [];
  return files.map((_, i) => {
    const message = tensorMessage(readFileSync(join(data, `${kind}_${i}.pb`)));
    const type = of[i]?.type === TYPE.bfloat16 ? TYPE.bfloat16 : message.type;
    return readTensor({ ...message, type }, `${kind} ${i}`, () => new Uint8Array());
  });
}
