import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installZig } from '../../toolkit/plan/zig-package.js';

/**
 * Before the tests: compiles toolkit/ once, so that tests of the command line run what users run; with TABLIZE_BUILT=1
 * dist/ is taken as it is. Where every tool is required, the zig compiler is one of them, and is fetched.
 */
export default async function setUp(): Promise<void> {
  const build = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  if (process.env['TABLIZE_BUILT'] !== '1') execFileSync(process.execPath, [build], { stdio: 'inherit' });
  if (process.env['REQUIRE_TOOLS'] === '1')
    await installZig({ progress: (line) => process.stderr.write(`${line}\n`) });
}
