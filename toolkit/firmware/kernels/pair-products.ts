import {
  productTableOf,
  type AnalysedStage,
  type Conv2dStage,
  type DenseStage,
  type TableNetwork,
} from '../../network/index.js';
import { commonActivation } from './row-products.js';
import { unsignedRequantize, type UnsignedRequantize } from './unsigned-requantize.js';

/** A dense stage or a convolution with two products per lookup (firmware-templates/engine/pairs.h), in numbers. */
export interface PairProducts {
  readonly stage: DenseStage | Conv2dStage;
  readonly inputs: number;
  readonly outputs: number;
  /** The pair of products of activation x and code c is `products[(x << shift) + c]`, both halves of a word. */
  readonly products: readonly number[];
  readonly shift: number;
  /** Tile by tile, input by input, pair by pair; times 4, the bytes of a word, where that still fits a byte. */
  readonly codes: readonly number[];
  readonly scaled: boolean;
  readonly tiles: number;
  /** Inputs that are listed at once. */
  readonly atOnce: number;
  /** Per pair. */
  readonly base: readonly number[];
  readonly common: number;
  /** Null for the last stage. */
  readonly requantize: UnsignedRequantize['by'] | null;
  /** The logit that a sum of 0 stands for. */
  readonly least: number;
}

/** Pairs of outputs in a tile (TABLIZE_TILE). */
export const TILE = 4;

const LARGEST_WORD = 65_535;
/** Inputs listed at once: each list costs some instructions per tile. */
const AT_ONCE = { few: 64, many: 512 };
const FEW_TILES = 4;
/** Bytes of an entry of the table. */
const WORD = 4;

/** Two integers in the halves of a word, the first in the low one, modulo 2^32. */
function halves(low: number, high: number): number {
  return Number(BigInt.asUintN(32, BigInt(low) + BigInt(high) * 65_536n));
}

/** Lays out a dense stage or a convolution as pairs of products; tells why where that cannot be. */
export function pairProducts(network: TableNetwork, analysed: AnalysedStage): PairProducts | string {
  const { stage, bounds } = analysed;
  if (stage.kind !== 'dense' && stage.kind !== 'conv2d') return 'its outputs do not read the same inputs';
  if (bounds === null) return 'it has no sums';
  const table = productTableOf(network, stage);
  if (table.weights > 16)
    return `${table.weights} x ${table.weights} pairs of weights are more than a byte holds`;
  const rule = requantizeOrLogits(analysed);
  if (typeof rule === 'string') return rule;

  const outputs = stage.bias.length;
  const inputs = stage.weights.length / outputs;
  const common = commonActivation(table);
  const shift = Math.ceil(Math.log2(table.weights * table.weights));
  if (inputs * TILE > LARGEST_WORD || table.activations << shift > LARGEST_WORD)
    return 'it has too many inputs';
  const product = (x: number, w: number): number => table.values[x * table.weights + w] ?? 0;
  const products = Array.from({ length: table.activations << shift }, (_, at) => {
    const [x, code] = [at >> shift, at & (2 ** shift - 1)];
    if (code >= table.weights * table.weights) return 0;
    const [low, high] = [code % table.weights, Math.floor(code / table.weights)];
    return halves(product(x, low) - product(common, low), product(x, high) - product(common, high));
  });
  const weight = (output: number, input: number): number =>
    output < outputs ? (stage.weights[output * inputs + input] ?? 0) : 0;
  const tiles = Math.ceil(outputs / (2 * TILE));
  const scaled = table.weights * table.weights * WORD <= 256;
  const codes: number[] = [];
  for (let tile = 0; tile < tiles; tile++)
    for (let input = 0; input < inputs; input++)
      for (let pair = 0; pair < TILE; pair++) {
        const output = 2 * (tile * TILE + pair);
        const code = weight(output, input) + table.weights * weight(output + 1, input);
        codes.push(scaled ? code * WORD : code);
      }
  const start = (output: number): number => {
    if (output >= outputs) return 0;
    let sum = (stage.bias[output] ?? 0) + (rule.offsets[output] ?? 0);
    for (let input = 0; input < inputs; input++) sum += product(common, weight(output, input));
    return sum;
  };
  return {
    stage,
    inputs,
    outputs,
    products,
    shift,
    codes,
    scaled,
    tiles,
    atOnce: Math.min(inputs, tiles > FEW_TILES ? AT_ONCE.many : AT_ONCE.few),
    base: Array.from({ length: tiles * TILE }, (_, pair) => halves(start(2 * pair), start(2 * pair + 1))),
    common,
    requantize: rule.by,
    least: bounds.final.min,
  };
}

interface Rule {
  readonly offsets: readonly number[];
  readonly by: UnsignedRequantize['by'] | null;
}

function requantizeOrLogits(analysed: AnalysedStage): Rule | string {
  const { stage, bounds } = analysed;
  if (!('requantize' in stage) || bounds === null) return 'it has no sums';
  if (stage.requantize !== null) return unsignedRequantize(bounds, stage.requantize);
  const { min, max } = bounds.final;
  if (max - min > LARGEST_WORD) return 'its sums need more than 16 bits';
  return { offsets: bounds.channels.map(() => 0 - min), by: null };
}
