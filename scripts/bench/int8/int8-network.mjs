// What a network of 8-bit integers is. All numbers are integers; a value q of a tensor stands for scale * (q - zero).

/** @typedef {readonly [number, number, number]} Shape - height, width, channels */
/** @typedef {{ readonly scale: number, readonly zero: number }} Quantization */

/**
 * From sums to outputs; one bias, multiplier and shift per output channel: q = sum * multiplier * 2^(shift - 31) + zero of the output.
 *
 * @typedef {object} Scaling
 * @property {readonly number[]} bias
 * @property {readonly number[]} multipliers
 * @property {readonly number[]} shifts
 */

/**
 * @typedef {object} Tensor
 * @property {string} name
 * @property {Shape} shape
 * @property {number} zero
 */

/** @typedef {{ readonly least: number, readonly greatest: number }} Range */

/**
 * @typedef {object} Geometry
 * @property {readonly [number, number]} window
 * @property {readonly [number, number]} stride
 * @property {{ readonly top: number, readonly left: number }} padding
 */

/** @typedef {{ readonly inputs: readonly Tensor[], readonly output: Tensor, readonly range: Range }} Base */

/**
 * Weights are filter by filter: [filters][rows][columns][channels]; depthwise ones [rows][columns][channels].
 *
 * @typedef {Base & { readonly kind: 'dense', readonly weights: readonly number[], readonly scaling: Scaling }} DenseStage
 * @typedef {Base & Geometry & { readonly kind: 'conv2d' | 'depthwiseConv2d', readonly weights: readonly number[], readonly scaling: Scaling }} ConvolutionStage
 * @typedef {Base & Geometry & { readonly kind: 'maxPool' | 'averagePool' }} PoolStage
 */

/**
 * Addends are shifted left by `leftShift`, scaled by a factor each, added, and scaled to the output.
 *
 * @typedef {Base & { readonly kind: 'add', readonly leftShift: number, readonly factors: readonly Factor[], readonly outputFactor: Factor }} AddStage
 */

/** @typedef {{ readonly multiplier: number, readonly shift: number }} Factor - multiplier * 2^(shift - 31) */
/** @typedef {DenseStage | ConvolutionStage | PoolStage | AddStage} Int8Stage */

/**
 * @typedef {object} Int8Network - the last stage's outputs are the logits
 * @property {string} name
 * @property {Tensor} input - pixels less 128
 * @property {readonly Int8Stage[]} stages
 */

/** @param {Shape} shape */
export const elements = ([height, width, channels]) => height * width * channels;

/** @param {Tensor | undefined} tensor @returns {Tensor} */
export function present(tensor) {
  if (tensor === undefined) throw new Error('a stage without input');
  return tensor;
}

/**
 * The nearest factor with a multiplier of 31 bits.
 *
 * @param {number} value - above zero
 * @returns {Factor}
 */
export function factorOf(value) {
  const shift = Math.floor(Math.log2(value)) + 1;
  const multiplier = Math.round((value / 2 ** shift) * 2 ** 31);
  return multiplier === 2 ** 31 ? { multiplier: 2 ** 30, shift: shift + 1 } : { multiplier, shift };
}

/** Bytes of weights, biases, multipliers and shifts. @param {Int8Network} network */
export function constantBytes({ stages }) {
  return stages.reduce(
    (sum, stage) => sum + ('weights' in stage ? stage.weights.length + 12 * stage.scaling.bias.length : 0),
    0,
  );
}

/** Multiply-accumulates of a stage, with those of cells in the padding. @param {Int8Stage} stage */
export function multiplyAccumulates(stage) {
  if (!('weights' in stage)) return 0;
  const [rows, columns, channels] = stage.output.shape;
  return (rows * columns * channels * stage.weights.length) / channels;
}
