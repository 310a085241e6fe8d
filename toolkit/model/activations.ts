/**
 * Activation functions. All but `Wave` never fall, so a rounded activation is decided by comparing the value before it
 * with boundaries: a table network needs no other form of them.
 */
export type Activation = ActivationName | Wave | ParametricActivation;

export type ActivationName =
  'linear' | 'relu' | 'relu6' | 'tanh' | 'sigmoid' | 'hardTanh' | 'hardSigmoid' | 'softplus' | 'softsign';

/**
 * Functions that fall and rise, and are 0 at 0. Levels are those of the value *before* such a function; what reads the
 * tensor takes the function of each level, so that values of its levels do not ascend.
 */
export type Wave = 'swish' | 'hardSwish';

export type ParametricActivation =
  /** slope * x where x is negative; slope >= 0. */
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  /** The same with a slope per channel. */
  | { readonly kind: 'prelu'; readonly slopes: readonly number[] }
  /** x cut off at both ends; `NO_END` and -`NO_END` stand for none. */
  | { readonly kind: 'clip'; readonly least: number; readonly most: number }
  /** gamma * alpha * (exp(x) - 1) where x is negative, else gamma * x; both positive. */
  | { readonly kind: 'elu'; readonly alpha: number; readonly gamma: number }
  /** gain * x + offset, cut off at 0 and 1; gain > 0. */
  | { readonly kind: 'hardSigmoid'; readonly gain: number; readonly offset: number };

/** Beyond every value. JSON has no infinity. */
export const NO_END = 1e30;

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

const leaky = (slope: number): ActivationFunction =>
  slope === 0
    ? ACTIVATIONS.relu
    : {
        apply: (x) => (x < 0 ? slope * x : x),
        slope: (x) => (x < 0 ? slope : 1),
        inverse: (y) => (y < 0 ? y / slope : y),
        least: -Infinity,
        greatest: Infinity,
        line: null,
      };

const elu = (alpha: number, gamma: number): ActivationFunction => ({
  apply: (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
  slope: (x) => gamma * (x < 0 ? alpha * Math.exp(x) : 1),
  inverse: (y) => (y < 0 ? Math.log1p(y / (gamma * alpha)) : y / gamma),
  least: -gamma * alpha,
  greatest: Infinity,
  line: null,
});

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const ACTIVATIONS: Readonly<Record<ActivationName, ActivationFunction>> = {
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
  softplus: {
    apply: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    slope: sigmoid,
    inverse: (y) => y + Math.log(-Math.expm1(-y)),
    least: 0,
    greatest: Infinity,
    line: null,
  },
  softsign: {
    apply: (x) => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x)),
    slope: (x) => 1 / (1 + Math.abs(x)) ** 2,
    inverse: (y) => y / (1 - Math.abs(y)),
    least: -1,
    greatest: 1,
    line: null,
  },
};

const WAVES: Readonly<Record<Wave, (x: number) => number>> = {
  swish: (x) => x * sigmoid(x),
  // The sum with 0 makes 0 of -0.
  hardSwish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6 + 0,
};

/** Whether a function rises and falls. */
export const isWave = (activation: Activation): activation is Wave =>
  typeof activation === 'string' && activation in WAVES;

/**
 * An activation function that never falls, of one channel. Of a wave it is what its levels are levels of: the value
 * before it.
 */
export function activationFunction(activation: Activation, channel = 0): ActivationFunction {
  if (isWave(activation)) return ACTIVATIONS.linear;
  if (typeof activation === 'string') return ACTIVATIONS[activation];
  switch (activation.kind) {
    case 'leakyRelu':
      return leaky(activation.slope);
    case 'prelu':
      return leaky(activation.slopes[channel] ?? 0);
    case 'clip':
      return clipped(activation.least, activation.most);
    case 'elu':
      return elu(activation.alpha, activation.gamma);
    case 'hardSigmoid':
      return clipped(0, 1, activation.gain, activation.offset);
  }
}

/** Whether channels have activation functions of their own. */
export const isPerChannel = (
  activation: Activation,
): activation is Extract<Activation, { readonly kind: 'prelu' }> =>
  typeof activation === 'object' && activation.kind === 'prelu';

/** An activation function at one value; of one per channel that of the first. */
export const activate = (activation: Activation, x: number): number =>
  isWave(activation) ? WAVES[activation](x) : activationFunction(activation).apply(x);

/** An activation function at every value of a tensor, channels innermost. */
export function activateAll(activation: Activation, values: Float32Array, channels: number): Float32Array {
  if (activation === 'linear') return values;
  if (isWave(activation)) return values.map(WAVES[activation]);
  if (!isPerChannel(activation)) return values.map(activationFunction(activation).apply);
  const functions = Array.from({ length: channels }, (_, c) => activationFunction(activation, c).apply);
  return values.map((value, i) => functions[i % channels]?.(value) ?? value);
}

/** A name for messages. */
export const activationName = (activation: Activation): string =>
  typeof activation === 'string' ? activation : activation.kind;

/** Why an activation cannot be used on a tensor of so many channels; null if it can. */
export function activationFault(activation: Activation, channels: number): string | null {
  if (typeof activation === 'string') return null;
  const fault = (sound: boolean, text: string): string | null => (sound ? null : text);
  const finite = (...values: readonly number[]): boolean => values.every(Number.isFinite);
  switch (activation.kind) {
    case 'leakyRelu':
      return fault(finite(activation.slope) && activation.slope >= 0, 'its slope must not be negative');
    case 'prelu':
      return (
        fault(
          activation.slopes.length === channels,
          `${activation.slopes.length} slopes for ${channels} channels`,
        ) ??
        fault(finite(...activation.slopes), 'its slopes must be numbers') ??
        fault(
          activation.slopes.every((slope) => slope >= 0),
          'its slopes must not be negative',
        )
      );
    case 'clip':
      return fault(
        finite(activation.least, activation.most) && activation.least < activation.most,
        'its least value must be below its greatest',
      );
    case 'elu':
      return fault(
        finite(activation.alpha, activation.gamma) && activation.alpha > 0 && activation.gamma > 0,
        'its alpha and gamma must be positive',
      );
    case 'hardSigmoid':
      return fault(
        finite(activation.gain, activation.offset) && activation.gain > 0,
        'its gain must be positive',
      );
  }
}
