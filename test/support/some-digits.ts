import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataSet, take, type DataSet } from '../../toolkit/data/index.js';
import { idx } from './idx.js';
import { temporaryFolder } from './temporary-folder.js';

/** A folder of idx files with the first digits of MNIST. */
export function someDigits(): string {
  const folder = temporaryFolder('digits');
  const write = (stem: string, { images, labels, shape }: DataSet): void => {
    const sizes = [labels.length, shape[0], shape[1]];
    writeFileSync(join(folder, `${stem}-images-idx3-ubyte`), idx(sizes, images));
    writeFileSync(join(folder, `${stem}-labels-idx1-ubyte`), idx([labels.length], labels));
  };
  write('train', take(loadDataSet('mnist:train'), 60));
  write('t10k', take(loadDataSet('mnist:test'), 300));
  return folder;
}
