import { InputError } from '../errors.js';
import {
  outputShape,
  type Activation,
  type FloatLayer,
  type FloatModel,
  type Pair,
} from '../model/float-model.js';
import { INPUT, type Shape } from '../network/index.js';
import { randomSource, uniformValues } from './random.js';

type Spec =
  | { readonly kind: 'dense'; readonly units: number; readonly activation: Activation }
  | {
      readonly kind: 'conv2d';
      readonly filters: number;
      readonly size: Pair;
      readonly strides: Pair;
      readonly activation: Activation;
    }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly size: Pair };

const conv = (filters: number, size: number, stride = 1): Spec => ({
  kind: 'conv2d',
  filters,
  size: [size, size],
  strides: [stride, stride],
  activation: 'relu',
});
const dense = (units: number): Spec => ({ kind: 'dense', units, activation: 'relu' });
const maxPool: Spec = { kind: 'maxPool', size: [2, 2] };

/** The hidden layers; a dense layer with one unit per class is added at the end. */
const HIDDEN = {
  mlp: [dense(128)],
  cnn: [conv(8, 5), maxPool, conv(16, 5), maxPool, dense(64)],
  /** For 2 KB of RAM: the picture (784 bytes) and the first map (8 x 8 x 6) must be alive together. */
  small: [conv(6, 5, 3), dense(32)],
} as const satisfies Record<string, readonly Spec[]>;

export type Architecture = keyof typeof HIDDEN;
export const ARCHITECTURES = Object.keys(HIDDEN) as readonly Architecture[];

/** An untrained network for pictures of `shape`: weights uniform after He, biases zero, the same for each seed. */
export function buildArchitecture(
  architecture: Architecture,
  name: string,
  shape: Shape,
  labels: readonly string[],
  seed: number,
): FloatModel {
  const random = randomSource(seed);
  const layers: FloatLayer[] = [];
  const counts = new Map<string, number>();
  let input = INPUT;
  let current = shape;
  const add = (layer: FloatLayer): void => {
    layers.push(layer);
    input = layer.name;
    current = outputShape(layer, current);
    if (current.some((size) => size < 1)) {
      throw new InputError(`pictures of ${shape.join(' x ')} are too small for "${architecture}"`, {
        where: `layer "${layer.name}"`,
        next: 'Use larger pictures or the architecture mlp.',
      });
    }
  };
  const fresh = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}${count}`;
  };
  const specs: readonly Spec[] = [
    ...HIDDEN[architecture],
    { kind: 'dense', units: labels.length, activation: 'linear' },
  ];
  for (const spec of specs) {
    if (spec.kind === 'dense') {
      if (current[0] * current[1] > 1) add({ kind: 'flatten', name: fresh('flatten'), input });
      const fanIn = current[2];
      add({
        kind: 'dense',
        name: fresh('dense'),
        input,
        units: spec.units,
        kernel: uniformValues(fanIn * spec.units, Math.sqrt(6 / fanIn), random),
        bias: new Float32Array(spec.units),
        activation: spec.activation,
      });
    } else if (spec.kind === 'conv2d') {
      const fanIn = spec.size[0] * spec.size[1] * current[2];
      add({
        kind: 'conv2d',
        name: fresh('conv'),
        input,
        filters: spec.filters,
        kernelSize: spec.size,
        strides: spec.strides,
        padding: 'valid',
        kernel: uniformValues(fanIn * spec.filters, Math.sqrt(6 / fanIn), random),
        bias: new Float32Array(spec.filters),
        activation: spec.activation,
      });
    } else {
      add({
        kind: spec.kind,
        name: fresh('pool'),
        input,
        poolSize: spec.size,
        strides: spec.size,
        padding: 'valid',
      });
    }
  }
  return { name, input: { shape, scale: 1 / 255, offset: 0 }, layers, labels };
}
