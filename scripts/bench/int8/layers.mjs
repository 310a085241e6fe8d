// Networks of one layer with random weights, of the sizes at which CMSIS-NN was measured.
import { randomNumbers } from '../../sparse/random.mjs';
import { elements, factorOf } from './int8-network.mjs';

/** @typedef {import('./int8-network.mjs').Int8Network} Int8Network */
/** @typedef {import('./int8-network.mjs').Shape} Shape */
/** @typedef {import('./int8-network.mjs').Geometry} Geometry */

/**
 * @typedef {object} Layer
 * @property {string} title
 * @property {Int8Network} network
 * @property {number} macs - multiply-accumulates, with those of cells in the padding
 */

const STRIDE = /** @type {const} */ ([1, 1]);

/** @returns {readonly Layer[]} */
export function checkedLayers() {
  return [
    layer('dense 784 -> 32', 'dense', [28, 28, 1], [1, 1, 32], [28, 28], 0),
    layer('conv 5 x 5, 8 -> 16', 'conv2d', [12, 12, 8], [8, 8, 16], [5, 5], 0),
    layer('conv 3 x 3, 1 -> 8', 'conv2d', [12, 12, 1], [10, 10, 8], [3, 3], 0),
    layer('depthwise 3 x 3, 16 channels', 'depthwiseConv2d', [12, 12, 16], [12, 12, 16], [3, 3], 1),
  ];
}

/**
 * @param {string} title
 * @param {'dense' | 'conv2d' | 'depthwiseConv2d'} kind
 * @param {Shape} input
 * @param {Shape} output
 * @param {readonly [number, number]} window
 * @param {number} padding
 * @returns {Layer}
 */
function layer(title, kind, input, output, window, padding) {
  const random = randomNumbers(1);
  /** @param {number} least @param {number} greatest */
  const integer = (least, greatest) => least + Math.floor(random() * (greatest - least + 1));
  /** @param {number} length @param {() => number} value */
  const list = (length, value) => Array.from({ length }, value);
  const filters = output[2];
  const cells = kind === 'depthwiseConv2d' ? window[0] * window[1] : window[0] * window[1] * input[2];
  // Outputs that spread over most of the range.
  const factors = list(filters, () => factorOf((0.5 + random()) / (75 * Math.sqrt(cells))).multiplier);
  const { shift } = factorOf(1 / (75 * Math.sqrt(cells)));
  const inputTensor = { name: 'input', shape: input, zero: -128 };
  const stage = {
    inputs: [inputTensor],
    output: { name: 'layer', shape: output, zero: -3 },
    range: { least: -128, greatest: 127 },
    weights: list(filters * cells, () => integer(-127, 127)),
    scaling: {
      bias: list(filters, () => integer(-2000, 2000)),
      multipliers: factors,
      shifts: list(filters, () => shift),
    },
  };
  const geometry = { window, stride: STRIDE, padding: { top: padding, left: padding } };
  return {
    title,
    network: {
      name: 'layer',
      input: inputTensor,
      stages: [kind === 'dense' ? { ...stage, kind } : { ...stage, ...geometry, kind }],
    },
    macs: (kind === 'dense' ? filters : elements(output)) * cells,
  };
}
