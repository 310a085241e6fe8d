// A model folder, as what is measured of it: the table network, the 8-bit network of the same float model, and pictures.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../dist/commands/model.js';
import { loadPictures } from '../../dist/commands/pictures.js';
import { loadDataSet, picture } from '../../dist/data/index.js';
import { InputError } from '../../dist/errors.js';
import { readTfjsLayers } from '../../dist/model/index.js';
import { quantizeInt8 } from './int8/quantize-int8.mjs';

/** Training pictures that the ranges of the 8-bit network's tensors are taken from. */
export const CALIBRATION_PICTURES = 200;

/** Test pictures on which accuracies are measured. */
export const JUDGED_PICTURES = 1000;

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {import('../../dist/index.js').TableNetwork} network
 * @property {import('../../dist/index.js').FloatModel} model
 * @property {import('./int8/int8-network.mjs').Int8Network} int8
 * @property {readonly Uint8Array[]} pictures - test pictures to judge by, of which the first are measured
 * @property {ArrayLike<number>} labels - theirs
 */

/** @param {string} given - a name in models/, or a path @returns {Subject} @throws InputError */
export function loadSubject(given) {
  const folder = existsSync(join('models', given)) ? join('models', given) : given;
  const { network } = loadModel(folder);
  const path = join(folder, 'float', 'model.json');
  if (!existsSync(path)) {
    throw new InputError('there is no float model to make the 8-bit network of', {
      where: path,
      next: 'give a model folder that `tablize train` wrote',
    });
  }
  const model = readTfjsLayers(path);
  const test = loadPictures({ count: JUDGED_PICTURES }, { network });
  const train = loadDataSet(test.name.replace(':test', ':train'));
  const calibration = Array.from({ length: CALIBRATION_PICTURES }, (_, i) => picture(train, i));
  return {
    name: network.name,
    network,
    model,
    int8: { ...quantizeInt8(model, calibration), name: network.name },
    pictures: Array.from(test.labels, (_, i) => picture(test, i)),
    labels: test.labels,
  };
}
