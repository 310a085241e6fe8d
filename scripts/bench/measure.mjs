// A network on a core: both forms of it, over the same pictures, with every logit checked.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../dist/errors.js';
import { kernelReport, networkMemory } from '../../dist/firmware/index.js';
import { commonActivations } from '../../dist/firmware/kernels/row-products.js';
import { activeShares } from './active-shares.mjs';
import { buildImage } from './build-image.mjs';
import { int8Library } from './int8/int8-library.mjs';
import { constantBytes } from './int8/int8-network.mjs';
import { runImage } from './run-image.mjs';
import { tablizeLibrary } from './tablize-library.mjs';

/** @typedef {import('./cores.mjs').Core} Core */
/** @typedef {import('./subject.mjs').Subject} Subject */
/** @typedef {import('./build-image.mjs').Sizes} Sizes */
/** @typedef {import('./build-image.mjs').Library} Library */
/** @typedef {import('./run-on-host.mjs').HostAnswer} Expected */

/**
 * Counts are instructions or cycles of one picture.
 *
 * @typedef {object} Measured
 * @property {Sizes} sizes
 * @property {number} mean
 * @property {number} least
 * @property {number} most
 * @property {readonly number[]} stages - the mean of each stage over the first pictures
 * @property {number} stack - bytes, of the first picture
 * @property {readonly { readonly kernel: string, readonly time: number }[]} predicted - per stage, what the cost model says; of tables only
 */

/** @typedef {{ readonly misfit: string }} Misfit - why it does not fit the part */

/**
 * @typedef {object} Result
 * @property {string} core
 * @property {'instructions' | 'cycles'} unit
 * @property {number} pictures - how many both were run over
 * @property {Measured | Misfit} tables
 * @property {Measured | Misfit} int8
 */

/** Pictures that are run stage by stage, too. */
export const STAGE_PICTURES = 5;

/**
 * @param {Core} core
 * @param {Subject} subject
 * @param {{ readonly tables: readonly Expected[], readonly int8: readonly Expected[] }} expected - per picture
 * @param {string} folder - empty
 * @returns {Promise<Result>}
 * @throws BuildError for a wrong logit.
 */
export async function measure(core, subject, expected, folder) {
  const { network, int8 } = subject;
  const memory = networkMemory(network);
  const options = core.limits === null ? { room: null } : {};
  const baseline = await runForm(core, subject, 'int8', expected.int8, join(folder, 'int8'), () =>
    constantBytes(int8) > most(core) ? null : int8Library(int8, core.emulator === 'avr8js'),
  );
  const tables = await runForm(core, subject, 'tables', expected.tables, join(folder, 'tables'), () =>
    memory.tableBytes + memory.weightBytes > most(core) ? null : tablizeLibrary(network, core.board, options),
  );
  const shares = activeShares(network, subject.pictures.slice(0, STAGE_PICTURES), commonActivations(network));
  const runs = [baseline, tables].flatMap((form) => ('misfit' in form ? [] : [form.answers.length]));
  const pictures = Math.min(...runs);
  return {
    core: core.id,
    unit: core.unit,
    pictures: runs.length === 0 ? 0 : pictures,
    tables: summary(
      tables,
      pictures,
      kernelReport(network, core.board, options, (stage) => shares[stage] ?? 0).stages.map(
        ({ chosen, time }) => ({ kernel: chosen, time }),
      ),
    ),
    int8: summary(baseline, pictures, []),
  };
}

/** @param {Core} core */
const most = ({ limits }) => limits?.flash ?? Infinity;

/** @typedef {import('./run-image.mjs').Run & { readonly sizes: Sizes }} FormRun */

/**
 * @param {Core} core
 * @param {Subject} subject
 * @param {string} form
 * @param {readonly Expected[]} expected
 * @param {string} folder
 * @param {() => Library | null} library - null for one whose constants alone are too large
 * @returns {Promise<FormRun | Misfit>}
 */
async function runForm(core, subject, form, expected, folder, library) {
  const code = library();
  if (code === null) return { misfit: 'flash' };
  mkdirSync(folder, { recursive: true });
  const pictures = subject.pictures.slice(0, expected.length);
  const image = buildImage(folder, core, code, pictures, Math.min(STAGE_PICTURES, pictures.length));
  if (image === null || image.sizes.code + image.sizes.constants > most(core)) return { misfit: 'flash' };
  if (core.limits !== null && image.sizes.ram > core.limits.ram) return { misfit: 'RAM' };
  const run = await runImage(core, image, pictures);
  run.answers.forEach(({ label, logits }, i) => {
    const right = expected[i];
    if (right === undefined || label !== right.label || logits.join() !== right.logits.join()) {
      throw new BuildError(
        `picture ${i} gave label ${label} and logits ${logits.join(' ')}, not ${right?.label} and ${right?.logits.join(' ')}`,
        {
          where: `"${subject.name}" as ${form} on ${core.title}`,
          next: 'find the wrong kernel or compiler: the figures would be worth nothing',
        },
      );
    }
  });
  return { ...run, sizes: image.sizes };
}

/**
 * @param {FormRun | Misfit} form
 * @param {number} pictures
 * @param {Measured['predicted']} predicted
 * @returns {Measured | Misfit}
 */
function summary(form, pictures, predicted) {
  if ('misfit' in form) return form;
  const counts = form.answers.slice(0, pictures).map(({ count }) => count);
  const [first = []] = form.stages;
  return {
    sizes: form.sizes,
    mean: mean(counts),
    least: Math.min(...counts),
    most: Math.max(...counts),
    stages: first.map((_, stage) => mean(form.stages.map((counted) => counted[stage] ?? 0))),
    stack: form.stack,
    predicted,
  };
}

/** @param {readonly number[]} values */
const mean = (values) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
