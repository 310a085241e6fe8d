// Simulates boards in Verilog at the level of their serial line, with random frames that are good, damaged, cut or noisy, and writes what
// came of it:
//
//   npm run fuzz:line -- --frames 10000 --seed 1
//
// The strict tests run a small part of it (test/hdl/line.test.ts). Needs verilator and a C++ compiler.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'docs/results/fuzz-line.json' },
  },
});
for (const text of [values.frames, values.seed]) {
  if (/^[1-9]\d{0,8}$/.test(text)) continue;
  console.error(`--frames and --seed are whole numbers from 1 on, not "${text}"`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', 'test/hdl/line.test.ts'], {
  cwd: root,
  env: { ...process.env, LINE_FRAMES: values.frames, LINE_SEED: values.seed, LINE_OUT: values.out },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
