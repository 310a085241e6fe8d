import { z } from 'zod';
import type { Shape } from '../network/index.js';

/**
 * Keras' sizes without the batch as ours of [height, width, channels]: a vector is channels; two axes are steps and
 * channels, or height and width; undefined for others.
 */
export function shapeOf(sizes: readonly number[], hasSteps: boolean): Shape | undefined {
  const [a = 0, b = 0, c = 0] = sizes;
  if (sizes.length === 1) return [1, 1, a];
  if (sizes.length === 2) return hasSteps ? [1, a, b] : [a, b, 1];
  return sizes.length === 3 ? [a, b, c] : undefined;
}

/** The other way round: Keras' sizes of a tensor of so many axes, the batch included. */
export function kerasSizes(
  { shape, rank }: { readonly shape: Shape; readonly rank: number },
  hasSteps: boolean,
): readonly number[] {
  if (rank === 2) return [shape[2]];
  if (rank === 3) return hasSteps ? shape.slice(1) : shape.slice(0, 2);
  return shape;
}

/** The shape that a Reshape layer makes; undefined if it does not go. */
export function reshaped(
  target: readonly (number | null)[],
  from: Shape,
  hasSteps: boolean,
): Shape | undefined {
  const count = from.reduce((product, size) => product * size, 1);
  const known = target.reduce<number>((product, size) => product * (isOpen(size) ? 1 : size), 1);
  const shape = shapeOf(
    target.map((size) => (isOpen(size) ? count / known : size)),
    hasSteps,
  );
  const made = shape?.reduce((product, size) => product * size, 1);
  return made === count && shape?.every(Number.isInteger) === true ? shape : undefined;
}

const isOpen = (size: number | null): size is null => size === null || size < 0;

/** Sizes without the batch, if all are known. */
export const fixedSizes = (batchShape: unknown): readonly number[] | undefined =>
  z.tuple([z.unknown()]).rest(z.int().min(1)).safeParse(batchShape).data?.slice(1) as
    readonly number[] | undefined;
