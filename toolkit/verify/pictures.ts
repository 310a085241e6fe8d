import { InputError } from '../errors.js';
import { elements, type TableNetwork } from '../network/index.js';

/** Pictures to verify with, such as a data set. */
export interface Pictures {
  /** Picture by picture, [height, width, channels] each, one byte per pixel and channel. */
  readonly images: Uint8Array;
  /** The class of each picture; null when they are unknown. */
  readonly labels: ArrayLike<number> | null;
}

/** One view per picture. Throws InputError for pictures or labels that do not fit the network. */
export function split({ images, labels }: Pictures, network: TableNetwork): readonly Uint8Array[] {
  const size = elements(network.input.shape);
  const count = images.length / size;
  if (!Number.isInteger(count)) {
    throw new InputError(`the pictures have ${images.length} bytes, which is no multiple of ${size}`, {
      next: `give pictures of [${network.input.shape.join(', ')}], one byte per pixel and channel`,
    });
  }
  if (labels !== null && labels.length !== count) {
    throw new InputError(`there are ${count} pictures, but ${labels.length} labels`);
  }
  return Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size));
}
