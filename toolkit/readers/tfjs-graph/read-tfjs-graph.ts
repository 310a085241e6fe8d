import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../errors.js';
import { quoted, type Graph } from '../../graph/index.js';
import { manifestSchema, parseModelFile, readGroups } from '../../model/tfjs-files.js';
import { decodeWeights, type DecodedWeight } from '../../model/tfjs-weights.js';
import { draftGraph, type GraphDraft } from '../graph-draft.js';
import { nodesSchema, shapeOf, tensorShapeSchema, typeOf, type NodeDef } from './node-def.js';
import { operatorOf } from './operators.js';

const signatureSchema = z.object({
  inputs: z
    .record(z.string(), z.object({ name: z.string(), tensorShape: tensorShapeSchema.optional() }))
    .default({}),
  outputs: z.record(z.string(), z.object({ name: z.string() })).default({}),
});
type Signature = z.infer<typeof signatureSchema>;

const fileSchema = z.object({
  modelTopology: z.object({ node: nodesSchema }),
  weightsManifest: manifestSchema,
  signature: signatureSchema.optional(),
  userDefinedMetadata: z.object({ signature: signatureSchema.optional() }).optional().catch(undefined),
});

const INTEGERS = ['DT_UINT8', 'DT_INT32'];

/** A TensorFlow graph whose weights are decoded. */
export interface TfjsGraph {
  readonly nodes: readonly NodeDef[];
  readonly weights: ReadonlyMap<string, DecodedWeight>;
  readonly signature: Signature | null;
}

/**
 * Reads a TensorFlow.js graph model: `model.json` and the weight shards beside it.
 *
 * @throws InputError if the file is not such a model, a shard is missing or cut short, or a node is not supported (its
 * kind and name).
 */
export function readTfjsGraph(path: string): Graph {
  const parsed = fileSchema.safeParse(parseModelFile(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      `not a TensorFlow.js graph model (${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''})`,
      { where: path, next: 'Give the model.json that tensorflowjs_converter wrote.' },
    );
  }
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = parsed.data;
  const graph = {
    nodes: modelTopology.node,
    weights: decodeWeights(readGroups(path, weightsManifest), path),
    signature: signature ?? userDefinedMetadata?.signature ?? null,
  };
  const file = basename(path).replace(/\.json$/i, '');
  return graphFromNodes(graph, file === 'model' ? basename(dirname(path)) : file, path);
}

/** The graph of these nodes, as far as its outputs need them; see `readTfjsGraph`. */
export function graphFromNodes(given: TfjsGraph, name: string, where: string): Graph {
  const byName = new Map(given.nodes.map((node) => [node.name, node]));
  if (byName.size !== given.nodes.length) throw new InputError('two nodes have the same name', { where });
  const outputs = outputNames(given);
  if (outputs.length === 0) throw new InputError('the network has no outputs', { where });
  const draft = draftGraph(name, where);
  const made = new Map<string, readonly string[]>();
  const tensor = (reference: string): string => {
    const { node, output } = parseReference(reference);
    const found = made.get(node)?.[output];
    if (found !== undefined) return found;
    throw new InputError(`nothing gives the tensor ${quoted(reference)}`, { where });
  };
  for (const node of inOrder(outputs, byName, where)) {
    made.set(node.name, translate(node, given, draft, tensor, where));
  }
  return draft.finish(outputs.map(tensor), null);
}

function outputNames({ nodes, signature }: TfjsGraph): readonly string[] {
  const named = Object.values(signature?.outputs ?? {}).map((output) => output.name);
  if (named.length > 0) return named;
  const read = new Set(
    nodes.flatMap(({ input }) => input.map((reference) => parseReference(reference).node)),
  );
  return nodes.filter((node) => !read.has(node.name) && node.op !== 'Const').map((node) => node.name);
}

/** The nodes that some tensors need, each after those that it reads. */
function inOrder(
  outputs: readonly string[],
  byName: ReadonlyMap<string, NodeDef>,
  where: string,
): readonly NodeDef[] {
  const order: NodeDef[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const pending = outputs.map((reference) => parseReference(reference).node).reverse();
  for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
    const node = byName.get(name);
    if (node === undefined) throw new InputError(`there is no node ${quoted(name)}`, { where });
    const before = state.get(name);
    if (before !== undefined) {
      pending.pop();
      if (before === 'open') order.push(node);
      state.set(name, 'done');
      continue;
    }
    state.set(name, 'open');
    for (const reference of dataInputs(node).toReversed()) {
      const source = parseReference(reference).node;
      if (state.get(source) === 'open') {
        throw new InputError('it reads what it makes', { where: `node ${quoted(node.name)} of ${where}` });
      }
      if (!state.has(source)) pending.push(source);
    }
  }
  return order;
}

function translate(
  node: NodeDef,
  { weights, signature }: TfjsGraph,
  draft: GraphDraft,
  tensor: (reference: string) => string,
  where: string,
): readonly string[] {
  const title = `${quoted(node.op)} node ${quoted(node.name)} of ${where}`;
  switch (node.op) {
    case 'Const': {
      const weight = weights.get(node.name);
      if (weight === undefined) throw new InputError('its values are not in the weights', { where: title });
      return [draft.addConstant(node.name, { sizes: weight.shape, values: weight.values })];
    }
    case 'Placeholder':
      return [
        draft.addInput({
          name: node.name,
          sizes: inputSizes(node, signature, title),
          // Pictures go into such networks as they are.
          byte: INTEGERS.includes(typeOf(node, 'dtype')) ? { scale: 1, offset: 0 } : null,
        }),
      ];
    default: {
      const operator = operatorOf(node.op);
      if (operator === null) {
        throw new InputError('it is of a kind that is not supported', {
          where: title,
          next: 'Give a classifier without recurrent or custom nodes.',
        });
      }
      return [operator({ node, where, draft, inputs: dataInputs(node).map(tensor) })].flat();
    }
  }
}

function inputSizes(node: NodeDef, signature: Signature | null, title: string): readonly number[] {
  const signed = Object.values(signature?.inputs ?? {}).find(
    (input) => parseReference(input.name).node === node.name,
  )?.tensorShape;
  const sizes = (signed ?? shapeOf(node) ?? []).map((size, axis) => (axis === 0 && size === -1 ? 1 : size));
  if (sizes.length > 0 && sizes.every((size) => size >= 1) && (sizes.length < 4 || sizes[0] === 1))
    return sizes;
  throw new InputError(`an input of ${sizes.length === 0 ? 'unknown sizes' : sizes.join(' x ')}`, {
    where: title,
    next: 'Convert the model with fixed sizes of its input and a batch of 1.',
  });
}

function dataInputs(node: NodeDef): readonly string[] {
  return node.input.filter((reference) => !reference.startsWith('^'));
}

/** "name:1" is the second output of a node; "^name" is one that only comes before. */
function parseReference(reference: string): { readonly node: string; readonly output: number } {
  const [, node = '', output = '0'] = /^\^?([^:]*)(?::(\d+))?$/.exec(reference) ?? [];
  return { node, output: Number(output) };
}
