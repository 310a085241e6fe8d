import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** An idx file: element type 8 is unsigned bytes. */
export function idx(sizes: readonly number[], values: ArrayLike<number>, type = 8): Uint8Array {
  const header = sizes.flatMap((size) => [size >> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, sizes.length, ...header, ...Array.from(values)]);
}

/**
 * A folder of the four conventional files, gzipped, with one picture for each label; every pixel of the picture at
 * index i is 100 + i. Returns the folder.
 */
export function idxFolder(
  folder: string,
  { train, test }: { readonly train: readonly number[]; readonly test: readonly number[] },
  [height, width]: readonly [number, number] = [2, 3],
): string {
  mkdirSync(folder, { recursive: true });
  for (const [prefix, labels] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const pixels = labels.flatMap((_, i) => new Array<number>(height * width).fill(100 + i));
    const write = (name: string, bytes: Uint8Array): void =>
      writeFileSync(join(folder, `${prefix}-${name}-ubyte.gz`), gzipSync(bytes));
    write('images-idx3', idx([labels.length, height, width], pixels));
    write('labels-idx1', idx([labels.length], labels));
  }
  return folder;
}
