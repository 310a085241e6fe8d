import { ACTIVATIONS, type ActivationName } from '../../toolkit/model/activations.js';
import type { Shape } from '../../toolkit/network/index.js';
import { levelCount, levelValues, type Levels } from '../../toolkit/quantize/levels.js';
import type { QuantizedModel, QuantizedStage } from '../../toolkit/quantize/quantized-model.js';
import { between, seeded } from './random.js';

/** Functions that are a line with slope 1 between their ends. */
const STRAIGHT = ['linear', 'relu', 'relu6', 'hardTanh'] as const satisfies readonly ActivationName[];
const ALL = Object.keys(ACTIVATIONS) as ActivationName[];

interface At {
  readonly name: string;
  readonly shape: Shape;
  readonly levels: Levels;
}
type Pair = readonly [number, number];
interface Window {
  readonly size: Pair;
  readonly stride: Pair;
  readonly padding: { top: number; right: number; bottom: number; left: number };
}

/**
 * A random quantized model of every stage kind, with and without scales, every activation, uniform and uneven levels,
 * depending on the seed alone.
 *
 * `exact`: nothing in it needs rounding when it becomes integers, and sums are short enough for 32-bit floats. Steps,
 * scales and the largest weights and levels are powers of two, other weights and biases quarters of such, averages
 * over powers of two; boundaries have a power of two for common step. Before a hard sigmoid, whose slope is 1/5, weights
 * and biases are multiples of 5; curved activations, whose boundaries no activation table has exactly, have scales, hence
 * thresholds. Otherwise: any real numbers.
 */
