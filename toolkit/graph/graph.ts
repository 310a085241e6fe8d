import type { Padding } from '../network/index.js';

/**
 * A network as other tools write it, in one set of operators: what every reader of a file gives, and what is then
 * simplified, step by step, until it is a FloatModel. All sizes are known; the batch, where there is one, is 1.
 * Tensors of pictures are [batch, height, width, channels], whatever order the file had: a reader puts `transpose`
 * nodes around operators that want channels elsewhere, and the rules take them out again.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  /** In an order in which every node comes after those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** Weights and other tensors that the file holds, by name. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** Names of tensors. */
  readonly outputs: readonly string[];
  /** What the outputs stand for, where the file tells. */
  readonly labels: readonly string[] | null;
}

/** Of a tensor, outermost first. */
export type Sizes = readonly number[];

export interface GraphInput {
  readonly name: string;
  readonly sizes: Sizes;
  /** Where the file has integers here: the value that stands for byte b is `b * scale + offset`. */
  readonly byte: { readonly scale: number; readonly offset: number } | null;
}

/** Row by row, the last size innermost. */
export interface Constant {
  readonly sizes: Sizes;
  readonly values: Float32Array | Int32Array;
}

export interface GraphNode {
  /** As the file has it, for messages; not checked in any way. */
  readonly name: string;
  readonly operation: Operation;
  /** Tensors: outputs of nodes, inputs of the graph, or constants. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/** [vertical, horizontal]. */
export type Pair = readonly [number, number];

export type Operation =
  /** Reads x [n, h, w, in], a kernel [h, w, in / groups, out] and, if there is a third input, a bias [out]. */
  | {
      readonly kind: 'conv2d';
      readonly strides: Pair;
      readonly dilations: Pair;
      readonly padding: Padding;
      readonly groups: number;
    }
  /** Over [n, h, w, c]. An average counts the values of the padding, zeros, or leaves them out. */
  | {
      readonly kind: 'maxPool' | 'averagePool';
      readonly window: Pair;
      readonly strides: Pair;
      readonly dilations: Pair;
      readonly padding: Padding;
      readonly countsPadding: boolean;
    }
  /** The product of matrices in the last two sizes; those before are broadcast. */
  | { readonly kind: 'matmul' }
  /** Of two tensors, broadcast as NumPy does. */
  | { readonly kind: 'binary'; readonly of: BinaryName }
  /** Value by value. */
  | { readonly kind: 'unary'; readonly of: Unary }
  /** Reads x and slopes that are broadcast: x where it is positive, else slope * x. */
  | { readonly kind: 'prelu' }
  | { readonly kind: 'softmax'; readonly axis: number; readonly log: boolean }
  | {
      readonly kind: 'reduce';
      readonly of: 'mean' | 'max' | 'min' | 'sum';
      readonly axes: readonly number[];
      /** Whether the axes stay, with size 1. */
      readonly keep: boolean;
    }
  /** Index of the first largest value along the axis, which goes or stays with size 1. */
  | { readonly kind: 'argMax'; readonly axis: number; readonly keep: boolean }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'reshape'; readonly sizes: Sizes }
  /** Axis k of the output is axis `order[k]` of the input. */
  | { readonly kind: 'transpose'; readonly order: readonly number[] }
  | {
      readonly kind: 'pad';
      readonly before: readonly number[];
      readonly after: readonly number[];
      readonly mode: 'constant' | 'edge' | 'reflect';
      readonly value: number;
    }
  /** One of each per axis; output size ceil((end - begin) / step) with positive steps. */
  | {
      readonly kind: 'slice';
      readonly begin: readonly number[];
      readonly end: readonly number[];
      readonly step: readonly number[];
    }
  /** To the nearest of a set of levels: activations or weights that are quantized already. */
  | { readonly kind: 'quantize'; readonly levels: QuantizedLevels };

export type BinaryName = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'power';

export type Unary =
  | {
      readonly kind:
        | 'identity'
        | 'relu'
        | 'tanh'
        | 'sigmoid'
        | 'hardSwish'
        | 'swish'
        | 'softplus'
        | 'softsign'
        | 'exp'
        | 'log'
        | 'abs'
        | 'negative'
        | 'sqrt'
        | 'reciprocal'
        | 'floor'
        | 'ceil'
        | 'round'
        | 'erf'
        | 'sign';
    }
  /** slope * x where x is negative. */
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  /** alpha * (exp(x) - 1) where x is negative, else x; both times gamma. */
  | { readonly kind: 'elu'; readonly alpha: number; readonly gamma: number }
  /** x cut off at both ends, which may be infinite. */
  | { readonly kind: 'clip'; readonly least: number; readonly most: number }
  /** gain * x + offset, cut off at 0 and 1. */
  | { readonly kind: 'hardSigmoid'; readonly gain: number; readonly offset: number };

/**
 * y = (clamp(round(x / step + zero), least, most) - zero) * step, halves to even; with `bipolar` step where x >= 0, else
 * -step. One step and zero, or one per channel (the last axis).
 */
export interface QuantizedLevels {
  readonly step: readonly number[];
  readonly zero: readonly number[];
  readonly least: number;
  readonly most: number;
  readonly bipolar: boolean;
  readonly rounding: 'even' | 'up' | 'floor' | 'ceil' | 'toZero';
}
