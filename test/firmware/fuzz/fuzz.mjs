// Feeds the protocol engine of the firmware with what libFuzzer makes up, and writes what came of it and the inputs that are worth keeping:
//
//   npm run fuzz:protocol -- --seconds 600
//
// Needs clang with its runtime (`apt-get install clang libclang-rt-14-dev`), gcc and gcov. Half of the time goes to each network of
// networks.ts. The strict tests replay what is kept (test/firmware/protocol-fuzz.test.ts).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    out: { type: 'string', default: 'docs/results/fuzz.json' },
  },
});
if (!/^[1-9]\d{0,5}$/.test(values.seconds)) {
  console.error(`--seconds is a whole number from 1 on, not "${values.seconds}"`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', '--config', 'test/firmware/fuzz/vitest.config.ts'], {
  cwd: root,
  env: { ...process.env, FUZZ_SECONDS: values.seconds, FUZZ_OUT: values.out },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
