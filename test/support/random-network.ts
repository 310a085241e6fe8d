import {
  FORMAT,
  type ProductTable,
  type Requantize,
  type Shape,
  type Stage,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { between, seeded } from './random.js';

/**
 * A random valid network that covers every stage kind, stride, padding, both requantizations, product-form and
 * general tables, branches (add, concat) and both accumulator widths, depending on the seed alone.
 */
export function randomNetwork(seed: number): TableNetwork {
  const random = seeded(seed);
  const int = (min: number, max: number): number => between(random, min, max);
  const list = (length: number, min: number, max: number): number[] =>
    Array.from({ length }, () => int(min, max));
  const chance = (p: number): boolean => random() < p;

  const products: Record<string, ProductTable> = {};
  const stages: Stage[] = [];
  const wide = chance(0.3) ? 3000 : 40;

  const requantize = (channels: number): { requantize: Requantize; levels: number } => {
    const levels = int(2, chance(0.1) ? 40 : 9);
    if (chance(0.5)) {
      const bins = int(levels, levels + 5);
      const table = Array.from({ length: bins }, (_, bin) => Math.min(levels - 1, bin));
      return {
        requantize: {
          kind: 'shiftTable',
          offset: int(-wide, wide),
          shift: int(0, wide > 100 ? 11 : 6),
          table,
        },
        levels,
      };
    }
    const values = Array.from({ length: channels }, () =>
      list(levels - 1, -wide * 4, wide * 4).sort((a, b) => a - b),
    );
    return { requantize: { kind: 'thresholds', values }, levels };
  };
  const product = (levels: number): { name: string; weights: number } => {
    const name = `t${Object.keys(products).length}`;
    const weights = int(1, chance(0.1) ? 20 : 6);
    const factors = list(weights, -wide, wide);
    const general = chance(0.5);
    const values = Array.from({ length: levels }, (_, a) =>
      factors.map((factor) => (general ? int(-wide, wide) : a * factor + 0)),
    ).flat();
    products[name] = { activations: levels, weights, values };
    return { name, weights };
  };

  interface At {
    name: string;
    shape: Shape;
    levels: number;
  }
  const inputLevels = int(2, 16);
  let now: At = { name: 'input', shape: [int(5, 9), int(5, 9), int(1, 3)], levels: inputLevels };
  const shape = now.shape;

  const window = (
    at: At,
  ): {
    size: [number, number];
    stride: [number, number];
    padding: { top: number; right: number; bottom: number; left: number };
    out: [number, number];
  } => {
    const size: [number, number] = [int(1, Math.min(3, at.shape[0])), int(1, Math.min(3, at.shape[1]))];
    const stride: [number, number] = [int(1, 2), int(1, 2)];
    const padding = {
      top: int(0, size[0] - 1),
      bottom: int(0, size[0] - 1),
      left: int(0, size[1] - 1),
      right: int(0, size[1] - 1),
    };
    const out: [number, number] = [
      Math.floor((at.shape[0] + padding.top + padding.bottom - size[0]) / stride[0]) + 1,
      Math.floor((at.shape[1] + padding.left + padding.right - size[1]) / stride[1]) + 1,
    ];
    return { size, stride, padding, out };
  };

  const layer = (from: At, kind: Stage['kind'], keepShape = false): At => {
    const name = `s${stages.length}`;
    const depth = from.shape[2];
    if (kind === 'conv2d' || kind === 'depthwiseConv2d') {
      const w = keepShape
        ? {
            size: [1, 1] as [number, number],
            stride: [1, 1] as [number, number],
            padding: { top: 0, right: 0, bottom: 0, left: 0 },
            out: [from.shape[0], from.shape[1]] as [number, number],
          }
        : window(from);
      const filters = kind === 'conv2d' ? (keepShape ? depth : int(1, 5)) : depth;
      const { name: table, weights } = product(from.levels);
      const perFilter = w.size[0] * w.size[1] * (kind === 'conv2d' ? depth : 1);
      const { requantize: q, levels } = requantize(filters);
      const common = {
        name,
        input: from.name,
        products: table,
        kernel: w.size,
        stride: w.stride,
        padding: w.padding,
        paddingIndex: int(0, from.levels - 1),
        weights: list(filters * perFilter, 0, weights - 1),
        bias: list(filters, -wide, wide),
        requantize: q,
      };
      stages.push(kind === 'conv2d' ? { kind, filters, ...common } : { kind, ...common });
      return { name, shape: [w.out[0], w.out[1], filters], levels };
    }
    if (kind === 'maxPool' || kind === 'averagePool') {
      const w = window(from);
      if (kind === 'maxPool') {
        stages.push({ kind, name, input: from.name, window: w.size, stride: w.stride, padding: w.padding });
        return { name, shape: [w.out[0], w.out[1], depth], levels: from.levels };
      }
      const { requantize: q, levels } = requantize(depth);
      stages.push({
        kind,
        name,
        input: from.name,
        window: w.size,
        stride: w.stride,
        padding: w.padding,
        values: list(from.levels, -wide, wide),
        requantize: q,
      });
      return { name, shape: [w.out[0], w.out[1], depth], levels };
    }
    const units = int(1, 12);
    const { name: table, weights } = product(from.levels);
    const { requantize: q, levels } = requantize(units);
    stages.push({
      kind: 'dense',
      name,
      input: from.name,
      products: table,
      units,
      weights: list(units * from.shape[0] * from.shape[1] * depth, 0, weights - 1),
      bias: list(units, -wide, wide),
      requantize: q,
    });
    return { name, shape: [1, 1, units], levels };
  };

  const kinds: Stage['kind'][] = ['conv2d', 'depthwiseConv2d', 'maxPool', 'averagePool', 'conv2d'];
  for (let i = int(0, 3); i > 0; i--) {
    const branch = int(0, 5);
    if (branch === 0) {
      const a = layer(now, 'conv2d', true);
      const b = layer(now, 'depthwiseConv2d', true);
      const { requantize: q, levels } = requantize(a.shape[2]);
      const name = `s${stages.length}`;
      stages.push({
        kind: 'add',
        name,
        inputs: [a.name, b.name, now.name],
        values: [a, b, now].map((x) => list(x.levels, -wide, wide)),
        requantize: q,
      });
      now = { name, shape: a.shape, levels };
    } else if (branch === 1) {
      const a = layer(now, 'conv2d', true);
      const name = `s${stages.length}`;
      const tables = [now, a].map((x) => list(x.levels, 0, 6));
      stages.push({ kind: 'concat', name, inputs: [now.name, a.name], tables });
      now = {
        name,
        shape: [a.shape[0], a.shape[1], a.shape[2] + now.shape[2]],
        levels: 1 + Math.max(...tables.flat()),
      };
    } else now = layer(now, kinds[int(0, kinds.length - 1)] ?? 'conv2d');
  }
  if (chance(0.4)) now = layer(now, 'dense');

  const { name: table, weights } = product(now.levels);
  const logits = int(2, 6);
  const count = now.shape[0] * now.shape[1] * now.shape[2];
  stages.push({
    kind: 'dense',
    name: 'logits',
    input: now.name,
    products: table,
    units: logits,
    weights: list(logits * count, 0, weights - 1),
    bias: list(logits, -wide, wide),
    requantize: null,
  });
  return {
    format: FORMAT,
    name: `random-${seed}`,
    input: { shape, levels: inputLevels, table: list(256, 0, inputLevels - 1) },
    products,
    stages,
    output: { labels: Array.from({ length: logits }, (_, i) => `class ${i}`) },
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

/** A random picture for a network. */
export function randomPicture(network: TableNetwork, seed: number): Uint8Array {
  const random = seeded(seed ^ 0x5eed);
  const [h, w, c] = network.input.shape;
  return Uint8Array.from({ length: h * w * c }, () => between(random, 0, 255));
}
