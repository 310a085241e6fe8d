import h5wasm, { Dataset, Group, type File } from 'h5wasm';
import { LIMITS, type Attributes, type Dataset as Array, type Hdf5File } from './hdf5-file.js';
import { floatsOf, textsOf } from './hdf5-values.js';

/** Groups of a whole Keras model that hold nothing of the network. */
const NOT_THE_NETWORK = /^(optimizer|metrics|loss)/;
const MODEL_FILE = 'model.h5';

/** What is left of the limits. */
interface Budget {
  objects: number;
  arrayBytes: number;
  textBytes: number;
}

/**
 * Reads the groups and arrays of an HDF5 file, without following links by name, into this file or another. h5wasm has a
 * file system of its own, in which there is this one file.
 *
 * @throws Error of any kind if the file is damaged or beyond `LIMITS`.
 */
export async function walkHdf5(bytes: Uint8Array): Promise<Hdf5File> {
  const { FS } = await h5wasm.ready;
  FS.writeFile(MODEL_FILE, bytes);
  const file = new h5wasm.File(MODEL_FILE, 'r');
  if (file.file_id < 0n) throw new Error('it is not HDF5, or is cut short');
  try {
    return walk(file);
  } finally {
    file.close();
    FS.unlink(MODEL_FILE);
  }
}

function walk(file: File): Hdf5File {
  const left: Budget = { ...LIMITS };
  const attributes = new Map<string, Attributes>();
  const datasets = new Map<string, Array>();
  const visit = (group: Group, path: readonly string[]): void => {
    if (path.length > LIMITS.depth) throw new Error(`its groups are more than ${LIMITS.depth} deep`);
    attributes.set(path.join('/'), attributesOf(group, left));
    for (const name of group.keys()) {
      if (--left.objects < 0) throw new Error(`it holds more than ${LIMITS.objects} objects`);
      if (isLink(group, name) || (path.length === 0 && NOT_THE_NETWORK.test(name))) continue;
      const inner = [...path, name];
      const object = group.get(name);
      if (object instanceof Group) visit(object, inner);
      if (object instanceof Dataset) {
        const array = arrayOf(object, inner, left);
        if (array !== null) datasets.set(inner.join('/'), array);
      }
    }
  };
  visit(file, []);
  return { attributes, datasets };
}

/** Whether it is found by a path, here or in another file, that may lead anywhere. */
function isLink(group: Group, name: string): boolean {
  const path = `${group.path}/${name}`.replace(/^\/+/, '/');
  // h5wasm gives null or nothing in the answer for what is there itself, which its types leave unsaid.
  const target: unknown = group.get_link(path);
  const elsewhere: { readonly filename?: unknown } = group.get_external_link(path);
  return typeof target === 'string' || typeof elsewhere.filename === 'string';
}

function attributesOf(group: Group, left: Budget): Attributes {
  const found = new Map<string, string | readonly string[]>();
  for (const [name, attribute] of Object.entries(group.attrs)) {
    const value = textsOf(attribute, left.textBytes);
    if (value === null) continue;
    left.textBytes -= [value].flat().reduce((sum, text) => sum + text.length, 0);
    if (left.textBytes < 0) throw new Error(`it holds more than ${LIMITS.textBytes} bytes of text`);
    found.set(name, value);
  }
  return found;
}

function arrayOf(dataset: Dataset, path: readonly string[], left: Budget): Array | null {
  const { shape, size, total_size: count, virtual_sources: elsewhere } = dataset.metadata;
  left.arrayBytes -= Math.max(size, 4) * count;
  if (!(left.arrayBytes >= 0)) throw new Error(`its arrays are larger than ${LIMITS.arrayBytes} bytes`);
  if (elsewhere !== undefined) throw new Error(`the array ${path.join('/')} lies in other files`);
  const values = floatsOf(dataset);
  return values === null ? null : { shape: shape ?? [], values };
}
