import { InputError } from '../errors.js';
import type { ByteValues } from './data-set.js';

/**
 * What a network reads of a byte whose pictures were normalised to `(byte / 255 - mean) / deviation`: one number each, or one per channel
 * where these are all the same. A table turns bytes into what the network reads, and it is the same for all channels.
 *
 * @throws InputError for channels that differ, and for numbers that are not of values from 0 to 1.
 */
export function normalisation(means: readonly number[], deviations: readonly number[]): ByteValues {
  const where = '--mean, --std';
  const [mean = 0] = means;
  const [deviation = 1] = deviations;
  if (means.some((one) => one !== mean) || deviations.some((one) => one !== deviation))
    throw new InputError(
      'the channels are normalised in different ways, and one table of 256 bytes serves them all',
      {
        where,
        next: 'Put the normalisation into the first layer of the network (weights divided by std, bias less their sum times mean), and give none here; or train with one mean and std for all channels.',
      },
    );
  if (!(Math.abs(mean) <= 1 && deviation > 0 && deviation <= 1))
    throw new InputError(`mean ${mean} and std ${deviation} are not of values from 0 to 1`, {
      where,
      next: 'Divide them by 255 if they are of bytes: --mean 0.5 --std 0.5 for 127.5 and 127.5.',
    });
  return { scale: 1 / 255 / deviation, offset: -mean / deviation };
}
