// Single layers of the 8-bit baseline next to CMSIS-NN: it is to cost what an engine in use costs, no more and no less.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../dist/errors.js';
import { buildImage } from './build-image.mjs';
import { int8Library } from './int8/int8-library.mjs';
import { checkedLayers } from './int8/layers.mjs';
import { elements } from './int8/int8-network.mjs';
import { runImage } from './run-image.mjs';
import { runOnHost } from './run-on-host.mjs';
import { randomNumbers } from '../sparse/random.mjs';

/** @typedef {import('./cores.mjs').Core} Core */

/**
 * @typedef {object} Check
 * @property {string} layer
 * @property {string} core
 * @property {number} perMac - instructions per multiply-accumulate
 * @property {number} cmsis - the same of CMSIS-NN
 */

/**
 * CMSIS-NN at commit 99f736a, gcc 12.2 -O3, on these emulators: instructions per multiply-accumulate. Measured apart from
 * this bench, as its sources are not here.
 *
 * @type {Readonly<Record<string, readonly number[]>>}
 */
const CMSIS_NN = {
  m0: [6.26, 7.7, 25, 37],
  m3: [3.55, 3.4, 14, 9.9],
  m4: [1.94, 2.4, 14, 8.7],
};

const PICTURES = 2;

/**
 * @param {readonly Core[]} cores
 * @param {string} folder - empty
 * @returns {Promise<readonly Check[]>} of those cores that CMSIS-NN was measured on
 */
export async function checkLayers(cores, folder) {
  const checks = [];
  for (const [at, { title, network, macs }] of checkedLayers().entries()) {
    const random = randomNumbers(2);
    const pictures = Array.from({ length: PICTURES }, () =>
      Uint8Array.from({ length: elements(network.input.shape) }, () => Math.floor(random() * 256)),
    );
    const library = int8Library(network);
    const expected = runOnHost(subfolder(folder, `host-${at}`), library, pictures);
    for (const core of cores) {
      const cmsis = CMSIS_NN[core.id]?.[at];
      if (cmsis === undefined) continue;
      const image = buildImage(subfolder(folder, `${core.id}-${at}`), core, library, pictures, PICTURES);
      if (image === null) throw new BuildError(`"${title}" does not fit ${core.title}`);
      const { answers, stages } = await runImage(core, image, pictures);
      if (answers.some(({ logits }, i) => logits.join() !== expected[i]?.logits.join()))
        throw new BuildError(`"${title}" gives other values on ${core.title} than on this computer`);
      checks.push({ layer: title, core: core.title, perMac: (stages[0]?.[0] ?? 0) / macs, cmsis });
    }
  }
  return checks;
}

/** @param {string} folder @param {string} name */
function subfolder(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
