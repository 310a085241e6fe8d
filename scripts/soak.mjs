// Verifies virtual boards over lines with all kinds of faults, in virtual time, and writes what came of it:
//
//   node scripts/soak.mjs --frames 1000000 --seed 1
//
// The strict tests run a small part of it (test/verify/soak.test.ts). Ends with 1 when a verdict was neither the truth nor "port or board".
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'docs/results/soak.json') },
  },
});
for (const text of [values.frames, values.seed])
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError('--frames and --seed are whole numbers from 1 on');

mkdirSync(dirname(values.out), { recursive: true });
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/verify/soak.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SOAK_FRAMES: values.frames, SOAK_SEED: values.seed, SOAK_OUT: values.out },
});
process.exitCode = status ?? 1;
