// Compiles toolkit/ to dist/, the loops of the trainer to WebAssembly, and makes the command executable. Runs by itself
// after `npm ci`.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/**
 * Runs a script in Node; where it fails, the build ends.
 *
 * @param {string} script
 * @param {string[]} options
 */
function run(script, options) {
  const { status } = spawnSync(process.execPath, [script, ...options], { stdio: 'inherit', cwd: root });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(`${root}dist`, { recursive: true, force: true });
run(resolve('typescript/bin/tsc'), ['-p', 'tsconfig.json']);
chmodSync(`${root}dist/main.js`, 0o755);

// AssemblyScript. Warning 112: it uses vectors between its own functions.
const source = 'toolkit/quantize/simd/assembly/index.ts';
const optimize = ['-O3', '--noAssert', '--enable', 'simd', '--disableWarning', '112'];
const memory = ['--runtime', 'stub', '--importMemory'];
run(resolve('assemblyscript/bin/asc.js'), [
  source,
  ...['--outFile', 'dist/quantize/kernels.wasm'],
  ...optimize,
  ...memory,
]);

// In a checkout `npx tablize` finds the command here, without asking to install anything.
const bin = `${root}node_modules/.bin`;
if (process.platform !== 'win32' && existsSync(bin)) {
  rmSync(`${bin}/tablize`, { force: true });
  symlinkSync('../../dist/main.js', `${bin}/tablize`);
}
