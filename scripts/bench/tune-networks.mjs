// Small networks of all shapes, whose stages the cost model is fitted to.

/** @typedef {import('../../dist/index.js').TableNetwork} TableNetwork */
/** @typedef {import('../../dist/network/index.js').Stage} Stage */

/** Numbers from 0 to 1, the same for the same seed. @param {number} seed */
function randomFrom(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state >>> 8) & 0xffffff) / 2 ** 24;
  };
}

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };
const ONE = { top: 1, right: 1, bottom: 1, left: 1 };

/**
 * A network of exact products with 8 activation levels, those of even seeds in equal steps: convolutions of several widths, a depthwise one, pooling and dense stages.
 *
 * @param {number} seed
 * @param {boolean} little - for parts with little memory
 * @returns {TableNetwork}
 */
export function tuneNetwork(seed, little) {
  const random = randomFrom(seed);
  /** @param {number} least @param {number} most */
  const int = (least, most) => least + Math.floor(random() * (most - least + 1));
  /** @param {readonly number[]} some */
  const one = (...some) => some[int(0, some.length - 1)] ?? 0;
  // Every other network has weights and thresholds of equal steps, as some kernels want them.
  const steps = seed % 2 === 0;
  const weightLevels = one(3, 5, 5, steps ? 7 : 9);
  const half = (weightLevels - 1) / 2;
  const unit = int(3, 9);
  const factors = Array.from({ length: weightLevels }, (_, w) =>
    steps ? unit * Math.sign(w - half) * ((2 ** Math.abs(w - half)) >> 1) : (w - half) * int(3, 9),
  );
  const table = {
    activations: 8,
    weights: weightLevels,
    values: Array.from(
      { length: 8 * weightLevels },
      (_, i) => Math.floor(i / weightLevels) * (factors[i % weightLevels] ?? 0) + 0,
    ),
  };
  /** @param {number} count */
  const weights = (count) => Array.from({ length: count }, () => int(0, weightLevels - 1));
  /** @param {number} channels */
  const requantize = (channels) => {
    const step = int(40, 200);
    if (steps) {
      return {
        kind: /** @type {const} */ ('thresholds'),
        values: Array.from({ length: channels }, () => {
          const first = int(-100, 100);
          const spacing = unit * 2 ** int(1, 4);
          return Array.from({ length: 7 }, (_, k) => first + k * spacing);
        }),
      };
    }
    return random() < 0.5
      ? {
          kind: /** @type {const} */ ('shiftTable'),
          offset: int(0, 100),
          shift: int(5, 8),
          table: [0, 1, 2, 3, 4, 5, 6, 7],
        }
      : {
          kind: /** @type {const} */ ('thresholds'),
          values: Array.from({ length: channels }, () =>
            Array.from({ length: 7 }, (_, k) => k * step - int(0, 3 * step)).sort((a, b) => a - b),
          ),
        };
  };
  const size = little ? int(8, 12) : int(10, 22);
  const filters = little ? int(2, 6) : one(4, 8, 12, 16);
  const depth = little ? int(2, 6) : one(8, 16, 32, 48);
  const stride = one(1, 1, 2);
  const bias = (/** @type {number} */ count) => Array.from({ length: count }, () => int(-50, 50));
  const width = Math.floor((size + 2 - 3) / stride) + 1;
  /** @type {Stage[]} */
  const stages = [
    {
      ...{
        kind: 'conv2d',
        name: 'wide',
        input: 'input',
        products: 'exact',
        filters,
        kernel: [3, 3],
        stride: [stride, stride],
      },
      ...{
        padding: ONE,
        paddingIndex: 0,
        weights: weights(9 * filters),
        bias: bias(filters),
        requantize: requantize(filters),
      },
    },
    {
      ...{
        kind: 'depthwiseConv2d',
        name: 'deep',
        input: 'wide',
        products: 'exact',
        kernel: [3, 3],
        stride: [1, 1],
      },
      ...{
        padding: ONE,
        paddingIndex: 0,
        weights: weights(9 * filters),
        bias: bias(filters),
        requantize: requantize(filters),
      },
    },
    {
      ...{
        kind: 'conv2d',
        name: 'point',
        input: 'deep',
        products: 'exact',
        filters: depth,
        kernel: [1, 1],
        stride: [1, 1],
      },
      ...{
        padding: NONE,
        paddingIndex: 0,
        weights: weights(depth * filters),
        bias: bias(depth),
        requantize: requantize(depth),
      },
    },
    { kind: 'maxPool', name: 'pool', input: 'point', window: [2, 2], stride: [2, 2], padding: NONE },
  ];
  const cells = Math.floor(width / 2) ** 2 * depth;
  const units = little ? Math.max(4, Math.min(24, Math.floor(6000 / cells))) : int(10, 60);
  stages.push(
    {
      ...{
        kind: 'dense',
        name: 'dense',
        input: 'pool',
        products: 'exact',
        units,
        weights: weights(units * cells),
      },
      ...{ bias: bias(units), requantize: requantize(units) },
    },
    {
      kind: 'dense',
      name: 'logits',
      input: 'dense',
      products: 'exact',
      units: 10,
      weights: weights(10 * units),
      bias: bias(10),
      requantize: null,
    },
  );
  return {
    format: 'tablize/table-network@1',
    name: `tune-${seed}`,
    input: { shape: [size, size, 1], levels: 8, table: Array.from({ length: 256 }, (_, byte) => byte >> 5) },
    products: { exact: table },
    stages,
    output: { labels: Array.from({ length: 10 }, (_, i) => String(i)) },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'made up', weights: 'made up' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
}

/** Pictures with as many dark pixels as digits have. @param {TableNetwork} network @param {number} count */
export function tunePictures({ input: { shape } }, count) {
  const random = randomFrom(77);
  const [height, width, channels] = shape;
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: height * width * channels }, () =>
      random() < 0.5 ? 0 : Math.floor(random() * 256),
    ),
  );
}
