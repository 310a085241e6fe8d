import {
  elements,
  productTableOf,
  type AnalysedStage,
  type Requantize,
  type Shape,
  type TableNetwork,
} from '../../network/index.js';

/** An element of a tensor that a stage reads. */
export interface Element {
  readonly tensor: string;
  readonly at: number;
}

/** What makes one element of a stage's output, read off sections 4 and 5 of docs/table-network.md. */
export type Neuron =
  | {
      readonly kind: 'sum';
      readonly constant: number;
      /** `values[index]` each. */
      readonly terms: readonly { readonly from: Element; readonly values: readonly number[] }[];
      readonly requantize: Requantize | null;
      readonly channel: number;
    }
  | { readonly kind: 'largest'; readonly from: readonly Element[] }
  | { readonly kind: 'entry'; readonly from: Element; readonly table: readonly number[] };

/** What makes element n of a stage's output. */
export function neuronsOf(
  network: TableNetwork,
  { stage, inputs, output }: AnalysedStage,
): (n: number) => Neuron {
  const columns = 'products' in stage ? columnsOf(network, stage) : [];
  const input = inputs[0] ?? output;
  const [, width, channels] = output.shape;
  const at = (n: number) => ({
    y: Math.floor(n / (width * channels)),
    x: Math.floor(n / channels) % width,
    c: n % channels,
  });
  return (n) => {
    const { y, x, c } = at(n);
    switch (stage.kind) {
      case 'dense': {
        const count = elements(input.shape);
        const terms = Array.from({ length: count }, (_, i) => ({
          from: { tensor: input.name, at: i },
          values: columns[stage.weights[c * count + i] ?? 0] ?? [],
        }));
        return { kind: 'sum', constant: stage.bias[c] ?? 0, terms, requantize: stage.requantize, channel: c };
      }
      case 'conv2d':
      case 'depthwiseConv2d': {
        const deep = stage.kind === 'conv2d';
        const depth = deep ? input.shape[2] : 1;
        const taps = windowOf(stage, stage.kernel, y, x);
        const products = taps.flatMap(([row, column], tap) =>
          Array.from({ length: depth }, (_, d) => {
            const weight = stage.weights[(c * taps.length + tap) * depth + d] ?? 0;
            const from = elementAt(input, row, column, deep ? d : c);
            return { from, values: columns[weight] ?? [] };
          }),
        );
        const padded = products.reduce(
          (so, { from, values }) => (from === null ? so + (values[stage.paddingIndex] ?? 0) : so),
          stage.bias[c] ?? 0,
        );
        return {
          kind: 'sum',
          constant: padded,
          terms: present(products),
          requantize: stage.requantize,
          channel: c,
        };
      }
      case 'averagePool': {
        const terms = windowOf(stage, stage.window, y, x).map(([row, column]) => ({
          from: elementAt(input, row, column, c),
          values: stage.values,
        }));
        return { kind: 'sum', constant: 0, terms: present(terms), requantize: stage.requantize, channel: c };
      }
      case 'maxPool': {
        const places = windowOf(stage, stage.window, y, x).map(([row, column]) =>
          elementAt(input, row, column, c),
        );
        return { kind: 'largest', from: places.filter((one) => one !== null) };
      }
      case 'add': {
        const terms = inputs.map(({ name }, k) => ({
          from: { tensor: name, at: n },
          values: stage.values[k] ?? [],
        }));
        return { kind: 'sum', constant: 0, terms, requantize: stage.requantize, channel: c };
      }
      case 'concat': {
        let first = 0;
        for (const [k, { name, shape }] of inputs.entries()) {
          if (c < first + shape[2]) {
            const place = (y * width + x) * shape[2] + c - first;
            return { kind: 'entry', from: { tensor: name, at: place }, table: stage.tables[k] ?? [] };
          }
          first += shape[2];
        }
        throw new RangeError(`no input gives channel ${c}`);
      }
    }
  };
}

/** What a neuron reads. */
export function elementsOf(neuron: Neuron): readonly Element[] {
  if (neuron.kind === 'sum') return neuron.terms.map(({ from }) => from);
  return neuron.kind === 'largest' ? neuron.from : [neuron.from];
}

type Weighted = Parameters<typeof productTableOf>[1];

/** The products of each weight, by activation index. */
function columnsOf(network: TableNetwork, stage: Weighted): readonly (readonly number[])[] {
  const { activations, weights, values } = productTableOf(network, stage);
  return Array.from({ length: weights }, (_, weight) =>
    Array.from({ length: activations }, (_, a) => values[a * weights + weight] ?? 0),
  );
}

/** Rows and columns of the input under the window of an output's place; outside where it is padded. */
function windowOf(
  {
    stride,
    padding,
  }: {
    readonly stride: readonly [number, number];
    readonly padding: { readonly top: number; readonly left: number };
  },
  [height, width]: readonly [number, number],
  y: number,
  x: number,
): readonly (readonly [number, number])[] {
  return Array.from({ length: height * width }, (_, tap) => [
    y * stride[0] - padding.top + Math.floor(tap / width),
    x * stride[1] - padding.left + (tap % width),
  ]);
}

/** Null outside of the tensor. */
function elementAt(
  { name, shape }: { readonly name: string; readonly shape: Shape },
  row: number,
  column: number,
  channel: number,
): Element | null {
  const [height, width, channels] = shape;
  if (row < 0 || row >= height || column < 0 || column >= width) return null;
  return { tensor: name, at: (row * width + column) * channels + channel };
}

function present<T extends { readonly from: Element | null }>(
  terms: readonly T[],
): readonly (T & { readonly from: Element })[] {
  return terms.filter((term): term is T & { readonly from: Element } => term.from !== null);
}
