// The compilers and emulators that figures depend on.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ToolMissingError } from '../../dist/errors.js';

/** @typedef {import('./cores.mjs').Core} Core */

/** What to install for a program. @type {Readonly<Record<string, string>>} */
const PACKAGES = {
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi',
  'riscv64-unknown-elf-gcc': 'gcc-riscv64-unknown-elf',
  'avr-gcc': 'gcc-avr',
  'qemu-system-arm': 'qemu-system-arm',
  'qemu-system-riscv32': 'qemu-system-misc',
};

const { resolve } = createRequire(import.meta.url);

/** @param {readonly Core[]} cores @returns {readonly string[]} a line per tool @throws ToolMissingError */
export function toolVersions(cores) {
  const compilers = cores.map(({ prefix }) => `${prefix}gcc`);
  const emulators = cores.map(({ emulator, command }) => command[0] ?? emulator);
  return [...new Set([...compilers, ...emulators])].map((name) =>
    name.endsWith('js') ? `${name} ${packageVersion(name)}` : programVersion(name),
  );
}

/** @param {string} name */
function programVersion(name) {
  try {
    const [line = ''] = execFileSync(name, ['--version'], { encoding: 'utf8' }).split('\n');
    return line.startsWith(name) ? line : `${name}: ${line}`;
  } catch (cause) {
    throw new ToolMissingError(`${name} cannot be run`, {
      next: `install it (\`apt-get install ${PACKAGES[name] ?? name}\`), or leave its cores out with --cores`,
      cause,
    });
  }
}

/** @param {string} name */
function packageVersion(name) {
  const folder = resolve(name).split(`/node_modules/${name}/`)[0];
  return createRequire(import.meta.url)(`${folder}/node_modules/${name}/package.json`).version;
}
