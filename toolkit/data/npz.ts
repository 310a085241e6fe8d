import { unzipSync } from 'fflate';
import { InputError } from '../errors.js';
import { picturesOf, type NumberArray } from './arrays.js';
import type { DataSet } from './data-set.js';
import type { Split } from './idx-folder.js';
import { labelNames } from './npy-files.js';
import { parseNpy } from './npy.js';
import { MOST_BYTES, readFile } from './read-file.js';
import type { ReadDataOptions } from './read-data-options.js';

const IMAGES = ['x', 'X', 'images', 'data'];
const LABELS = ['y', 'labels', 'targets'];

/** Names of arrays that go together, for one half or for what has no halves. */
function namesOf(split: Split | null): {
  readonly images: readonly string[];
  readonly labels: readonly string[];
} {
  const forms = (names: readonly string[]): readonly string[] =>
    split === null ? names : names.flatMap((name) => [`${name}_${split}`, `${split}_${name}`]);
  return { images: forms(IMAGES), labels: forms(LABELS) };
}

/**
 * Pictures of an .npz file: `x`, `images` or `data` with `y`, `labels` or `targets`; of one half `x_test`, `test_images` and so on.
 * Without labels they are unlabelled.
 *
 * @throws InputError if it is not zip, is damaged or unpacks to more than 1 GB, or has no pictures of that name.
 */
export function readNpz(path: string, split: Split | null, name: string, options: ReadDataOptions): DataSet {
  const packed = readFile(path);
  const found = listed(packed, path);
  const pick = (names: readonly string[]): string | undefined => names.find((one) => found.includes(one));
  const halves = (['train', 'test'] as const).filter((half) => pick(namesOf(half).images) !== undefined);
  const whole = split ?? (pick(IMAGES) === undefined && halves.length === 1 ? (halves[0] ?? null) : null);
  const { images, labels } = namesOf(whole);
  const [imagesName, labelsName] = [pick(images), pick(labels)];
  if (imagesName === undefined)
    throw new InputError(
      split === null && halves.length === 2
        ? `"${name}" holds training and test pictures`
        : `no array ${images.join(', ')} in it: it has ${found.slice(0, 12).join(', ')}`,
      {
        where: path,
        next:
          split === null && halves.length === 2
            ? `Say which: ${name}:train or ${name}:test.`
            : 'Save it with numpy.savez(path, x=pictures, y=labels), or x_train, y_train, x_test, y_test.',
      },
    );
  const wanted = [imagesName, ...(labelsName === undefined ? [] : [labelsName])];
  const arrays = unpacked(packed, wanted, path);
  const array = (key: string): NumberArray =>
    parseNpy(arrays[`${key}.npy`] ?? new Uint8Array(), `${path}: ${key}`);
  return picturesOf(
    array(imagesName),
    labelsName === undefined ? null : labelNames(array(labelsName), `${path}: ${labelsName}`),
    name,
    options,
  );
}

/** Names of the arrays in the archive. */
function listed(packed: Uint8Array, where: string): readonly string[] {
  const names: string[] = [];
  unzipped(packed, where, ({ name }) => {
    if (name.endsWith('.npy')) names.push(name.slice(0, -'.npy'.length));
    return false;
  });
  return names;
}

/** What an archive says it unpacks to is what is set aside for it, so that is what is bounded. */
function unpacked(packed: Uint8Array, keys: readonly string[], where: string): Record<string, Uint8Array> {
  let total = 0;
  return unzipped(packed, where, ({ name, originalSize }) => {
    if (!keys.some((key) => name === `${key}.npy`)) return false;
    total += originalSize;
    if (total > MOST_BYTES)
      throw new InputError(`it unpacks to more than ${MOST_BYTES / 2 ** 20} MB`, {
        where,
        next: 'Give a smaller part of it.',
      });
    return true;
  });
}

function unzipped(
  packed: Uint8Array,
  where: string,
  filter: (file: { readonly name: string; readonly originalSize: number }) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(packed, { filter });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError('not an npz file, or a damaged one', { where, next: 'Save it again.', cause });
  }
}
