import {
  accumulatorBounds,
  elements,
  FORMAT,
  INPUT,
  requantizedLevels,
  type Padding,
  type Shape,
  type Stage,
  type TableNetwork,
  type Tensor,
} from '../../../toolkit/network/index.js';
import { between, seeded } from '../../support/random.js';
import { LARGEST_WINDOW, MOST_HIDDEN, type CaseSpec, type StageSpec } from './spec.js';
import {
  randomList,
  randomProducts,
  randomRequantize,
  randomWeights,
  unitOf,
  type Random,
} from './tables.js';

/** A network that is not finished: its last tensor is what the next stage reads. */
interface Begun {
  readonly network: TableNetwork;
  readonly tensors: readonly [Tensor, ...Tensor[]];
}

/** The valid network that a spec stands for: always the same one. */
export function networkOf(spec: CaseSpec, name: string): TableNetwork {
  const random = seeded(spec.seed);
  const { levels, scale } = spec;
  const shape: Shape = [scale * spec.height, scale * spec.width, scale * spec.channels];
  const network: TableNetwork = {
    format: FORMAT,
    name,
    input: { shape, levels, table: randomList(random, 256, 0, levels - 1) },
    products: {},
    stages: [],
    output: { labels: [] },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'random', weights: 'random' },
      seed: null,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
  const begun: Begun = { network, tensors: [{ name: INPUT, shape, levels }] };
  const all = withLast(spec.hidden.reduce(withHidden, begun), spec.last);
  const labels = Array.from({ length: elements(now(all).shape) }, (_, i) => `class ${i}`);
  return { ...all.network, output: { labels } };
}

function withHidden(begun: Begun, spec: StageSpec): Begun {
  if (isFull(begun)) return begun;
  const random = seeded(spec.seed);
  const { kind } = spec;
  if (kind === 'maxPool') {
    const input = now(begun);
    const { size, stride, padding, output } = windowOf(spec, input.shape, input.shape[2]);
    const stage: Stage = { kind, name: nextName(begun), input: input.name, window: size, stride, padding };
    return withStage(begun, stage, output, input.levels ?? 0);
  }
  if (kind === 'concat') return withConcat(begun, spec, random);
  const summed = withSums(begun, spec, kind, random);
  const [height, width] = now(summed).shape;
  const fits = height > 1 && width > 1 && !isFull(summed);
  return kind === 'conv2d' && spec.pooled && fits ? withPooling(summed) : summed;
}

/** Stages without sums give no logits: others stand for them. */
function withLast(begun: Begun, spec: StageSpec): Begun {
  const kind = spec.kind === 'maxPool' ? 'averagePool' : spec.kind === 'concat' ? 'add' : spec.kind;
  return withSums(begun, spec, kind, seeded(spec.seed), true);
}

const now = ({ tensors }: Begun): Tensor => tensors.at(-1) ?? tensors[0];
const nextName = ({ network }: Begun): string => `s${network.stages.length}`;
const isFull = ({ network }: Begun): boolean => network.stages.length >= MOST_HIDDEN;

function withStage(begun: Begun, stage: Stage, shape: Shape, levels: number | null): Begun {
  return {
    network: { ...begun.network, stages: [...begun.network.stages, stage] },
    tensors: [...begun.tensors, { name: stage.name, shape, levels }],
  };
}

function withPooling(begun: Begun): Begun {
  const { name: input, shape, levels } = now(begun);
  const [height, width, channels] = shape;
  return withStage(
    begun,
    {
      kind: 'maxPool',
      name: nextName(begun),
      input,
      window: [2, 2],
      stride: [2, 2],
      padding: { top: 0, right: 0, bottom: 0, left: 0 },
    },
    [Math.floor(height / 2), Math.floor(width / 2), channels],
    levels,
  );
}

/** Another tensor that can be read beside the last one, which may be the last one itself. */
function beside(begun: Begun, spec: StageSpec, fits: (shape: Shape) => boolean): Tensor {
  const fitting = begun.tensors.filter(({ shape }) => fits(shape));
  return fitting[spec.other % fitting.length] ?? now(begun);
}

function withConcat(begun: Begun, spec: StageSpec, random: Random): Begun {
  const first = now(begun);
  const [height, width, channels] = first.shape;
  const second = beside(begun, spec, (shape) => shape[0] === height && shape[1] === width);
  const tables = [first, second].map(({ levels }) => randomList(random, levels ?? 0, 0, spec.levels - 1));
  return withStage(
    begun,
    { kind: 'concat', name: nextName(begun), inputs: [first.name, second.name], tables },
    [height, width, channels + second.shape[2]],
    1 + Math.max(...tables.flat()),
  );
}

