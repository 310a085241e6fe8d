// Compiles toolkit/ to dist/ and makes the command executable. Runs by itself after `npm ci`.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${root}dist`, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', `${root}tsconfig.json`], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
chmodSync(`${root}dist/main.js`, 0o755);

// In a checkout `npx tablize` finds the command here, without asking to install anything.
const bin = `${root}node_modules/.bin`;
if (process.platform !== 'win32' && existsSync(bin)) {
  rmSync(`${bin}/tablize`, { force: true });
  symlinkSync('../../dist/main.js', `${bin}/tablize`);
}
