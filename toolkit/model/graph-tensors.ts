import { InputError } from '../errors.js';
import { broadcast } from '../graph/broadcast.js';
import { nodeTitle, type Constant, type GraphNode, type Sizes } from '../graph/index.js';
import { INPUT, type Shape } from '../network/index.js';
import type { FloatInput, FloatLayer } from './float-model.js';
import { safeName, uniqueName } from './safe-name.js';

/** A tensor of a graph as layers make it. */
export interface Lowered {
  /** The layer that makes its values, or `INPUT`. */
  readonly layer: string;
  /** What that layer makes. */
  readonly shape: Shape;
  /** What the graph takes it for: the same values in the same order. */
  readonly sizes: Sizes;
}

/** What is made so far of a graph. */
export interface Lowering {
  readonly layers: FloatLayer[];
  readonly used: Set<string>;
  readonly tensors: Map<string, Lowered>;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly sizes: ReadonlyMap<string, Sizes>;
  /** How many nodes read a tensor. */
  readonly readers: ReadonlyMap<string, number>;
  input: FloatInput;
}

/** [height, width, channels] of sizes whose last is that of the channels; null if there are more of them. */
export function shapeOf(sizes: Sizes): Shape | null {
  let rest = sizes;
  while (rest.length > 3 && rest[0] === 1) rest = rest.slice(1);
  if (rest.length > 3) return null;
  const [c = 1, w = 1, h = 1] = [...rest].reverse();
  return [h, w, c];
}

/** 0 to 2 for an axis of a graph's tensor; below 0 for one that has one value only. */
export const axisOf = (axis: number, sizes: Sizes): number => axis - sizes.length + 3;

export function unsupported(
  node: GraphNode,
  what: string,
  next = 'Leave it out of the model, or replace it, and export the model again.',
): InputError {
  return new InputError(what, { where: nodeTitle(node), next });
}

/** What a node reads, as a tensor of which each value has a place, a row and a channel. */
export function read(node: GraphNode, position: number, lowering: Lowering): Lowered {
  const found = readAny(node, position, lowering);
  const shape = shapeOf(found.sizes);
  if (shape?.join() === found.shape.join()) return found;
  if (shape !== null && shape[0] * shape[1] === 1) {
    const name = uniqueName(safeName(`${found.layer}-flat`, 'flat'), lowering.used);
    lowering.layers.push({ name, input: found.layer, kind: 'flatten' });
    return { ...found, layer: name, shape };
  }
  throw unsupported(
    node,
    `it reads ${found.sizes.join(' x ')} values that were made as ${found.shape.join(' x ')}`,
    'Reshape only to flatten before a dense layer.',
  );
}

/** What a node reads, whatever its shape. */
export function readAny(node: GraphNode, position: number, { tensors, constants }: Lowering): Lowered {
  const name = node.inputs[position] ?? '';
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw unsupported(
    node,
    constants.has(name)
      ? 'it reads a constant where a tensor that depends on the picture is needed'
      : 'it reads a tensor that nothing makes',
  );
}

export function constantOf(node: GraphNode, position: number, { constants }: Lowering): Constant {
  const found = constants.get(node.inputs[position] ?? '');
  if (found !== undefined) return found;
  throw unsupported(node, `the ${node.operation.kind} node computes with weights that depend on the picture`);
}

/** Layers get a name like that of the node. */
export const nameFor = (node: GraphNode, { used }: Lowering): string =>
  uniqueName(safeName(node.name === '' ? node.output : node.name, node.operation.kind.toLowerCase()), used);

/** Adds a layer that makes the output of a node. */
export function make(node: GraphNode, lowering: Lowering, layer: FloatLayer, shape: Shape): void {
  lowering.layers.push(layer);
  lowering.tensors.set(node.output, {
    layer: layer.name,
    shape,
    sizes: lowering.sizes.get(node.output) ?? [],
  });
}

/** One number per channel for a constant that is broadcast; null if it differs within one. */
export function perChannel(constant: Constant, sizes: Sizes, channels: number): Float32Array | null {
  const whole = Float32Array.from(broadcast(constant, sizes));
  const first = whole.slice(0, channels);
  return whole.every((value, i) => value === first[i % channels]) ? first : null;
}

export const isPicture = ({ layer }: Lowered): boolean => layer === INPUT;
