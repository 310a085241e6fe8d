// Fits the cost model of the kernels: npm run tune [-- --cores m0,m4 --kernels pairs]. Writes toolkit/firmware/kernels/costs.ts.
//
// Every stage of small made-up networks and of the models below runs in the emulators with each kernel; what a kind of work costs
// on a core is the least-squares fit of what was counted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { loadDataSet, picture } from '../../dist/data/index.js';
import { chooseKernels } from '../../dist/firmware/kernels/choose.js';
import { usualKernels } from '../../dist/firmware/kernels/kernel-options.js';
import { EXIT } from '../../dist/errors.js';
import { COSTS } from '../../dist/firmware/kernels/costs.js';
import { stageWork } from '../../dist/firmware/kernels/work.js';
import { analyse } from '../../dist/network/index.js';
import { activeShares } from './active-shares.mjs';
import { buildImage } from './build-image.mjs';
import { cores } from './cores.mjs';
import { fitCosts } from './fit.mjs';
import { runImage } from './run-image.mjs';
import { tablizeLibrary } from './tablize-library.mjs';
import { tuneNetwork, tunePictures } from './tune-networks.mjs';

/** @typedef {import('../../dist/index.js').TableNetwork} TableNetwork */
/** @typedef {import('./cores.mjs').Core} Core */
/** @typedef {import('./fit.mjs').Sample} Sample */
/** @typedef {{ readonly network: TableNetwork, readonly pictures: readonly Uint8Array[] }} Subject */

const PICTURES = 2;
const MODELS = [
  'mnist-cnn',
  'mnist-mlp',
  'mnist-small',
  'fashion-mobilenet-8x5',
  'fashion-resnet-8x5',
  'fashion-mobilenet-16x5',
  'mnist-16',
];
/** @param {string} name */
const dataOf = (name) =>
  name.startsWith('fashion') ? 'fashion-mnist:test' : name === 'mnist-16' ? 'mnist-16:test' : 'mnist:test';
const KERNELS = /** @type {const} */ (['lookup', 'rows', 'pairs', 'level-sums']);

/** @returns {readonly Subject[]} */
function subjects(/** @type {boolean} */ little) {
  const made = Array.from({ length: 12 }, (_, seed) => tuneNetwork(seed + 1, little)).map((network) => ({
    network,
    pictures: tunePictures(network, PICTURES),
  }));
  const known = (little ? ['mnist-small'] : MODELS).map((name) => {
    const file = new URL(`../../models/${name}/table-network.json`, import.meta.url);
    const data = loadDataSet(dataOf(name));
    return {
      network: /** @type {TableNetwork} */ (JSON.parse(readFileSync(file, 'utf8'))),
      pictures: Array.from({ length: PICTURES }, (_, i) => picture(data, i)),
    };
  });
  return [...made, ...known];
}

/** @param {Core} core @param {string} root @returns {Promise<ReadonlyMap<string, readonly Sample[]>>} */
async function samplesOf(core, root) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map();
  const little = core.emulator === 'avr8js';
  for (const subject of subjects(little)) {
    const { network, pictures } = subject;
    for (const kernel of KERNELS) {
      if (wantedKernels?.includes(kernel) === false) continue;
      const options = { ...usualKernels(core.board), among: [kernel], aim: /** @type {const} */ ('speed') };
      if (options.lanes === 1 && kernel === 'pairs') continue;
      const planned = chooseKernels(network, analyse(network).stages, options);
      if (planned.every((stage) => stage.kernel.name !== kernel)) continue;
      const common = planned.map((stage) =>
        stage.kernel.name === 'pairs' || stage.kernel.name === 'rows' ? stage.kernel.plan.common : 0,
      );
      const active = activeShares(network, pictures, common);
      const folder = mkdtempSync(join(root, 'run-'));
      const image = buildImage(
        folder,
        core,
        tablizeLibrary(network, core.board, { ...options, room: null }),
        pictures,
        PICTURES,
      );
      if (image === null) continue;
      const { stages } = await runImage(core, image, pictures);
      planned.forEach((stage, i) => {
        const { name } = stage.kernel;
        if (name !== kernel) return;
        const measured = stages.reduce((sum, counts) => sum + (counts[i] ?? 0), 0) / stages.length;
        const list = samples.get(name) ?? [];
        list.push({ work: stageWork(stage, active[i] ?? 0), measured });
        samples.set(name, list);
      });
    }
    console.error(`${core.title}: ${network.name}`);
  }
  return samples;
}

/** @param {Record<string, Record<string, Record<string, number>>>} costs */
async function writeCosts(costs) {
  const file = fileURLToPath(new URL('../../toolkit/firmware/kernels/costs.ts', import.meta.url));
  const text = `// Made by \`npm run tune\`.

/** What each kind of work of a kernel costs on a core: instructions, or cycles for the RP2040 and the ATmega328P. */
export const COSTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> = ${JSON.stringify(costs)};
`;
  const options = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(text, { ...options, filepath: file }));
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(EXIT.interrupted));
const { values } = parseArgs({ options: { cores: { type: 'string' }, kernels: { type: 'string' } } });
const wanted = values.cores?.split(',');
const wantedKernels = values.kernels?.split(',');
const root = mkdtempSync(join(tmpdir(), 'tablize-tune-'));
/** @type {Record<string, Record<string, Record<string, number>>>} */
const costs = { ...COSTS };
try {
  for (const core of cores().filter(({ id }) => wanted === undefined || wanted.includes(id))) {
    const kernels = await samplesOf(core, root);
    for (const [kernel, samples] of kernels) {
      const fitted = fitCosts(samples);
      costs[core.id] = { ...costs[core.id], [kernel]: fitted };
      const errors = samples
        .map(
          ({ work, measured }) =>
            Object.entries(work).reduce((sum, [kind, count]) => sum + count * (fitted[kind] ?? 0), 0) /
              measured -
            1,
        )
        .map(Math.abs)
        .sort((a, b) => a - b);
      const percent = (/** @type {number} */ at) =>
        `${(100 * (errors[Math.floor(at * (errors.length - 1))] ?? 0)).toFixed(1)} %`;
      console.log(
        `${core.id} ${kernel}: ${samples.length} stages, error ${percent(0.5)} median, ${percent(0.9)} of nine in ten, ${percent(1)} at most`,
      );
    }
    await writeCosts(costs);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
