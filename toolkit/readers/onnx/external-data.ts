import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { InputError } from '../../errors.js';
import { quoted } from '../../graph/index.js';
import type { External } from './tensors.js';

const MOST_BYTES = 2 ** 28;

/**
 * Reads tensors that lie in files beside the model: inside its own folder, links followed, and nowhere else.
 *
 * @param folder - the model's; null if it has none, and then nothing can be read.
 */
export function externalIn(folder: string | null): External {
  return (entries, where) => {
    const location = entries.get('location') ?? '';
    const fail = (what: string): InputError =>
      new InputError(`its data ${quoted(location)} ${what}`, {
        where,
        next: 'Save the model as one file, or keep its data beside it.',
      });
    const path = folder === null ? null : inside(folder, location);
    if (path === null || !statSync(path).isFile()) throw fail("is not a file in the model's folder");
    const { size } = statSync(path);
    const offset = count(entries.get('offset'), 0);
    const length = count(entries.get('length'), size - offset);
    const fits = offset >= 0 && length >= 0 && offset + length <= size && length <= MOST_BYTES;
    if (!fits) throw fail('is shorter than the model says, or too large');
    const bytes = readPart(path, offset, length);
    if (bytes === null) throw fail('cannot be read');
    return bytes;
  };
}

/** Null where the file cannot be read, or not that far. */
function readPart(path: string, offset: number, length: number): Uint8Array | null {
  const bytes = new Uint8Array(length);
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    let done = 0;
    while (done < length) {
      const read = readSync(file, bytes, done, length - done, offset + done);
      if (read === 0) return null;
      done += read;
    }
    return bytes;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** The real path of a file in a folder; null if there is none, or if it lies elsewhere. */
function inside(folder: string, location: string): string | null {
  if (location === '' || location.includes('\0') || isAbsolute(location)) return null;
  try {
    const [real, path] = [realpathSync(folder), realpathSync(join(folder, location))];
    const way = relative(real, path);
    return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : path;
  } catch {
    return null;
  }
}

/** A count in decimal digits; NaN, which fits nothing, if it is anything else. */
function count(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
