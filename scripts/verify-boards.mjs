// Verifies a model on every board that has an emulator, FPGAs as simulated Verilog, one after another, and writes what each took:
//
//   node scripts/verify-boards.mjs --model models/mnist-small --count 200
//
// Needs the build (node scripts/build.mjs), the compilers, QEMU and verilator. Ends with 1 unless every answer of every board is right.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(root, 'models/mnist-small') },
    count: { type: 'string', default: '200' },
    board: { type: 'string', multiple: true },
    out: { type: 'string', default: join(root, 'docs/results/boards.json') },
  },
});
if (!/^[1-9]\d{0,5}$/.test(values.count)) throw new RangeError('--count is a whole number from 1 on');

/**
 * What a run of the command line printed with --json; null when it printed nothing.
 * @param {string[]} args
 */
const tablize = (...args) => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, 'dist/main.js'), ...args, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return { status, report: stdout.trim() === '' ? null : JSON.parse(stdout), words: stderr };
};

/**
 * Of a board that was not run: what the error says.
 * @param {string} words
 */
const problem = (words) => words.split('\n').find((line) => /^(tablize|error):/.test(line)) ?? words.trim();

/** @type {{ id: string, kind: string, emulator?: object | null }[]} */
const boards = tablize('boards').report;
const wanted = boards.filter(({ id }) => values.board === undefined || values.board.includes(id));
const results = [];
for (const { id, kind, emulator } of wanted) {
  if (kind !== 'fpga' && emulator == null) continue;
  const level = kind === 'fpga' ? ['--level', 'rtl'] : [];
  const args = ['--board', id, '--model', resolve(values.model), '--count', values.count, ...level];
  const { status, report, words } = tablize('deploy', ...args);
  const result =
    report === null || report.images === undefined
      ? { board: id, status, problem: problem(words) }
      : {
          board: id,
          status,
          executor: report.executor,
          images: report.images,
          mismatches: report.mismatches,
          latency: report.latency,
          emulatorShare: report.link?.waitingShare ?? null,
          toolchain: report.toolchain,
        };
  results.push(result);
  console.log(JSON.stringify(result));
}
mkdirSync(dirname(values.out), { recursive: true });
const text = { model: resolve(values.model).split('/').at(-1), pictures: Number(values.count), results };
writeFileSync(values.out, `${JSON.stringify(text, null, 2)}\n`);
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;
