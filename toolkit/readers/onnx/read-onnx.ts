import { InputError, TablizeError } from '../../errors.js';
import { checkElements, quoted, type Graph, type GraphInput } from '../../graph/index.js';
import { createBuilder, type Builder } from './builder.js';
import { createCall } from './call.js';
import { isDataType, TYPE, typeName, type DataType } from './data-types.js';
import { externalIn } from './external-data.js';
import { labelsFrom } from './labels.js';
import { plain } from './levels.js';
import {
  modelMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type ValueMessage,
} from './messages.js';
import { translationOf } from './operators/index.js';
import { readTensor, type External, type OnnxTensor } from './tensors.js';
import type { Value } from './value.js';

export interface OnnxOptions {
  /** The model's folder, where the data of its tensors may lie in other files; without it they must be in the model. */
  readonly folder?: string;
  /** Inputs of the model that always have one value. */
  readonly fixed?: ReadonlyMap<string, OnnxTensor>;
}

/** Versions of the operators that are known. */
const OPSETS = { least: 1, most: 21 };

/** More nodes than this no network for such small devices has. */
const MOST_NODES = 2 ** 16;

/**
 * Reads an ONNX model (.onnx), or a QONNX one, as a graph whose sizes are all known: a batch without a size is 1, and
 * arithmetic on sizes is done here. Inputs and outputs keep the order of axes that the file has; around convolutions
 * and poolings are transposes.
 *
 * @param where - the file, for messages.
 * @throws InputError if the bytes are no such model, sizes are not fixed, or an operator is not supported, naming it
 * and its node.
 */
export function readOnnx(bytes: Uint8Array, where: string, options: OnnxOptions = {}): Graph {
  const model = parse(bytes, where);
  const { graph } = model;
  if (graph === null || graph.nodes.length === 0) throw notAModel(where);
  if (graph.sparse)
    throw new InputError('sparse tensors are not supported', { where, next: 'Save the weights in full.' });
  if (graph.nodes.length > MOST_NODES) {
    throw new InputError(`${graph.nodes.length} nodes; ${MOST_NODES} are supported`, {
      where,
      next: 'Give a smaller model.',
    });
  }
  const version = versionOf(model, where);
  const builder = createBuilder(namesOf(graph));
  const values = initialValues(graph, where, externalIn(options.folder ?? null));
  const inputs = graph.inputs
    .filter(({ name }) => !values.has(name))
    .flatMap((input) => readInput(input, values, options, where));
  for (const node of graph.nodes) translate(node, values, version, where, builder);
  const outputs = graph.outputs.map(({ name }) => outputName(name, values, builder, where));
  const result = {
    name: graph.name,
    inputs,
    nodes: builder.nodes,
    constants: builder.constants,
    outputs,
  };
  const [last] = graph.outputs;
  const size = last === undefined ? undefined : values.get(last.name)?.sizes.at(-1);
  return { ...result, labels: labelsFrom(model.metadata, size ?? 0) };
}

function parse(bytes: Uint8Array, where: string): ModelMessage {
  try {
    return modelMessage(bytes);
  } catch (cause) {
    if (cause instanceof TablizeError) throw cause;
    throw notAModel(where, cause);
  }
}

function notAModel(where: string, cause?: unknown): InputError {
  return new InputError('not an ONNX model, or a damaged one', {
    where,
    next: 'Give a .onnx file, whole, as torch.onnx.export or tf2onnx write it.',
    cause,
  });
}

/** The version of ONNX's own operators; 0 if there are none of them. */
function versionOf({ opsets, graph }: ModelMessage, where: string): number {
  const version = opsets.get('') ?? opsets.get('ai.onnx') ?? 0;
  if (version >= OPSETS.least && version <= OPSETS.most) return version;
  if (version === 0 && graph?.nodes.every(({ domain }) => domain !== '' && domain !== 'ai.onnx'))
    return version;
  throw new InputError(`operators of version ${version}; ${OPSETS.least} to ${OPSETS.most} are supported`, {
    where,
    next: 'Export the model with opset_version=17.',
  });
}