export function randomQuantized(seed: number, exact: boolean): QuantizedModel {
  const random = seeded(seed);
  const int = (min: number, max: number): number => between(random, min, max);
  const chance = (p: number): boolean => random() < p;
  const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)] as T;
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const real = (limit: number): number => (2 * random() - 1) * limit;
  const stages: QuantizedStage[] = [];
  const name = (): string => `s${stages.length}`;

  /** Levels for values of about this size. */
  const levelsFor = (size: number, activation: ActivationName): Levels => {
    const { least, greatest } = ACTIVATIONS[activation];
    const reach = Math.min(Math.max(Math.abs(least), Math.abs(greatest)), 2 * size);
    const signed = least < 0 ? chance(0.8) : chance(0.1);
    const uneven = chance(0.4);
    for (;;) {
      const levels = uneven ? unevenLevels(reach, signed) : uniformLevels(reach, signed);
      if (levelCount(levels) > 1 && (!exact || isExact(levelValues(levels), activation))) return levels;
    }
  };
  const uniformLevels = (reach: number, signed: boolean): Levels => {
    const count = int(2, 12);
    const step = (reach / (signed ? count / 2 : count)) * (0.6 + random());
    return { count, step: exact ? powerOfTwo(step) : step, zero: signed ? int(0, count - 1) : 0 };
  };
  const unevenLevels = (reach: number, signed: boolean): Levels => {
    const values = exact
      ? dyadic(reach, signed)
      : list(int(2, 9), () => (signed ? real(reach) : random() * reach));
    return { values: [...new Set([0, ...values])].sort((a, b) => a - b) };
  };
  /** Multiples of an eighth of their largest, which is a power of two. */
  const dyadic = (reach: number, signed: boolean): number[] => {
    const largest = powerOfTwo(reach);
    const eighths = list(int(1, 7), () => int(signed ? -7 : 0, 7));
    return [...eighths, pick(signed ? [-8, 8] : [8])].map((value) => (value * largest) / 8);
  };

  /** A stage that computes new values out of sums of about this size. */
  const ending = (size: number, activations: readonly ActivationName[]) => {
    const activation = pick(activations);
    return { activation, levels: levelsFor(size, activation) };
  };

  /** Weights, biases and what follows them; sums are about as large as the values that they are of. */
  const weighted = (from: At, outputs: number, perOutput: number, last = false) => {
    const gain = powerOfTwo(2 / Math.sqrt(perOutput));
    const size = rms(from.levels);
    const { activation, levels } = ending(size, last ? ['linear'] : ALL);
    const scaled = !last && (chance(0.5) || (exact && isCurved(activation)));
    const scale = list(outputs, () => (exact ? 2 ** int(-1, 1) : 0.5 + 1.5 * random()));
    const factor = exact && activation === 'hardSigmoid' && !scaled ? 1.25 : 1;
    const weightLevels = exact
      ? [0, pick([-1, 1]), ...list(int(0, 5), () => int(-4, 4) / 4)]
      : [0, ...list(int(1, 7), () => real(1))];
    const bias = list(outputs, () => (exact ? (int(-4, 4) / 4) * powerOfTwo(size) : real(size)));
    const sorted = [...new Set(weightLevels)].sort((a, b) => a - b);
    return {
      weightLevels: sorted.map((value) => value * gain * factor),
      weights: list(outputs * perOutput, () => int(0, sorted.length - 1)),
      ...(scaled ? { scale } : {}),
      bias: bias.map((value) => value * factor),
      ...(activation === 'linear' ? {} : { activation }),
      levels: last ? null : levels,
    };
  };

  const windowOn = ([height, width]: Shape, powers = false): Window => {
    const sizes = powers ? [1, 2] : [1, 2, 3];
    const most = (limit: number): number => pick(sizes.filter((size) => size <= limit));
    const size = [most(height), most(width)] as const;
    const padding = {
      top: int(0, size[0] - 1),
      bottom: int(0, size[0] - 1),
      left: int(0, size[1] - 1),
      right: int(0, size[1] - 1),
    };
    return { size, stride: [int(1, 2), int(1, 2)], padding };
  };
  const keeping = ([height, width]: Shape): Window => {
    const size = [height > 1 ? 3 : 1, width > 1 ? 3 : 1] as const;
    const [y, x] = [(size[0] - 1) / 2, (size[1] - 1) / 2];
    return { size, stride: [1, 1], padding: { top: y, bottom: y, left: x, right: x } };
  };
  const outputOf = ([height, width]: Shape, { size, stride, padding }: Window): Pair => [
    Math.floor((height + padding.top + padding.bottom - size[0]) / stride[0]) + 1,
    Math.floor((width + padding.left + padding.right - size[1]) / stride[1]) + 1,
  ];

  const add = (stage: QuantizedStage, shape: Shape, levels: Levels): At => {
    stages.push(stage);
    return { name: stage.name, shape, levels };
  };
  const convolution = (from: At, filters: number | null, window: Window): At => {
    const depth = from.shape[2];
    const outputs = filters ?? depth;
    const taps = window.size[0] * window.size[1];
    const body = weighted(from, outputs, filters === null ? taps : taps * depth);
    const { stride, padding, size: kernel } = window;
    const stage = { name: name(), input: from.name, kernel, stride, padding, ...body };
    const shape: Shape = [...outputOf(from.shape, window), outputs];
    return add(
      { kind: filters === null ? 'depthwiseConv2d' : 'conv2d', ...stage },
      shape,
      body.levels ?? from.levels,
    );
  };
  const maxPool = (from: At, { size: window, stride, padding }: Window): At => {
    const shape: Shape = [...outputOf(from.shape, { size: window, stride, padding }), from.shape[2]];
    return add(
      { name: name(), input: from.name, kind: 'maxPool', window, stride, padding },
      shape,
      from.levels,
    );
  };
  const averagePool = (from: At): At => {
    const window = windowOn(from.shape, exact);
    const levels = levelsFor(rms(from.levels), 'linear');
    const { stride, padding } = window;
    const stage = {
      name: name(),
      input: from.name,
      kind: 'averagePool',
      window: window.size,
      stride,
      padding,
      levels,
    } as const;
    return add(stage, [...outputOf(from.shape, window), from.shape[2]], levels);
  };
  const residual = (from: At): At => {
    const branch = convolution(from, pick([null, from.shape[2]]), keeping(from.shape));
    const { activation, levels } = ending(rms(from.levels) + rms(branch.levels), exact ? STRAIGHT : ALL);
    const inputs = [from.name, branch.name, ...(chance(0.3) ? [from.name] : [])];
    return add({ name: name(), inputs, kind: 'add', activation, levels }, from.shape, levels);
  };
  const side = (from: At): At => {
    const branches = [
      from,
      convolution(from, int(1, 3), keeping(from.shape)),
      maxPool(from, keeping(from.shape)),
    ];
    const levels = levelsFor(rms(from.levels), 'linear');
    const channels = branches.reduce((sum, { shape }) => sum + shape[2], 0);
    const stage = {
      name: name(),
      inputs: branches.map((branch) => branch.name),
      kind: 'concat',
      levels,
    } as const;
    return add(stage, [from.shape[0], from.shape[1], channels], levels);
  };

  const shape: Shape = [int(3, 5), int(3, 5), int(1, 2)];
  const levels = levelsFor(1, 'linear');
  let now: At = { name: 'input', shape, levels };
  for (let blocks = int(1, 4); blocks > 0; blocks--) {
    now = pick([
      () => convolution(now, int(1, 4), windowOn(now.shape)),
      () => convolution(now, null, windowOn(now.shape)),
      () => maxPool(now, windowOn(now.shape)),
      () => averagePool(now),
      () => residual(now),
      () => side(now),
    ])();
  }
  const units = int(2, 4);
  const inputsOf = ({ shape: [height, width, channels] }: At): number => height * width * channels;
  if (chance(0.4)) {
    const body = weighted(now, 5, inputsOf(now));
    now = add(
      { kind: 'dense', name: name(), input: now.name, ...body },
      [1, 1, 5],
      body.levels ?? now.levels,
    );
  }
  stages.push({
    kind: 'dense',
    name: 'logits',
    input: now.name,
    ...weighted(now, units, inputsOf(now), true),
  });
  return {
    format: 'tablize/quantized-model@1',
    name: `quantized-${seed}`,
    input: { shape, levels, table: list(256, () => int(0, levelCount(levels) - 1)) },
    stages,
    labels: Array.from({ length: units }, (_, i) => `class ${i}`),
    provenance: {
      sourceHash: null,
      schemes: { activations: 'random', weights: 'random' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
}

const powerOfTwo = (value: number): number => 2 ** Math.round(Math.log2(value));

/** The root mean square of the levels, each as frequent as the others. */
function rms(levels: Levels): number {
  const values = levelValues(levels);
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/**
 * Whether the boundaries between levels that the function reaches, measured on its values, have a power of two for their
 * greatest common step; one alone must be a power of two itself, or where the function is 1/2. None may be where a curve
 * ends, which it reaches in floating point only.
 */
function isExact(values: readonly number[], activation: ActivationName): boolean {
  const { least, greatest } = ACTIVATIONS[activation];
  const middles = values.slice(1).map((value, k) => (value + (values[k] ?? 0)) / 2);
  if (isCurved(activation)) return !middles.includes(greatest);
  const from = activation === 'hardSigmoid' ? 0.5 : 0;
  const bounds = middles
    .filter((middle) => middle > least && middle <= greatest)
    .map((middle) => (middle - from) * 1024);
  const gaps = bounds.slice(1).map((bound, k) => bound - (bounds[k] ?? 0));
  const [first = 0] = bounds;
  const step = gaps.length === 0 ? Math.abs(first) : gaps.reduce(greatestCommonDivisor);
  return step === 0 || Number.isInteger(Math.log2(step));
}

const isCurved = (activation: ActivationName): boolean => ACTIVATIONS[activation].line === null;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
