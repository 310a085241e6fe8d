// Measures networks on emulated cores, as tables and as 8-bit integers, and writes docs/results/mcu.md and mcu.json:
//
//   npm run bench
//   npm run bench -- --models mnist-small,mnist-cnn --cores m0,m4 --count 20 --stages --out build/bench
//
// Needs `npm run build`, the compilers gcc-arm-none-eabi, gcc-riscv64-unknown-elf, gcc-avr and gcc, and QEMU (qemu-system-arm,
// qemu-system-misc); of these, only what the chosen cores use.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../../dist/commands/failure.js';
import { EXIT, InputError } from '../../dist/errors.js';
import { createInterpreter } from '../../dist/network/index.js';
import { left, right, table } from '../../dist/report/study/markdown.js';
import { countRight, floatJudge } from './accuracy.mjs';
import { checkLayers } from './check-layers.mjs';
import { cores } from './cores.mjs';
import { int8Library } from './int8/int8-library.mjs';
import { measure } from './measure.mjs';
import { readOptions } from './options.mjs';
import { markdown, ratioOf, stagesOf } from './report.mjs';
import { runOnHost } from './run-on-host.mjs';
import { loadSubject } from './subject.mjs';
import { toolVersions } from './versions.mjs';

/** @typedef {import('./cores.mjs').Core} Core */
/** @typedef {import('./report.mjs').NetworkReport} NetworkReport */

/** @param {readonly string[] | null} ids @returns {readonly Core[]} @throws InputError */
function chosenCores(ids) {
  const all = cores();
  return ids === null
    ? all
    : ids.map((id) => {
        const core = all.find((other) => other.id === id);
        if (core !== undefined) return core;
        const next = `give some of ${all.map((other) => other.id).join(', ')}`;
        throw new InputError(`there is no core "${id}"`, { where: '--cores', next });
      });
}

/** A new folder in a temporary one. @param {string} root @param {string} name */
function folderIn(root, name) {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * @param {string} given
 * @param {readonly Core[]} chosen
 * @param {number} count
 * @param {ReturnType<typeof floatJudge>} judgeFloat
 * @param {string} root
 * @returns {Promise<NetworkReport>}
 */
async function measureNetwork(given, chosen, count, judgeFloat, root) {
  console.error(`${given}: making the 8-bit network and the expected answers`);
  const subject = loadSubject(given);
  const { name, pictures, labels } = subject;
  const { infer } = createInterpreter(subject.network);
  const tables = pictures.map((picture) => {
    const { label, logits } = infer(picture);
    return { label, logits: Array.from(logits) };
  });
  const int8 = runOnHost(folderIn(root, `${name}/host`), int8Library(subject.int8), pictures);
  const accuracy = {
    pictures: pictures.length,
    float: judgeFloat(subject),
    int8: countRight(int8, labels),
    tables: countRight(tables, labels),
  };
  const expected = { tables: tables.slice(0, count), int8: int8.slice(0, count) };
  const results = [];
  for (const core of chosen) {
    const started = globalThis.performance.now();
    const result = await measure(core, subject, expected, folderIn(root, `${name}/${core.id}`));
    const ratio = ratioOf(result);
    const seconds = ((globalThis.performance.now() - started) / 1000).toFixed(1);
    console.error(
      `${name} on ${core.title}: ${result.pictures} pictures, ${ratio === null ? 'not both fit' : `int8 / tables ${ratio.toFixed(2)}`}, ${seconds} s`,
    );
    results.push(result);
  }
  return { name, accuracy, stages: stagesOf(subject), results };
}

/** @param {NetworkReport} network @param {boolean} stages */
function printNetwork({ name, results, stages: list }, stages) {
  /** @param {NetworkReport['results'][number]['tables']} form @param {(measured: import('./measure.mjs').Measured) => number} value */
  const shown = (form, value) => ('misfit' in form ? `no room in ${form.misfit}` : String(value(form)));
  const rows = results.map((result) => [
    result.core,
    result.unit,
    String(result.pictures),
    ...[result.tables, result.int8].map((form) => shown(form, ({ mean }) => mean)),
    ratioOf(result)?.toFixed(2) ?? '',
  ]);
  const columns = [
    ...['core', 'unit'].map(left),
    ...['pictures', 'tables', 'int8', 'int8 / tables'].map(right),
  ];
  console.log(`\n${name}\n${table(columns, rows)}`);
  if (!stages) return;
  for (const { core, tables, int8 } of results) {
    const stageRows = list.map((stage, i) => [
      stage.name,
      ...[tables, int8].map((form) => shown(form, (measured) => measured.stages[i] ?? 0)),
    ]);
    console.log(table([left(`stage on ${core}`), right('tables'), right('int8')], stageRows));
  }
}

async function bench() {
  const { models, cores: ids, count, stages, out } = readOptions();
  const chosen = chosenCores(ids);
  const tools = toolVersions(chosen);
  const root = mkdtempSync(join(tmpdir(), 'tablize-mcu-'));
  // On the way out in every case, also after a signal.
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  console.error('single layers of the baseline');
  const checks = await checkLayers(chosen, folderIn(root, 'layers'));
  const judgeFloat = floatJudge();
  /** @type {NetworkReport[]} */
  const networks = [];
  for (const model of models) {
    const network = await measureNetwork(model, chosen, count, judgeFloat, root);
    printNetwork(network, stages);
    networks.push(network);
  }
  const command = [
    'npm run bench',
    ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []),
  ].join(' ');
  const report = { command, tools, pictures: count, checks, networks };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'mcu.md'), markdown(report, chosen));
  writeFileSync(join(out, 'mcu.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten: ${join(out, 'mcu.md')}, ${join(out, 'mcu.json')}`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(EXIT.interrupted));
try {
  await bench();
  process.exitCode = EXIT.ok;
} catch (error) {
  const { code, text } = describeError(error, new globalThis.AbortController().signal);
  console.error(text);
  process.exitCode = code;
}