/** Every name that the file gives a tensor. */
function namesOf(graph: GraphMessage): ReadonlySet<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
}

function initialValues(graph: GraphMessage, where: string, external: External): Map<string, Value> {
  return new Map(
    graph.initializers.map((message) => [
      message.name,
      { kind: 'known', name: message.name, ...readTensor(message, where, external) },
    ]),
  );
}

/** Sets what an input stands for, and gives the graph's input, if it is not fixed. */
function readInput(
  input: ValueMessage,
  values: Map<string, Value>,
  { fixed }: OnnxOptions,
  where: string,
): readonly GraphInput[] {
  const { name } = input;
  const tensor = fixed?.get(name);
  if (tensor !== undefined) {
    values.set(name, { kind: 'known', name, ...tensor });
    return [];
  }
  const place = `${where}: input ${quoted(name)}`;
  const type = input.type ?? -1;
  if (!isDataType(type)) {
    throw new InputError(input.type === null ? 'no tensor' : `a tensor of ${typeName(type)}`, {
      where: place,
      next: 'Only tensors of numbers are supported.',
    });
  }
  if (input.sizes === null) throw notFixed('even the number of its axes', place);
  const sizes = input.sizes.map((size, axis) => {
    if (typeof size === 'number' && size >= 0) return size;
    if (axis === 0) return 1;
    throw notFixed(
      `axis ${axis}${typeof size === 'string' && size !== '' ? `, ${quoted(size)},` : ''}`,
      place,
    );
  });
  checkElements(sizes, place);
  values.set(name, { kind: 'tensor', type, sizes, name });
  return [{ name, sizes, byte: byteOf(type) }];
}

function notFixed(what: string, where: string): InputError {
  return new InputError(`${what} has no fixed size`, {
    where,
    next: 'Export the model with fixed sizes (only the batch may be open).',
  });
}

function byteOf(type: DataType): GraphInput['byte'] {
  if (type === TYPE.uint8) return { scale: 1, offset: 0 };
  return type === TYPE.int8 ? { scale: 1, offset: -128 } : null;
}

function translate(
  node: NodeMessage,
  values: Map<string, Value>,
  version: number,
  file: string,
  builder: Builder,
): void {
  const where = `${file}: ${titleOf(node)}`;
  const translation = translationOf(node.domain, node.operator);
  if (translation === undefined) throw unsupported(node, where);
  const inputs = node.inputs.map((name) => (name === '' ? null : valueOf(name, values, where)));
  const given = translation(createCall(node, inputs, version, where, builder));
  const results = 'kind' in given ? [given] : given;
  node.outputs.forEach((name, index) => {
    if (name === '') return;
    const value = results[index];
    if (values.has(name))
      throw new InputError(`the name ${quoted(name)} is taken`, { where, next: 'Export the model anew.' });
    if (value !== undefined) values.set(name, value.kind === 'known' ? { ...value, name } : value);
  });
}

/** How messages speak of a node. */
function titleOf({ operator, name, outputs }: NodeMessage): string {
  return `${/^\w{1,40}$/.test(operator) ? operator : quoted(operator)} node ${quoted(name === '' ? (outputs[0] ?? '') : name)}`;
}

function unsupported({ operator, domain }: NodeMessage, where: string): InputError {
  const of = domain === '' ? '' : ` of ${quoted(domain)}`;
  return new InputError(`the operator ${quoted(operator)}${of} is not supported`, {
    where,
    next: 'Use another layer in its place, or leave it out of the exported model; docs/onnx.md has the list.',
  });
}

function valueOf(name: string, values: ReadonlyMap<string, Value>, where: string): Value {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new InputError(`nothing before it gives ${quoted(name)}`, {
    where,
    next: 'The model is damaged: export it anew.',
  });
}

function outputName(
  name: string,
  values: ReadonlyMap<string, Value>,
  builder: Builder,
  file: string,
): string {
  const where = `${file}: output ${quoted(name)}`;
  return builder.nameOf(plain(valueOf(name, values, where), builder.applyFor(name, where)));
}
