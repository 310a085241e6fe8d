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

/** Ours of this name, whether written hardSigmoid or hard_sigmoid; undefined if there is none. */
export const activationFromKeras = (name: string): Activation | undefined => BY_BARE_NAME.get(bare(name));

/** The name that TensorFlow.js reads, or null if it has no such activation. */
export const activationToTfjs = (activation: Activation): string | null =>
  typeof activation === 'string' ? TFJS_NAMES[activation] : null;
