/**
 * Activation functions. All of them never fall, so a rounded activation is decided by comparing the value before it
 * with boundaries: a table network needs no other form of them.
 */
export type Activation = 'linear' | 'relu' | 'relu6' | 'tanh' | 'sigmoid' | 'hardTanh' | 'hardSigmoid';

export interface ActivationFunction {
  readonly apply: (x: number) => number;
  /** d apply / dx, with which training passes through the rounded function too. */
  readonly slope: (x: number) => number;
  /** The smallest x with apply(x) >= y, for `least < y <= greatest`; may be infinite at the ends. */
  readonly inverse: (y: number) => number;
  /** What the function can give. */
  readonly least: number;
  readonly greatest: number;
  /** Where the function is `gain * x + offset` cut off at `least` and `greatest`; null where it is curved. */
  readonly line: { readonly gain: number; readonly offset: number } | null;
}

/** `gain * x + offset`, cut off at `least` and `greatest`. */
function clipped(least: number, greatest: number, gain = 1, offset = 0): ActivationFunction {
  return {
    apply: (x) => Math.min(Math.max(gain * x + offset, least), greatest),
    slope: (x) => {
      const y = gain * x + offset;
      return y > least && y < greatest ? gain : 0;
    },
    inverse: (y) => (y - offset) / gain,
    least,
    greatest,
    line: { gain, offset },
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const ACTIVATIONS: Readonly<Record<Activation, ActivationFunction>> = {
  linear: clipped(-Infinity, Infinity),
  relu: clipped(0, Infinity),
  relu6: clipped(0, 6),
  tanh: {
    apply: Math.tanh,
    slope: (x) => 1 - Math.tanh(x) ** 2,
    inverse: Math.atanh,
    least: -1,
    greatest: 1,
    line: null,
  },
  sigmoid: {
    apply: sigmoid,
    slope: (x) => sigmoid(x) * (1 - sigmoid(x)),
    inverse: (y) => Math.log(y / (1 - y)),
    least: 0,
    greatest: 1,
    line: null,
  },
  hardTanh: clipped(-1, 1),
  /** TensorFlow's and Keras 2's: 0.2 x + 0.5 between 0 and 1. */
  hardSigmoid: clipped(0, 1, 0.2, 0.5),
};

/** An activation function at one value. */
export const activate = (activation: Activation, x: number): number => ACTIVATIONS[activation].apply(x);
