import { z } from 'zod';
import { InputError } from '../errors.js';

/** [layer, node, tensor, ...] */
const reference = z.tuple([z.string()]).rest(z.unknown());
/** Keras 2: [[layer, 0, 0, {}], ...]. */
const oldNode = z.array(reference);
/** Keras 3: {args: [tensor or list of tensors]}. */
const tensor = z.object({ config: z.object({ keras_history: reference }) });
const newNode = z.object({ args: z.array(z.union([tensor, z.array(tensor)])) });

/**
 * The names of the layers that a layer reads.
 *
 * @throws InputError if it is used at several places, or they cannot be read.
 */
export function inboundNames(
  layer: string,
  inbound: readonly unknown[] = [],
  where: string,
): readonly string[] {
  if (inbound.length > 1) {
    throw new InputError('it is used at several places of the model', {
      where: `layer "${layer}" of ${where}`,
      next: 'Give each place a layer of its own.',
    });
  }
  const [node] = inbound;
  if (node === undefined) return [];
  const old = oldNode.safeParse(node);
  if (old.success) return old.data.map(([name]) => name);
  const current = newNode.safeParse(node);
  if (current.success) return current.data.args.flat().map(({ config }) => config.keras_history[0]);
  throw new InputError('its inputs cannot be read', { where: `layer "${layer}" of ${where}` });
}

/** The names in a list of references, of which one alone may stand for the list; undefined if it is none. */
export function referredTo(value: unknown): readonly string[] | undefined {
  const one = reference.safeParse(value);
  if (one.success) return [one.data[0]];
  return z
    .array(reference)
    .safeParse(value)
    .data?.map(([name]) => name);
}
