// From a network library in C to a program that a core runs over pictures.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../../dist/errors.js';

/** @typedef {import('./cores.mjs').Core} Core */

/**
 * A network as C sources with the interface of a generated network library: `<name>_infer`, `_load`, `_run_stage`, and
 * `<MACRO>_WORKSPACE_BYTES`, `_PIXELS`, `_LOGITS`, `_STAGES`.
 *
 * @typedef {object} Library
 * @property {string} cName
 * @property {ReadonlyMap<string, string>} files - with relative paths
 * @property {readonly string[]} sources - which of them to compile
 * @property {string} include - the folder of the header `<cName>.h`
 * @property {boolean} [peer] - the 8-bit baseline, which may multiply
 */

/**
 * @typedef {object} Sizes - what is linked of the network library and of what it calls, in bytes
 * @property {number} code
 * @property {number} constants
 * @property {number} ram - workspace and variables, without stack
 */

/** @typedef {{ readonly elf: string, readonly binary: Uint8Array, readonly sizes: Sizes }} Image */

const BARE = fileURLToPath(new URL('bare/', import.meta.url));

/** @param {string} folder @param {string} program @param {readonly string[]} args */
function run(folder, program, args) {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** @param {string} folder @param {ReadonlyMap<string, string | Uint8Array>} files */
export function writeFiles(folder, files) {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** The harness's names for those of the library. @param {Library} library @param {number} pictures @param {number} stagePictures */
export function benchHeader({ cName }, pictures, stagePictures) {
  const macro = cName.toUpperCase();
  const lines = [
    `#include "${cName}.h"`,
    ...['WORKSPACE_BYTES', 'PIXELS', 'LOGITS', 'STAGES'].map(
      (name) => `#define BENCH_${name} ${macro}_${name}`,
    ),
    ...['infer', 'load', 'run_stage'].map((name) => `#define bench_${name} ${cName}_${name}`),
    `#define BENCH_PICTURES ${pictures}`,
    `#define BENCH_STAGE_PICTURES ${stagePictures}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {Core} core */
function memoryScript({ memory: { flash, ram }, emulator }) {
  const data = emulator === 'avr8js' ? 0x800000 : 0;
  return `MEMORY
{
  flash (rx) : ORIGIN = ${flash.origin}, LENGTH = ${flash.size}
  ram (rw) : ORIGIN = ${data + ram.origin}, LENGTH = ${ram.size}
}
`;
}

/**
 * @param {string} folder - empty
 * @param {Core} core
 * @param {Library} library
 * @param {readonly Uint8Array[]} pictures
 * @param {number} stagePictures - how many of them are run stage by stage, too
 * @returns {Image | null} null where it does not fit the core's memory
 */
export function buildImage(folder, core, library, pictures, stagePictures) {
  const { prefix, compile } = core;
  const target = library.peer === true ? core.peer : core.target;
  writeFiles(folder, library.files);
  writeFiles(
    folder,
    new Map(
      /** @type {[string, string | Uint8Array][]} */ ([
        ['bench.h', benchHeader(library, pictures.length, stagePictures)],
        ['memory.ld', memoryScript(core)],
        ['pictures.bin', Buffer.concat(pictures)],
      ]),
    ),
  );
  /** @param {string} source @param {string} object @param {readonly string[]} flags */
  const object = (source, object, flags) => {
    run(folder, `${prefix}gcc`, [
      ...target,
      ...flags,
      `-I${library.include}`,
      '-I.',
      '-c',
      source,
      '-o',
      object,
    ]);
    return object;
  };
  const own = compile
    .filter((flag) => flag !== '-Wpedantic')
    .map((flag) => (flag === '-std=c99' ? '-std=gnu99' : flag));
  const objects = [
    ...library.sources.map((source, i) => object(source, `network_${i}.o`, compile)),
    object(join(BARE, 'memory.c'), 'memory.o', compile),
    object(join(BARE, 'harness.c'), 'harness.o', own),
    ...core.sources.map((source, i) =>
      object(join(BARE, source), `core_${i}.o`, source.endsWith('.c') ? own : []),
    ),
  ];
  const script = [
    '-nostdlib',
    '-Wl,--gc-sections',
    '-Wl,--build-id=none',
    '-L.',
    `-Wl,-T,${join(BARE, core.sections)}`,
  ];
  if (!link(folder, `${prefix}gcc`, [...core.link, ...script, ...objects, '-lgcc', '-o', 'bench.elf']))
    return null;
  run(folder, `${prefix}objcopy`, ['-O', 'binary', 'bench.elf', 'bench.bin']);
  const workspace = workspaceBytes(folder, core, library);
  return {
    elf: join(folder, 'bench.elf'),
    binary: readFileSync(join(folder, 'bench.bin')),
    sizes: sizesOf(run(folder, `${prefix}size`, ['-A', 'bench.elf']), workspace),
  };
}

/** Whether it fits. @param {string} folder @param {string} program @param {readonly string[]} args */
function link(folder, program, args) {
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return true;
  if (/overflowed by|will not fit/.test(stderr)) return false;
  throw new BuildError(`the program cannot be linked: ${stderr.trim()}`, { where: folder });
}

/** What the preprocessor says. @param {string} folder @param {Core} core @param {Library} library */
function workspaceBytes(folder, { prefix, target }, library) {
  writeFiles(folder, new Map([['workspace.c', '#include "bench.h"\nBENCH_WORKSPACE_BYTES\n']]));
  const text = run(folder, `${prefix}gcc`, [
    ...[...target, '-std=gnu99', '-ffreestanding', `-I${library.include}`, '-I.', '-E', '-P', 'workspace.c'],
  ]);
  return Number(text.trim().split('\n').at(-1));
}

/** @param {string} text - of `size -A` @param {number} workspace @returns {Sizes} */
function sizesOf(text, workspace) {
  /** @param {string} section */
  const size = (section) => Number(new RegExp(`^\\.network_${section}\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const [data, bss] = [size('data'), size('bss')];
  return { code: size('code'), constants: size('const') + data, ram: workspace + data + bss };
}
