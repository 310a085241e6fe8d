import {
  elements,
  factorOf,
  type Factor,
  type Int8Network,
  type Int8Stage,
  type Shape,
} from '../../scripts/bench/int8/int8-network.mjs';
import { between, seeded } from '../support/random.js';

interface Size {
  readonly input: Shape;
  readonly output: Shape;
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Top and left. */
  readonly padding: readonly [number, number];
}

type Kind = Int8Stage['kind'];
type Layer = readonly [title: string, kind: Kind, size: Size];

const flat = (input: Shape, outputs: number): Size => ({
  input,
  output: [1, 1, outputs],
  window: [1, 1],
  stride: [1, 1],
  padding: [0, 0],
});
const windowed = (
  input: Shape,
  output: Shape,
  window: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
): Size => ({ input, output, window, stride, padding });

/** Sizes that leave rests: odd numbers of filters, positions and channels. */
export const LAYERS: readonly Layer[] = [
  ['dense', 'dense', flat([3, 5, 3], 8)],
  ['convolution', 'conv2d', windowed([5, 6, 3], [5, 3, 5], [3, 3], [1, 2], [1, 1])],
  ['convolution of one position', 'conv2d', windowed([3, 4, 2], [1, 1, 4], [3, 4], [1, 1], [0, 0])],
  ['pointwise convolution', 'conv2d', windowed([3, 3, 7], [3, 3, 5], [1, 1], [1, 1], [0, 0])],
  ['strided pointwise convolution', 'conv2d', windowed([5, 6, 6], [3, 3, 4], [1, 1], [2, 2], [0, 0])],
  ['depthwise convolution', 'depthwiseConv2d', windowed([6, 5, 6], [6, 5, 6], [3, 3], [1, 1], [1, 1])],
  ['strided depthwise', 'depthwiseConv2d', windowed([6, 6, 4], [3, 3, 4], [3, 3], [2, 2], [0, 0])],
  ['max pool', 'maxPool', windowed([5, 5, 5], [3, 3, 5], [2, 2], [2, 2], [0, 0])],
  ['average pool', 'averagePool', windowed([4, 4, 3], [2, 1, 3], [2, 4], [2, 1], [0, 0])],
  ['addition', 'add', flat([1, 1, 7], 7)],
];

/** A network of one layer (an addition has a copy of the picture made first) with random weights and scaling. */
export function randomLayer([, kind, size]: Layer, seed: number): Int8Network {
  const random = seeded(seed);
  const list = (length: number, least: number, greatest: number): number[] =>
    Array.from({ length }, () => between(random, least, greatest));
  const factor = (mean: number): Factor => factorOf(mean * (0.5 + random()));
  const picture = { name: 'input', shape: size.input, zero: between(random, -128, 127) };
  const output = { name: 'layer', shape: size.output, zero: between(random, -60, 60) };
  const base = {
    inputs: [picture],
    output,
    range: { least: between(random, -128, -90), greatest: between(random, 90, 127) },
  };
  const { window, stride } = size;
  const geometry = { window, stride, padding: { top: size.padding[0], left: size.padding[1] } };
  const cells =
    kind === 'dense'
      ? elements(size.input)
      : window[0] * window[1] * (kind === 'depthwiseConv2d' ? 1 : size.input[2]);
  const filters = size.output[2];
  const factors = Array.from({ length: filters }, () => factor(1 / (100 * Math.sqrt(cells))));
  const weighted = {
    weights: list(filters * cells, -127, 127),
    scaling: {
      bias: list(filters, -5000, 5000),
      multipliers: factors.map(({ multiplier }) => multiplier),
      shifts: factors.map(({ shift }) => shift),
    },
  };
  const stages = (): readonly Int8Stage[] => {
    switch (kind) {
      case 'dense':
        return [{ ...base, ...weighted, kind }];
      case 'conv2d':
      case 'depthwiseConv2d':
        return [{ ...base, ...geometry, ...weighted, kind }];
      case 'maxPool':
      case 'averagePool':
        return [{ ...base, ...geometry, kind }];
      case 'add': {
        const copy = { name: 'copy', shape: size.input, zero: between(random, -128, 127) };
        const scales = {
          leftShift: 20,
          factors: [factor(0.5), factor(0.25)],
          outputFactor: factor(2 ** -20),
        };
        return [
          { ...base, ...geometry, kind: 'maxPool', output: copy },
          { ...base, ...scales, kind, inputs: [picture, copy] },
        ];
      }
    }
  };
  return { name: 'layer', input: picture, stages: stages() };
}

/** Bytes of every value. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length }, () => between(random, 0, 255));
}
