// Verifies the host board behind a pseudo-terminal and behind TCP, each held to the speed of a serial line, and writes how much of what
// the line carries was used:
//
//   node scripts/line-speed.mjs --count 10000 --bauds 115200,1000000
//
// The strict tests show the same in virtual time (test/device/line-speed.test.ts). Ends with 1 when any was below 90 %.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    bauds: { type: 'string', default: '115200,1000000' },
    out: { type: 'string', default: join(root, 'docs/results/line-speed.json') },
  },
});
if (!/^[1-9]\d{0,4}$/.test(values.count)) throw new RangeError('--count is a whole number from 1 on');
if (!/^[1-9]\d{2,6}(,[1-9]\d{2,6})*$/.test(values.bauds))
  throw new RangeError('--bauds are whole numbers, with commas between');

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/device/line-speed.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    LINE_SPEED_COUNT: values.count,
    LINE_SPEED_BAUDS: values.bauds,
    LINE_SPEED_OUT: values.out,
  },
});
process.exitCode = status ?? 1;
