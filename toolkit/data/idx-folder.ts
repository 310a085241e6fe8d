import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The two halves of a data set. */
export type Split = 'train' | 'test';
const SPLITS: readonly Split[] = ['train', 'test'];

const PREFIX: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };

/** The two files of one split. */
export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** The conventional names of a split's files, without the `.gz` that they may have. */
function idxNames(split: Split): IdxFiles {
  return { images: `${PREFIX[split]}-images-idx3-ubyte`, labels: `${PREFIX[split]}-labels-idx1-ubyte` };
}

/** Paths of a split's files in a folder: the plain file where it is there, else the gzipped one. */
export function idxPaths(folder: string, split: Split): IdxFiles {
  const find = (name: string): string => {
    const plain = join(folder, name);
    return existsSync(plain) ? plain : `${plain}.gz`;
  };
  const { images, labels } = idxNames(split);
  return { images: find(images), labels: find(labels) };
}

/** The names of a split's files that a folder lacks, both plain and gzipped. */
export function missingFiles(folder: string, split: Split): readonly string[] {
  const { images, labels } = idxNames(split);
  return [images, labels].filter(
    (name) => !existsSync(join(folder, name)) && !existsSync(join(folder, `${name}.gz`)),
  );
}

/** Whether a folder has any of the four files. */
export function holdsPictures(folder: string): boolean {
  return SPLITS.some((split) => missingFiles(folder, split).length < 2);
}

const IMAGES = /-?images[-.]idx3-ubyte(\.gz)?$/;

/** The labels beside an `...images-idx3-ubyte[.gz]` file, gzipped or not; null for a file that is not called so. */
export function idxLabelsBeside(images: string): string | null {
  const name = basename(images);
  if (!IMAGES.test(name)) return null;
  const stem = name.replace(/\.gz$/, '').replace('images', 'labels').replace('idx3', 'idx1');
  const plain = join(dirname(images), stem);
  return existsSync(plain) ? plain : `${plain}.gz`;
}
