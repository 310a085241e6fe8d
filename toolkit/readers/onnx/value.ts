import type { Operation, QuantizedLevels, Sizes } from '../../graph/index.js';
import type { DataType } from './data-types.js';
import type { OnnxTensor } from './tensors.js';

/** What a name of the file stands for while its nodes are read one after the other. */
export type Value = KnownValue | GridValue | CodedValue | TensorValue;

/** Known already: a weight, or the result of arithmetic on sizes. */
export interface KnownValue {
  readonly kind: 'known';
  readonly type: DataType;
  readonly sizes: Sizes;
  readonly values: OnnxTensor['values'];
  /** The file's name for it. */
  readonly name: string;
}

/**
 * A weight that is rounded to levels, which stay with it while it is moved about, so that the graph has one quantize
 * node right where the weight is read.
 */
export interface GridValue {
  readonly kind: 'grid';
  readonly type: DataType;
  readonly sizes: Sizes;
  readonly values: Float32Array;
  readonly name: string;
  readonly levels: QuantizedLevels;
  /** Along which there is a step per index; 0 if there is one step. */
  readonly axis: number;
}

/** Integers that QuantizeLinear gives; the graph has the levels that they stand for, `real`. */
export interface CodedValue {
  readonly kind: 'coded';
  readonly type: DataType;
  readonly sizes: Sizes;
  readonly real: TensorValue;
  readonly step: KnownValue;
  readonly zero: KnownValue | null;
  readonly axis: number;
}

/** A tensor of the graph. */
export interface TensorValue {
  readonly kind: 'tensor';
  readonly type: DataType;
  readonly sizes: Sizes;
  readonly name: string;
}

/** An operation on some values: a new node or, if all of them are known, the result. The type is the first input's. */
export type Apply = (operation: Operation, inputs: readonly Value[], type?: DataType) => Value;
