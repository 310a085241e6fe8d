import { InputError } from '../errors.js';
import type { KerasNode } from './keras-topology.js';

/** A weight tensor as the file names it. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** By name: that of the layer, a slash, that of the variable; before it those of models it is within, or other scopes. */
export type Weights = ReadonlyMap<string, Weight>;

/** Without what TensorFlow puts after a name: "conv/kernel:0". */
export const plainNames = (weights: Weights): Weights =>
  new Map([...weights].map(([name, weight]) => [name.replace(/:\d+$/, ''), weight]));

/**
 * The values of the first of these variables of a layer that the file has.
 *
 * @throws InputError if it has none of them.
 */
export function weightOf(
  { path, className }: KerasNode,
  weights: Weights,
  where: string,
  ...parts: readonly string[]
): Weight {
  const name = path.at(-1) ?? '';
  for (const part of parts) {
    // A layer "conv" has "conv/kernel"; "block/conv/kernel" may be that of another layer.
    const inner = `${name}/${part}`;
    const whole = [...path, part].join('/');
    const found =
      weights.get(whole) ?? weights.get(inner) ?? endingWith(weights, whole) ?? endingWith(weights, inner);
    if (found !== undefined) return found;
  }
  throw new InputError(`the weight file has no ${parts[0] ?? ''} for this ${className} layer`, {
    where: `layer "${path.join('/')}" of ${where}`,
    next: 'Export the model with its weights.',
  });
}

const endingWith = (weights: Weights, name: string): Weight | undefined =>
  [...weights].find(([key]) => key.endsWith(`/${name}`))?.[1];
