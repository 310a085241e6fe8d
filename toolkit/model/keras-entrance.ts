import { InputError } from '../errors.js';
import type { Shape } from '../network/index.js';
import { fixedSizes, reshaped, shapeOf } from './keras-shapes.js';
import { normalizationSchema, rescalingSchema, reshapeSchema, settingsOf } from './keras-settings.js';
import type { KerasNode, KerasTopology } from './keras-topology.js';
import { weightOf, type Weights } from './keras-weights.js';

/** What the layers behind the picture read. */
export interface Entrance {
  readonly shape: Shape;
  /** Of Keras' tensor, the batch included. */
  readonly rank: number;
  /** The network sees `gain * input + shift` of what the model is given; null if it does nothing to it. */
  readonly line: Line | null;
  /** The nodes that are taken up in this. */
  readonly nodes: ReadonlySet<string>;
}

export interface Line {
  readonly gain: number;
  readonly shift: number;
}

/** Keras divides by no less. */
const LEAST_DEVIATION = 1e-7;

/**
 * The input of the network, with the layers at the very start that scale it or give it another shape.
 *
 * @throws InputError if there are several inputs, or its shape is not fixed.
 */
export function readEntrance(
  topology: KerasTopology,
  passive: (node: KerasNode) => boolean,
  weights: Weights,
  hasSteps: boolean,
  where: string,
): Entrance {
  const { nodes } = topology;
  const sizes = inputSizes(topology, where);
  const given = shapeOf(sizes, hasSteps);
  if (given === undefined) throw unfit([null, ...sizes], where);
  let shape: Shape = given;
  let rank = sizes.length + 1;
  let line: Line | null = null;
  const taken = new Set<string>();
  const readings = new Map<string, number>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) readings.set(name, (readings.get(name) ?? 0) + 1);
  let before: string | undefined;
  for (const node of nodes) {
    const follows = node.inputs.length === 0 || (node.inputs.length === 1 && node.inputs[0] === before);
    if (!follows || (readings.get(before ?? '') ?? 0) > 1) break;
    if (node.className === 'Rescaling' || node.className === 'Normalization') {
      const next =
        node.className === 'Rescaling' ? rescaling(node, where) : normalization(node, weights, where);
      line = then(line ?? { gain: 1, shift: 0 }, next);
    } else if (node.className === 'Reshape') {
      const { target_shape: target } = settingsOf(node, where, reshapeSchema);
      const made: Shape | undefined = target.length === 1 ? undefined : reshaped(target, shape, hasSteps);
      if (made === undefined) break;
      [shape, rank] = [made, target.length + 1];
    } else if (!passive(node)) break;
    taken.add(node.name);
    before = node.name;
  }
  return { shape, rank, line, nodes: taken };
}

const then = (first: Line, { gain, shift }: Line): Line => ({
  gain: first.gain * gain,
  shift: first.shift * gain + shift,
});

function rescaling(node: KerasNode, where: string): Line {
  const { scale, offset } = settingsOf(node, where, rescalingSchema);
  return { gain: same(scale, node, where), shift: same(offset, node, where) };
}

function normalization(node: KerasNode, weights: Weights, where: string): Line {
  const settings = settingsOf(node, where, normalizationSchema);
  const mean = same(settings.mean ?? weightOf(node, weights, where, 'mean').values, node, where);
  const variance = same(settings.variance ?? weightOf(node, weights, where, 'variance').values, node, where);
  const deviation = Math.max(Math.sqrt(variance), LEAST_DEVIATION);
  return { gain: 1 / deviation, shift: -mean / deviation };
}

/** The one value that all channels have. */
function same(values: ArrayLike<number>, node: KerasNode, where: string): number {
  const [first = NaN, ...others] = Array.from(values);
  if (Number.isFinite(first) && others.every((value) => value === first)) return first;
  throw new InputError(`this ${node.className} layer scales each channel differently`, {
    where: `layer "${node.name}" of ${where}`,
    next: 'Scale all channels alike: pictures become numbers by one scale and one offset.',
  });
}

function inputSizes({ nodes, builtFor }: KerasTopology, where: string): readonly number[] {
  const inputs = nodes.filter(
    ({ className, inputs: read }) => className === 'InputLayer' && read.length === 0,
  );
  if (inputs.length > 1) {
    throw new InputError(`the model has ${inputs.length} inputs`, {
      where,
      next: 'Export one with a single input.',
    });
  }
  const config = (inputs[0] ?? nodes[0])?.config ?? {};
  const said = config['batch_input_shape'] ?? config['batch_shape'] ?? builtFor;
  const sizes = fixedSizes(said);
  if (sizes === undefined || sizes.length < 1 || sizes.length > 3) throw unfit(said, where);
  return sizes;
}

const unfit = (batchShape: unknown, where: string): InputError => {
  const sizes = (Array.isArray(batchShape) ? batchShape.slice(1, 9) : []).map((size) =>
    typeof size === 'number' ? size : null,
  );
  return new InputError(`the input shape is ${JSON.stringify(sizes)}; [height, width, channels] is needed`, {
    where,
    next: 'Export the model with a fixed input shape.',
  });
};
