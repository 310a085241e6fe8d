import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../errors.js';
import { isOwnTfjsLayers } from '../model/read-tfjs-layers.js';
import { makeWritableFolder } from '../model/write-file.js';
import { FORMAT } from '../network/index.js';
import { CHECKPOINT_FILE, CHECKPOINT_FORMAT } from './checkpoint.js';
import { QUANTIZED_FORMAT } from './quantized-model.js';

type Recognizer = (value: unknown) => boolean;

const hasFormat =
  (format: string): Recognizer =>
  (value) =>
    z.object({ format: z.literal(format) }).safeParse(value).success;

/** The files of a model folder, and how each is known to be ours. */
const OURS: readonly (readonly [string, Recognizer])[] = [
  ['quantized.json', hasFormat(QUANTIZED_FORMAT)],
  ['table-network.json', hasFormat(FORMAT)],
  [CHECKPOINT_FILE, hasFormat(CHECKPOINT_FORMAT)],
  [join('float', 'model.json'), isOwnTfjsLayers],
];

/**
 * Makes a model folder, or takes one that is empty or was made by tablize, and proves that it can be written to. To be
 * called before the work whose result goes there. Files of other names stay as they are.
 *
 * @throws InputError if it holds what is not ours, or cannot be written to.
 */
export function claimModelFolder(folder: string): void {
  if (!isEmpty(folder)) {
    const present = OURS.filter(([file]) => existsSync(join(folder, file)));
    const foreign = present.find(([file, isOurs]) => !isOurs(readJson(join(folder, file))));
    if (present.length === 0 || foreign !== undefined) {
      throw new InputError('the output folder is not empty and was not made by tablize', {
        where: foreign === undefined ? folder : join(folder, foreign[0]),
        next: 'choose a new folder with --out',
      });
    }
  }
  makeWritableFolder(folder);
}

/** Whether nothing is in a folder; one that is not there is empty. */
function isEmpty(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    return readdirSync(folder).length === 0;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`the output folder cannot be read: ${why}`, {
      where: folder,
      next: 'choose a new folder with --out',
      cause,
    });
  }
}

/** The value in a JSON file; undefined if it is none. */
function readJson(path: string): unknown {
  try {
    return statSync(path).isFile() ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}