/** A stage whose requantization is made when the bounds of its sums are known. */
function withSums(
  begun: Begun,
  spec: StageSpec,
  kind: Exclude<Stage['kind'], 'maxPool' | 'concat'>,
  random: Random,
  last = false,
): Begun {
  const input = now(begun);
  const terms = Math.max(elements(input.shape), LARGEST_WINDOW * input.shape[2]);
  const products = randomProducts(random, input.levels ?? 0, terms, spec);
  const table = `t${begun.network.stages.length}`;
  const [stage, shape, others] = unquantized(begun, spec, kind, random, table, products.weights);
  const { network } = begun;
  const tables = 'products' in stage ? { ...network.products, [table]: products } : network.products;
  const grown = { ...begun, network: { ...network, products: tables } };
  if (last) return withStage(grown, stage, shape, null);
  const output = { name: stage.name, shape, levels: null };
  const bounds = accumulatorBounds(grown.network, { stage, inputs: [input, ...others], output });
  if (bounds === null) throw new RangeError(`${kind} has no sums`);
  const unit = 'products' in stage ? unitOf(products) : 1;
  const requantize = randomRequantize(random, spec.requantizer, spec.levels, shape[2], bounds, unit);
  return withStage(grown, { ...stage, requantize }, shape, requantizedLevels(requantize));
}

type Summed = Extract<Stage, { requantize: unknown }>;

/** A stage that gives its sums, its output's shape, and what it reads beside the last tensor. */
function unquantized(
  begun: Begun,
  spec: StageSpec,
  kind: Summed['kind'],
  random: Random,
  products: string,
  weightLevels: number,
): readonly [Summed, Shape, readonly Tensor[]] {
  const input = now(begun);
  const [height, width, depth] = input.shape;
  const { outputs, magnitude } = spec;
  const named = { name: nextName(begun), requantize: null };
  const weighted = (filters: number, each: number) => ({
    products,
    weights: randomWeights(random, filters * each, weightLevels),
    bias: randomList(random, filters, -4 * magnitude, 4 * magnitude),
  });
  const worth = (levels: number | null): number[] => randomList(random, levels ?? 0, -magnitude, magnitude);
  const paddingIndex = between(random, 0, (input.levels ?? 1) - 1);
  switch (kind) {
    case 'dense': {
      const each = height * width * depth;
      const stage = { ...named, kind, input: input.name, units: outputs, ...weighted(outputs, each) };
      return [stage, [1, 1, outputs], []];
    }
    case 'conv2d': {
      const { size, stride, padding, output } = windowOf(spec, input.shape, outputs);
      const place = { input: input.name, kernel: size, stride, padding, paddingIndex };
      const filters = weighted(outputs, size[0] * size[1] * depth);
      return [{ ...named, kind, filters: outputs, ...place, ...filters }, output, []];
    }
    case 'depthwiseConv2d': {
      const { size, stride, padding, output } = windowOf(spec, input.shape, depth);
      const place = { input: input.name, kernel: size, stride, padding, paddingIndex };
      return [{ ...named, kind, ...place, ...weighted(depth, size[0] * size[1]) }, output, []];
    }
    case 'averagePool': {
      const { size, stride, padding, output } = windowOf(spec, input.shape, depth);
      const values = worth(input.levels);
      return [{ ...named, kind, input: input.name, window: size, stride, padding, values }, output, []];
    }
    case 'add': {
      const other = beside(begun, spec, (shape) => shape.join() === input.shape.join());
      const values = [worth(input.levels), worth(other.levels)];
      return [{ ...named, kind, inputs: [input.name, other.name], values }, input.shape, [other]];
    }
  }
}

interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
  readonly output: Shape;
}

/** The spec's window, no larger than its input with the padding, which is less than the window. */
function windowOf(spec: StageSpec, [height, width]: Shape, channels: number): Window {
  const [top, right, bottom, left] = spec.padding;
  const rows = along(height, spec.window[0], spec.stride[0], top, bottom);
  const columns = along(width, spec.window[1], spec.stride[1], left, right);
  return {
    size: [rows.size, columns.size],
    stride: spec.stride,
    padding: { top: rows.before, right: columns.after, bottom: rows.after, left: columns.before },
    output: [rows.positions, columns.positions, channels],
  };
}

function along(length: number, size: number, stride: number, wantedBefore: number, wantedAfter: number) {
  const before = Math.min(wantedBefore, size - 1);
  const after = Math.min(wantedAfter, size - 1);
  const room = before + length + after - size;
  if (room < 0) return along(length, size - 1, stride, wantedBefore, wantedAfter);
  return { size, before, after, positions: Math.floor(room / stride) + 1 };
}
