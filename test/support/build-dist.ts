import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Before the tests: compiles toolkit/ once, so that tests of the command line run what users run. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
