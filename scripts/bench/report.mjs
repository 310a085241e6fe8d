// The page of all that was measured in one run.
import { grouped as count } from '../../dist/report/text.js';
import { left, right, table } from '../../dist/report/study/markdown.js';
import { multiplyAccumulates } from './int8/int8-network.mjs';
import { STAGE_PICTURES } from './measure.mjs';
import { CALIBRATION_PICTURES } from './subject.mjs';

/** @typedef {import('./cores.mjs').Core} Core */
/** @typedef {import('./check-layers.mjs').Check} Check */
/** @typedef {import('./measure.mjs').Result} Result */
/** @typedef {import('./measure.mjs').Measured} Measured */
/** @typedef {import('./measure.mjs').Misfit} Misfit */

/**
 * @typedef {object} NetworkReport
 * @property {string} name
 * @property {{ readonly pictures: number, readonly float: number, readonly int8: number, readonly tables: number }} accuracy - pictures that are right
 * @property {readonly { readonly name: string, readonly kind: string, readonly macs: number }[]} stages
 * @property {readonly Result[]} results - one per core
 */

/**
 * @typedef {object} Report
 * @property {string} command
 * @property {readonly string[]} tools
 * @property {number} pictures - at most, per core
 * @property {readonly Check[]} checks
 * @property {readonly NetworkReport[]} networks
 */

/** @param {import('./subject.mjs').Subject} subject */
export const stagesOf = ({ int8 }) =>
  int8.stages.map((stage) => ({
    name: stage.output.name,
    kind: stage.kind,
    macs: multiplyAccumulates(stage),
  }));

/** Tables against 8 bits: how many times as much the 8-bit network takes. @param {Result} result */
export function ratioOf({ tables, int8 }) {
  return 'misfit' in tables || 'misfit' in int8 ? null : int8.mean / tables.mean;
}

/** @param {Measured | Misfit} form */
const meanText = (form) => ('misfit' in form ? `no room in ${form.misfit}` : count(form.mean));

/** @param {Measured | Misfit} form */
const sizeText = (form) =>
  'misfit' in form
    ? ''
    : `${count(form.sizes.code)} + ${count(form.sizes.constants)}, ${count(form.sizes.ram)} + ${count(form.stack)}`;

/** What the cost model says of all stages, next to what was counted of them. @param {Measured | Misfit} form */
function predictedText(form) {
  if ('misfit' in form) return '';
  const time = form.predicted.reduce((sum, stage) => sum + stage.time, 0);
  const counted = form.stages.reduce((sum, stage) => sum + stage, 0);
  const percent = 100 * (time / counted - 1);
  return `${count(time)} (${percent < 0 ? '-' : '+'}${Math.abs(percent).toFixed(0)} %)`;
}

/** @param {Report} report @param {readonly Core[]} cores */
export function markdown({ command, tools, pictures, checks, networks }, cores) {
  const budgets = [...new Set(cores.map(({ budget, unit }) => `${count(budget)} ${unit}`))];
  return `${[
    '# Microcontrollers: figures',
    `Made by \`${command}\`; every figure was measured in that run. Tools: ${tools.join('; ')}.`,
    `**tables** is the C that tablize generates of a network; **int8** is the same float network in 8-bit integers (weights with a scale per channel, ranges of ${CALIBRATION_PICTURES} training pictures), in C of the structure of CMSIS-NN's kernels, with \`SMLAD\` where the core has it. Both are compiled with the flags of tablize's inference code. "int8 / tables" above 1 says that tables are faster.`,
    `Both run over the same test pictures, ${pictures} at most; none is begun after ${budgets.join(', ')}. Every logit of every picture was compared: tables with the integer reference, int8 with the same C on the host.`,
    'Instructions are counted by QEMU, exact to one, and are no cycles: a multiplication counts as much as an addition, a load as much as a move. Cycles are those of rp2040js (without misses of the flash cache) and avr8js. Code of the Cortex-M0 runs instruction for instruction on an emulated Cortex-M3, and stands for the M0+. Each counter was checked with a loop of known length first.',
    'Flash is code + constants, of what is linked of the library and of what it calls; RAM is workspace and variables + the stack that the first picture took, found by painting it. **predicted** is what the [cost model](../kernels.md) says of the chosen kernels, given how many activations of the pictures are not the commonest one, next to what the stages took (all but loading the pixels).',
    ...checksText(checks),
    ...networks.flatMap((network) => networkText(network, cores)),
  ].join('\n\n')}\n`;
}

/** @param {readonly Check[]} checks */
function checksText(checks) {
  if (checks.length === 0) return [];
  const rows = checks.map(({ layer, core, perMac, cmsis }) => [
    layer,
    core,
    perMac.toFixed(2),
    String(cmsis),
    (perMac / cmsis).toFixed(2),
  ]);
  return [
    '## The baseline next to CMSIS-NN',
    'Instructions per multiply-accumulate of single int8 layers with random weights. The column CMSIS-NN is not of this run: it was measured before on the same emulators (commit 99f736a, gcc 12.2 -O3).',
    table(
      [left('layer'), left('core'), ...['int8, measured', 'CMSIS-NN', 'measured / CMSIS-NN'].map(right)],
      rows,
    ),
  ];
}

/** @param {NetworkReport} network @param {readonly Core[]} cores */
function networkText({ name, accuracy, stages, results }, cores) {
  const titles = new Map(cores.map(({ id, title }) => [id, title]));
  const share = (/** @type {number} */ good) => `${((100 * good) / accuracy.pictures).toFixed(1)} %`;
  const rows = results.map((result) => [
    titles.get(result.core) ?? result.core,
    result.unit,
    String(result.pictures),
    meanText(result.tables),
    predictedText(result.tables),
    meanText(result.int8),
    ratioOf(result)?.toFixed(2) ?? '',
    sizeText(result.tables),
    sizeText(result.int8),
  ]);
  const header = [
    ...['core', 'unit'].map(left),
    ...[
      'pictures',
      'tables',
      'predicted',
      'int8',
      'int8 / tables',
      'tables: flash, RAM',
      'int8: flash, RAM',
    ].map(right),
  ];
  const measured = results.filter(({ tables, int8 }) => !('misfit' in tables && 'misfit' in int8));
  const stageRows = stages.map((stage, i) => [
    stage.name,
    stage.kind,
    stage.macs === 0 ? '' : count(stage.macs),
    ...measured.map(({ tables, int8 }) => `${stageText(tables, i)} / ${stageText(int8, i)}`),
  ]);
  const stageHeader = [
    ...['stage', 'kind'].map(left),
    ...['MACs', ...measured.map(({ core }) => titles.get(core) ?? core)].map(right),
  ];
  return [
    `## ${name}`,
    `Right of ${count(accuracy.pictures)} test pictures: float ${share(accuracy.float)}, int8 ${share(accuracy.int8)}, tables ${share(accuracy.tables)}.`,
    table(header, rows),
    `Stages, tables / int8, means of ${STAGE_PICTURES} pictures:`,
    table(stageHeader, stageRows),
  ];
}

/** @param {Measured | Misfit} form @param {number} stage */
const stageText = (form, stage) => ('misfit' in form ? '-' : count(form.stages[stage] ?? 0));
