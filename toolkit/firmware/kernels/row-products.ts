import {
  hull,
  productForm,
  productTableOf,
  range,
  type AnalysedStage,
  type Conv2dStage,
  type DenseStage,
  type Interval,
  type ProductTable,
  type TableNetwork,
} from '../../network/index.js';

/** A dense stage or a convolution, input by input (firmware-templates/engine/rows.h), in numbers. */
export interface RowProducts {
  readonly stage: DenseStage | Conv2dStage;
  readonly inputs: number;
  readonly outputs: number;
  /** The product of activation x and weight w, less that of the common activation, is `products[(x << 4) + w]`. */
  readonly products: readonly number[];
  /** Bytes of two weights, input by input. */
  readonly weights: readonly number[];
  /** Per output. */
  readonly base: readonly number[];
  readonly common: number;
  /** All values that are held in a sum or the table. */
  readonly held: Interval;
}

const MOST_WEIGHTS = 16;

/** The activation that a stage's products are told as differences to: that of zero, or the lowest. */
export function commonActivation(table: ProductTable): number {
  return productForm(table)?.zero ?? 0;
}

/** That of each stage; 0 for a stage without weights. */
export function commonActivations(network: TableNetwork): readonly number[] {
  return network.stages.map((stage) =>
    'weights' in stage ? commonActivation(productTableOf(network, stage)) : 0,
  );
}

/** Lays out a dense stage or a convolution input by input; tells why where that cannot be. */
export function rowProducts(network: TableNetwork, { stage, bounds }: AnalysedStage): RowProducts | string {
  if (stage.kind !== 'dense' && stage.kind !== 'conv2d') return 'its outputs do not read the same inputs';
  if (bounds === null) return 'it has no sums';
  const table = productTableOf(network, stage);
  if (table.weights > MOST_WEIGHTS) return `${table.weights} weight levels are more than half a byte holds`;
  const outputs = stage.bias.length;
  const inputs = stage.weights.length / outputs;
  const common = commonActivation(table);
  const product = (x: number, w: number): number => table.values[x * table.weights + w] ?? 0;
  const products = Array.from({ length: table.activations * MOST_WEIGHTS }, (_, at) => {
    const [x, w] = [at >> 4, at & 15];
    return w < table.weights ? product(x, w) - product(common, w) : 0;
  });
  const weight = (output: number, input: number): number =>
    output < outputs ? (stage.weights[output * inputs + input] ?? 0) : 0;
  const weights = Array.from({ length: inputs }, (_, input) =>
    Array.from(
      { length: Math.ceil(outputs / 2) },
      (_unused, pair) => weight(2 * pair, input) + 16 * weight(2 * pair + 1, input),
    ),
  ).flat();
  const base = stage.bias.map((bias, output) => {
    let sum = bias;
    for (let input = 0; input < inputs; input++) sum += product(common, weight(output, input));
    return sum;
  });
  const held = hull([range(products), range(base), reach(products, base, weight, inputs)]);
  if (held.min < -(2 ** 31) || held.max >= 2 ** 31) return 'its sums, input by input, do not fit 32 bits';
  return { stage, inputs, outputs, products, weights, base, common, held };
}

/** The smallest and largest that any sum can be at any moment: from its base, by the differences of some of its inputs. */
function reach(
  products: readonly number[],
  base: readonly number[],
  weight: (output: number, input: number) => number,
  inputs: number,
): Interval {
  const differences = Array.from({ length: MOST_WEIGHTS }, (_, w) =>
    range([0, ...products.filter((_value, at) => (at & 15) === w)]),
  );
  const padding = { min: 0, max: 0 };
  const outputs = base.length + (base.length % 2);
  return hull(
    Array.from({ length: outputs }, (_, output) => {
      let { min, max } = { min: base[output] ?? 0, max: base[output] ?? 0 };
      for (let input = 0; input < inputs; input++) {
        const difference = differences[weight(output, input)] ?? padding;
        min += difference.min;
        max += difference.max;
      }
      return { min, max };
    }),
  );
}
