import { unzipSync } from 'fflate';
import { InputError } from '../../errors.js';

/** Bytes that all files together may be inflated to. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_FILES = 1000;

/**
 * Some files of a zip archive, by their names in it, which stay names: nothing is written. Their declared sizes are
 * checked first, and no file is inflated beyond its own.
 *
 * @throws InputError if the archive is damaged, or larger than a model is.
 */
export function unzip(
  archive: Uint8Array,
  wanted: readonly string[],
  where: string,
): ReadonlyMap<string, Uint8Array> {
  let files = 0;
  let bytes = 0;
  try {
    const found = unzipSync(archive, {
      filter: ({ name, originalSize, size }) => {
        if (++files > MOST_FILES) throw tooLarge(`it holds more than ${MOST_FILES} files`, where);
        if (!wanted.includes(name)) return false;
        bytes += Math.max(originalSize, size);
        if (!(bytes <= MOST_BYTES)) throw tooLarge(`its files are larger than ${MOST_BYTES} bytes`, where);
        return true;
      },
    });
    return new Map(Object.entries(found));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError('the zip archive is damaged or cut short', {
      where,
      next: 'Save the model again, and copy the whole file.',
      cause,
    });
  }
}

const tooLarge = (why: string, where: string): InputError =>
  new InputError(`the zip archive is not that of a Keras model: ${why}`, {
    where,
    next: 'Give the .keras file that model.save of Keras wrote.',
  });
