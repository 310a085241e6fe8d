// `npm run fuzz:kernels -- --cases 20000 --seed 7`: random cases in rounds of 500, each with the next seed.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '5000' }, seed: { type: 'string', default: '1' } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d*$/.test(value)) continue;
  console.error(`--${name} is a whole number from 1 on, not "${value}"`);
  process.exit(2);
}
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--bail', '1', 'test/firmware/random-kernels.test.ts'],
  {
    env: { ...process.env, TABLIZE_CASES: values.cases, TABLIZE_SEED: values.seed },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
