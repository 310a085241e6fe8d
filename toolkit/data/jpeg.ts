import jpeg from 'jpeg-js';
import { InputError } from '../errors.js';
import { MOST_PIXELS, type Pixels } from './pixels.js';

/** Each goes over the whole picture; real files have a dozen. */
const MOST_SCANS = 64;

/**
 * Decodes a JPEG file, as red, green and blue (three times the same if it is grey).
 *
 * @throws InputError for what is no JPEG, is damaged, or has too many pixels or scans.
 */
export function decodeJpeg(file: Uint8Array, where: string): Pixels {
  const next = 'Save it again, or as PNG.';
  if (file[0] !== 0xff || file[1] !== 0xd8)
    throw new InputError('not a JPEG file', { where, next: 'Give a picture as PNG or JPEG.' });
  let scans = 0;
  for (let i = 1; i < file.length; i++) if (file[i - 1] === 0xff && file[i] === 0xda) scans++;
  if (scans > MOST_SCANS) throw new InputError(`a JPEG file of ${scans} scans`, { where, next });
  try {
    const { width, height, data } = jpeg.decode(file, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 256,
    });
    if (width * height * 3 === data.length && data.length > 0)
      return { shape: [height, width, 3], bytes: data };
  } catch (cause) {
    throw new InputError('the JPEG file is damaged, too large or of a kind that is not supported', {
      where,
      next,
      cause,
    });
  }
  throw new InputError('the JPEG file has no pixels', { where, next });
}
