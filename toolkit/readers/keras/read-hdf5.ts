import { Worker } from 'node:worker_threads';
import { assetPath } from '../../assets.js';
import { InputError } from '../../errors.js';
import { LIMITS, type Answer, type Hdf5File, type Request } from './hdf5-file.js';

export interface Hdf5Options {
  /** Longest time that the reading may take. A sound model takes a second. */
  readonly milliseconds?: number;
}

const HEAP = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };
/** A file, its arrays, and what HDF5 needs besides. */
const memoryBytes = (fileBytes: number): number => fileBytes + LIMITS.arrayBytes + 2 ** 26;

/**
 * Reads an HDF5 file in a thread of its own, so that a damaged one can neither hang nor crash this one, nor take
 * memory without bound.
 *
 * @throws InputError if it is no HDF5, damaged, larger than `LIMITS`, or takes too long.
 */
export async function readHdf5(
  bytes: Uint8Array,
  where: string,
  { milliseconds = 120_000 }: Hdf5Options = {},
): Promise<Hdf5File> {
  if (bytes.length > LIMITS.fileBytes) throw unreadable('it is too large', where);
  const request: Request = { bytes, memoryBytes: memoryBytes(bytes.length) };
  const thread = new Worker(assetPath('dist/readers/keras/hdf5-thread.js'), {
    workerData: request,
    resourceLimits: HEAP,
    // What the library says of damage goes nowhere: the answer says it.
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`reading it takes more than ${milliseconds / 1000} s`));
      }, milliseconds);
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => {
        reject(new Error('its reader ended without an answer'));
      });
    });
    if (answer.file === null) throw unreadable(answer.problem, where);
    return answer.file;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw unreadable(cause instanceof Error ? cause.message : String(cause), where, cause);
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

const unreadable = (why: string, where: string, cause?: unknown): InputError =>
  new InputError(`the HDF5 file cannot be read: ${printable(why)}`, {
    where,
    next: 'Save the model again, as .keras or .h5, and copy the whole file.',
    ...(cause === undefined ? {} : { cause }),
  });

/** Messages hold names of the file, which may be anything. */
const printable = (text: string): string =>
  text
    .split('\n', 1)
    .join('')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 200);
