import type {
  BinaryName,
  Constant,
  Graph,
  GraphNode,
  Operation,
  Sizes,
  Unary,
} from '../../toolkit/graph/index.js';
import { graphSizes } from '../../toolkit/graph/index.js';
import { seeded } from './random.js';

/** A graph, and the tensor of its logits behind which functions of the output may follow. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly logits: string;
  /** Whether its picture is [channels, height, width]. */
  readonly channelsFirst: boolean;
}

/**
 * A random graph of operators that have a form in tables, written as other tools write them: channels first or last,
 * batch norm as a product and a sum, activations of one operator or of many, constants that are computed.
 */
export function randomGraph(seed: number): RandomGraph {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const chance = (part: number): boolean => random() < part;
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const channelsFirst = chance(0.5);
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Constant>();
  const [height, width, channels] = [3 + below(5), 3 + below(5), 1 + below(3)];
  const sizes: Sizes = channelsFirst ? [1, channels, height, width] : [1, height, width, channels];
  const inputs = [{ name: 'picture', sizes, byte: null }];
  const graphOf = (outputs: readonly string[]): Graph => ({
    name: 'random',
    inputs,
    nodes,
    constants,
    outputs,
    labels: null,
  });
  const sizesOf = (tensor: string): Sizes => graphSizes(graphOf([])).get(tensor) ?? [];
  let names = 0;
  const node = (operation: Operation, ...read: readonly string[]): string => {
    const output = `t${++names}`;
    nodes.push({
      name: chance(0.2) ? '' : `/layer${names}/${operation.kind}`,
      operation,
      inputs: read,
      output,
    });
    return output;
  };
  const constant = (at: Sizes, of: () => number): string => {
    const name = `c${++names}`;
    const count = at.reduce((product, size) => product * size, 1);
    constants.set(name, { sizes: at, values: Float32Array.from({ length: count }, of) });
    // Some are computed from others.
    return chance(0.1) ? node({ kind: 'unary', of: { kind: 'identity' } }, name) : name;
  };
  const number = (value: number): string => constant(pick([[], [1]]), () => value);
  const real = (size: number) => () => (2 * random() - 1) * size;
  const binary = (of: BinaryName, a: string, b: string): string => node({ kind: 'binary', of }, a, b);
  const unary = (of: Unary, x: string): string => node({ kind: 'unary', of }, x);
  const order = (...axes: readonly number[]) => ({ kind: 'transpose', order: axes }) as const;
  /** An operator on channels-last tensors, on one of whatever order this graph has. */
  const last = (x: string, of: (x: string) => string): string => {
    if (!channelsFirst) return of(x);
    return node(order(0, 3, 1, 2), of(node(order(0, 2, 3, 1), x)));
  };
  const hwc = (x: string): readonly [number, number, number] => {
    const [, a = 1, b = 1, c = 1] = sizesOf(x);
    return channelsFirst ? [b, c, a] : [a, b, c];
  };
  const perChannel = (x: string, of: () => number): string => {
    const [, , c] = hwc(x);
    return constant(
      channelsFirst
        ? pick([
            [1, c, 1, 1],
            [c, 1, 1],
          ])
        : pick([[c], [1, 1, 1, c]]),
      of,
    );
  };

  const conv = (x: string, filters: number | 'depthwise' | null, same: boolean): string => {
    const [h, w, c] = hwc(x);
    const odd = (size: number): number => (same ? pick([1, 3]) : 1 + below(Math.min(size, 3)));
    const kernel = [odd(h), odd(w)] as const;
    const size = [h, w] as const;
    const wide = (axis: 0 | 1): number =>
      chance(0.3) && (same || 2 * kernel[axis] - 1 <= size[axis]) ? 2 : 1;
    const dilations = [wide(0), wide(1)] as const;
    const reach = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
    const around = (axis: 0 | 1): readonly [number, number] => {
      const size = reach[axis] ?? 1;
      return same ? [(size - 1) / 2, (size - 1) / 2] : [below(size), below(size)];
    };
    const [[top, bottom], [left, right]] = [around(0), around(1)];
    const groups = filters === 'depthwise' ? c : c > 1 && chance(0.3) ? c : 1;
    const outputs =
      filters === 'depthwise'
        ? c * pick([1, 1, 2])
        : filters === null
          ? c
          : Math.ceil(filters / groups) * groups;
    const read = [
      constant([...kernel, c / groups, outputs], real(1.2 / Math.sqrt((kernel[0] * kernel[1] * c) / groups))),
    ];
    if (chance(0.7)) read.push(constant([outputs], real(0.3)));
    const strides = same ? ([1, 1] as const) : ([1 + below(2), 1 + below(2)] as const);
    const operation = { kind: 'conv2d', strides, dilations, groups } as const;
    if (!same && chance(0.3) && top + bottom + left + right > 0) {
      // Padding as an operator of its own.
      const pad = {
        kind: 'pad',
        before: [0, top, left, 0],
        after: [0, bottom, right, 0],
        mode: 'constant',
        value: 0,
      } as const;
      const none = { top: 0, right: 0, bottom: 0, left: 0 };
      return last(x, (y) => node({ ...operation, padding: none }, node(pad, y), ...read));
    }
    return last(x, (y) => node({ ...operation, padding: { top, right, bottom, left } }, y, ...read));
  };
  const norm = (x: string): string => {
    const product = binary(
      'multiply',
      x,
      perChannel(x, () => (chance(0.1) ? -1 : 1) * (0.5 + random())),
    );
    return chance(0.5)
      ? binary('add', product, perChannel(x, real(0.5)))
      : binary('subtract', product, perChannel(x, real(0.5)));
  };
  const activation = (x: string): string =>
    pick([
      () => unary({ kind: 'relu' }, x),
      () => binary('minimum', unary({ kind: 'relu' }, x), number(6)),
      () =>
        unary({ kind: pick(['tanh', 'sigmoid', 'softplus', 'softsign', 'swish', 'hardSwish'] as const) }, x),
      () => unary({ kind: 'leakyRelu', slope: 0.1 + below(3) / 10 }, x),
      () => binary('maximum', x, binary('multiply', x, number(0.25))),
      () => unary({ kind: 'elu', alpha: 1.5, gamma: pick([1, 1.05]) }, x),
      () => unary({ kind: 'hardSigmoid', gain: pick([0.2, 1 / 6]), offset: 0.5 }, x),
      () => unary({ kind: 'clip', least: -0.5, most: pick([0.75, Infinity]) }, x),
      () => binary('multiply', unary({ kind: 'sigmoid' }, x), x),
      () => {
        const gate = unary({ kind: 'clip', least: 0, most: 6 }, binary('add', x, number(3)));
        return chance(0.5)
          ? binary('divide', binary('multiply', x, gate), number(6))
          : binary('multiply', x, binary('multiply', gate, number(1 / 6)));
      },
      () =>
        node(
          { kind: 'prelu' },
          x,
          perChannel(x, () => random()),
        ),
      () => {
        const below0 = unary({ kind: 'relu' }, unary({ kind: 'negative' }, x));
        return binary(
          'add',
          unary({ kind: 'relu' }, x),
          binary(
            'multiply',
            perChannel(x, () => -random()),
            below0,
          ),
        );
      },
    ])();
  const ended = (x: string): string => {
    const normal = chance(0.4) ? norm(x) : x;
    return chance(0.8) ? activation(normal) : normal;
  };
  const pool = (x: string): string => {
    const [h, w] = hwc(x);
    const window = [1 + below(Math.min(h, 3)), 1 + below(Math.min(w, 3))] as const;
    const side = (axis: 0 | 1): number => (chance(0.6) ? 0 : below(window[axis]));
    const padding = { top: side(0), bottom: side(0), left: side(1), right: side(1) };
    const kind = pick(['maxPool', 'averagePool'] as const);
    const strides = [1 + below(2), 1 + below(2)] as const;
    return last(x, (y) =>
      node({ kind, window, strides, dilations: [1, 1], padding, countsPadding: true }, y),
    );
  };
  const blocks = [
    (x: string) => ended(conv(x, 1 + below(4), false)),
    (x: string) => ended(conv(x, 'depthwise', false)),
    pool,
    (x: string) => activation(x),
    (x: string) => norm(x),
    (x: string) => ended(binary(pick(['add', 'subtract']), x, conv(x, null, true))),
    (x: string) => {
      const axis = channelsFirst ? 1 : 3;
      return ended(
        node({ kind: 'concat', axis }, ended(conv(x, 1 + below(3), true)), ended(conv(x, 'depthwise', true))),
      );
    },
    (x: string) => {
      const to = sizesOf(x);
      const [k] = [to.findIndex((size, axis) => axis > 0 && size > 1)];
      if (k < 0) return x;
      const begin = to.map((_, axis) => (axis === k ? below(2) : 0));
      return node(
        { kind: 'slice', begin, end: to, step: to.map((_, axis) => (axis === k ? 1 + below(2) : 1)) },
        x,
      );
    },
    (x: string) => unary({ kind: 'identity' }, x),
  ];

  let current = 'picture';
  if (chance(0.3)) current = binary('divide', binary('subtract', current, number(0.25)), number(0.5));
  else if (chance(0.2)) current = norm(current);
  // Without an operator that wants channels last nothing tells which axis has them.
  if (channelsFirst) current = pick(blocks.slice(0, 3))(current);
  for (let left = 1 + below(4); left > 0; left--) current = pick(blocks)(current);
  const [, a = 1, b = 1, c = 1] = sizesOf(current);
  if (chance(0.5)) {
    const axes = channelsFirst ? [2, 3] : [1, 2];
    const keep = chance(0.5);
    current = node({ kind: 'reduce', of: pick(['mean', 'mean', 'max', 'sum']), axes, keep }, current);
    if (keep) current = node({ kind: 'reshape', sizes: [1, channelsFirst ? a : c] }, current);
  } else {
    current = node({ kind: 'reshape', sizes: [1, a * b * c] }, current);
    if (chance(0.3)) current = unary({ kind: 'relu' }, current);
  }
  const [, inputsLeft = 1] = sizesOf(current);
  const units = 2 + below(3);
  let logits = node(
    { kind: 'matmul' },
    current,
    constant([inputsLeft, units], real(1 / Math.sqrt(inputsLeft))),
  );
  if (chance(0.8)) logits = binary('add', logits, constant(pick([[units], [1, units]]), real(0.3)));
  const output = chance(0.5) ? node({ kind: 'softmax', axis: 1, log: chance(0.3) }, logits) : logits;
  return { graph: graphOf([output]), logits, channelsFirst };
}

/** The bytes of a random picture, [height][width][channels], and the same as a graph reads them. */
export function randomPicture({ graph, channelsFirst }: RandomGraph, seed: number) {
  const random = seeded(seed + 1);
  const [, a = 1, b = 1, c = 1] = graph.inputs[0]?.sizes ?? [];
  const bytes = Uint8Array.from({ length: a * b * c }, () => Math.floor(random() * 256));
  const at = (i: number): number => {
    if (!channelsFirst) return i;
    // [channel][row][column] from [row][column][channel]
    return (i % (b * c)) * a + Math.floor(i / (b * c));
  };
  return { bytes, order: (values: Float32Array): Float32Array => values.map((_, i) => values[at(i)] ?? 0) };
}
