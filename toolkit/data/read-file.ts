import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.js';

/** Files beyond this are refused, and so is what unpacks to more. */
export const MOST_BYTES = 2 ** 30;

/**
 * The bytes of a file.
 *
 * @throws InputError if it cannot be read, is no file, or is larger than `most` bytes.
 */
export function readFile(path: string, most: number = MOST_BYTES): Uint8Array {
  try {
    const about = statSync(path);
    if (!about.isFile()) throw new InputError('it is not a file', { where: path, next: 'Check the path.' });
    if (about.size > most) throw tooLarge(path, most);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError('cannot read the file', { where: path, next: 'Check the path.', cause });
  }
}

/**
 * The bytes of a file, unpacked if it is gzipped.
 *
 * @throws InputError as `readFile`, and if it is damaged or unpacks to more than `most` bytes.
 */
export function readMaybeGzipped(path: string, most: number = MOST_BYTES): Uint8Array {
  const bytes = readFile(path, most);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(path, most);
    throw new InputError('the gzip file is damaged', { where: path, next: 'Fetch it again.', cause });
  }
}

const tooLarge = (path: string, most: number): InputError =>
  new InputError(`it holds more than ${Math.floor(most / 2 ** 20)} MB`, {
    where: path,
    next: 'Give a smaller part of it.',
  });
