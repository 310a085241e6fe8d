import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../errors.js';
import { LOG_MEL_SHAPE, logMel } from './audio/log-mel.js';
import { parseWav } from './audio/wav.js';
import type { Split } from './idx-folder.js';
import { readFile, readMaybeGzipped } from './read-file.js';
import type { SetStore } from './set-store.js';
import { readTar } from './tar.js';

/** {digit}_{speaker}_{index}.wav */
const NAME = /^([0-9])_[a-z]+_([0-9]{1,4})\.wav$/;
const ARCHIVE = /\.tar(\.gz)?$/;
/** Recordings of each digit and speaker that the data set sets apart for tests: 0 to 4. */
const TESTS = 5;
const MOST_BYTES = 2 ** 28;

export const DIGIT_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** A recording that is read when it is asked for. */
interface Entry {
  readonly name: string;
  readonly bytes: () => Uint8Array;
}

/**
 * The Free Spoken Digit Dataset: a folder of its recordings, a folder with them in `recordings`, a folder with an archive of them, or
 * the archive itself (.tar.gz or .tar). A picture is the front end's (`logMel`); pictures go by index, then digit, then speaker.
 */
export const SPOKEN_DIGITS: SetStore = {
  holds: (place) => find(place) !== null,
  missing: (place, split) => {
    const found = find(place);
    if (found === null) return [`recordings to ${split} with`];
    if (found.kind === 'archive') return [];
    return readdirSync(found.path).some((name) => isOf(split, name)) ? [] : [`recordings to ${split} with`];
  },
  whole: 'Put all recordings there, {digit}_{speaker}_{index}.wav, or the archive of them.',
  read: (place, split, name, classes) => {
    const entries = entriesOf(place)
      .filter((entry) => isOf(split, basename(entry.name)))
      .sort((a, b) => order(basename(a.name), basename(b.name)));
    if (entries.length === 0)
      throw new InputError(`no recordings to ${split} with`, { where: place, next: SPOKEN_DIGITS.whole });
    const [height, width] = LOG_MEL_SHAPE;
    const images = new Uint8Array(entries.length * height * width);
    entries.forEach((entry, i) => {
      images.set(logMel(parseWav(entry.bytes(), entry.name)), i * height * width);
    });
    const labels = Uint8Array.from(entries, (entry) => Number(basename(entry.name)[0]));
    return { name, shape: LOG_MEL_SHAPE, images, labels, classes };
  },
};

/** Where the recordings of a place lie. */
function find(place: string): { readonly kind: 'folder' | 'archive'; readonly path: string } | null {
  if (!existsSync(place)) return null;
  if (!statSync(place).isDirectory()) return ARCHIVE.test(place) ? { kind: 'archive', path: place } : null;
  for (const folder of [place, join(place, 'recordings')]) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    if (readdirSync(folder).some((name) => NAME.test(name))) return { kind: 'folder', path: folder };
  }
  const archive = readdirSync(place).find((name) => ARCHIVE.test(name));
  return archive === undefined ? null : { kind: 'archive', path: join(place, archive) };
}

function entriesOf(place: string): readonly Entry[] {
  const found = find(place);
  if (found === null) return [];
  const { kind, path } = found;
  if (kind === 'archive')
    return readTar(readMaybeGzipped(path, MOST_BYTES), path).map(({ name, bytes }) => ({
      name,
      bytes: () => bytes,
    }));
  return readdirSync(path).map((name) => ({
    name: join(path, name),
    bytes: () => readFile(join(path, name), MOST_BYTES),
  }));
}

const indexOf = (name: string): number => Number(NAME.exec(name)?.[2] ?? NaN);

const isOf = (split: Split, name: string): boolean =>
  split === 'test' ? indexOf(name) < TESTS : indexOf(name) >= TESTS;

const order = (a: string, b: string): number => indexOf(a) - indexOf(b) || (a < b ? -1 : a > b ? 1 : 0);
