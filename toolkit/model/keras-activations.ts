import type { Activation, ActivationName, Wave } from './activations.js';

/** What TensorFlow.js calls them; it has no hard tanh. */
const TFJS_NAMES: Readonly<Record<ActivationName | Wave, string | null>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  hardTanh: null,
  hardSigmoid: 'hard_sigmoid',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  hardSwish: null,
};

const bare = (name: string): string => name.toLowerCase().replaceAll('_', '');
const BY_BARE_NAME: ReadonlyMap<string, Activation> = new Map(
  (Object.keys(TFJS_NAMES) as (ActivationName | Wave)[]).map((activation) => [bare(activation), activation]),
);

/** Those that Keras has under other names, or with numbers of its own. */
const KERAS_NAMES: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['silu', 'swish'],
  ['hardsilu', 'hardSwish'],
  ['elu', { kind: 'elu', alpha: 1, gamma: 1 }],
  ['selu', { kind: 'elu', alpha: 1.6732632423543772, gamma: 1.0507009873554805 }],
  ['leakyrelu', { kind: 'leakyRelu', slope: 0.2 }],
]);

/**
 * Ours of this name, whether written hardSigmoid or hard_sigmoid; undefined if there is none. The hard sigmoid of Keras 3 is
 * another than that of Keras 2 and TensorFlow.js.
 */
export function activationFromKeras(name: string, isKeras3: boolean): Activation | undefined {
  const found = KERAS_NAMES.get(bare(name)) ?? BY_BARE_NAME.get(bare(name));
  return found === 'hardSigmoid' && isKeras3 ? { kind: 'hardSigmoid', gain: 1 / 6, offset: 0.5 } : found;
}

/** The name that TensorFlow.js reads, or null if it has no such activation. */
export const activationToTfjs = (activation: Activation): string | null =>
  typeof activation === 'string' ? TFJS_NAMES[activation] : null;
