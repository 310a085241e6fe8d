import { usualKernels } from '../../toolkit/firmware/kernels/kernel-options.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../../scripts/bench/cores.mjs';
import { assetPath } from '../../toolkit/assets.js';
import type { Interpretation } from '../../toolkit/network/index.js';
import { linesOf, type Image } from './emulate.js';
import {
  answersOf,
  compileLibraries,
  HERE,
  libraryOf,
  runIn,
  write,
  type Difference,
  type Library,
  type Subject,
} from './libraries.js';

const BARE = assetPath('scripts/bench/bare');

/** As many words of RAM as a workspace may have, in a core's RAM. */
const workspaceWords = ({ memory }: Core): number => memory.ram.size >> 3;

/** As many logits as a network may have. */
export const MOST_LOGITS = 256;

/**
 * Computes every picture by the libraries of all subjects, linked into one program for an emulated core, and compares labels, logits
 * and hashes of the trace points with those of interpret(). Subjects have the same number of pictures, less than 256 in all, and
 * libraries of one configuration; `folder` is empty. Returns where each subject differed first, if it did.
 */
export async function compareOnCore(
  folder: string,
  core: Core,
  subjects: readonly Subject[],
): Promise<readonly Difference[]> {
  const { saturates } = usualKernels(core.board);
  const libraries = subjects.map(({ options, ...subject }) =>
    libraryOf({ ...subject, options: { ...options, saturates } }, core.board),
  );
  const pictures = subjects.flatMap((subject) => subject.pictures);
  const image = await build(folder, core, libraries, pictures, pictures.length / subjects.length);
  const lines = await linesOf(core, image, pictures);
  let from = 0;
  return subjects.flatMap((subject, at) => {
    const expected = answersOf(subject).map((answer) => lineOf(answer, libraries[at]));
    const first = from;
    from += expected.length;
    const wrong = expected.findIndex((line, i) => lines[first + i] !== line);
    if (wrong < 0) return [];
    const [got, right] = [lines[first + wrong] ?? 'nothing', expected[wrong] ?? ''];
    return [{ at, what: `picture ${wrong} on ${core.title}: it printed\n  ${got}, not\n  ${right}` }];
  });
}

/** What bare.c is to print of a picture. */
function lineOf({ label, logits, trace = [] }: Interpretation, library: Library | undefined): string {
  const hashes = trace
    .slice(0, -1)
    .filter((_, stage) => library?.traced[stage])
    .map(hashOf);
  return ['answer', ...[label, ...logits, ...hashes].map(hex)].join(' ');
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

function hashOf(tensor: Int32Array): number {
  return tensor.reduce((hash, index) => ((hash << 5) | (hash >>> 27)) ^ index, tensor.length);
}

async function build(
  folder: string,
  core: Core,
  libraries: readonly Library[],
  pictures: readonly Uint8Array[],
  picturesEach: number,
): Promise<Image> {
  const { prefix, compile, target, memory } = core;
  const pixels = Math.max(...pictures.map(({ length }) => length));
  const padded = Buffer.alloc(pixels * pictures.length);
  pictures.forEach((picture, i) => padded.set(picture, pixels * i));
  const ramBegins = core.emulator === 'avr8js' ? 0x800000 : 0;
  write(folder, [
    ['pictures.bin', padded],
    [
      'bench.h',
      [
        '#include "networks.h"',
        `#define BENCH_PIXELS ${pixels}u`,
        `#define BENCH_PICTURES ${picturesEach}`,
        `#define BENCH_WORKSPACE_WORDS ${workspaceWords(core)}`,
        `#define BENCH_LOGITS ${MOST_LOGITS}`,
        '',
      ].join('\n'),
    ],
    [
      'memory.ld',
      [
        'MEMORY',
        '{',
        `  flash (rx) : ORIGIN = ${memory.flash.origin}, LENGTH = ${memory.flash.size}`,
        `  ram (rw) : ORIGIN = ${ramBegins + memory.ram.origin}, LENGTH = ${memory.ram.size}`,
        '}',
        '',
      ].join('\n'),
    ],
  ]);
  const program = `${prefix}gcc`;
  const networks = await compileLibraries(folder, { program, flags: [...target, ...compile] }, libraries);
  const own = compile
    .filter((flag) => flag !== '-Wpedantic')
    .map((flag) => (flag === '-std=c99' ? '-std=gnu99' : flag));
  const sources = [
    join(HERE, 'bare.c'),
    ...['memory.c', ...core.sources].map((source) => join(BARE, source)),
  ];
  const others: string[] = [];
  for (const [i, source] of sources.entries()) {
    const flags = source.endsWith('.c') ? own : [];
    const object = `own_${i}.o`;
    await runIn(folder, program, [
      ...target,
      ...flags,
      `-I${HERE}`,
      `-I${BARE}`,
      '-I.',
      '-c',
      source,
      '-o',
      object,
    ]);
    others.push(object);
  }
  const script = ['-nostdlib', '-Wl,--gc-sections', '-L.', `-Wl,-T,${join(BARE, core.sections)}`];
  const objects = [...networks, ...others, '-lgcc', '-o', 'bare.elf'];
  await runIn(folder, program, [...core.link, ...script, ...objects]);
  await runIn(folder, `${prefix}objcopy`, ['-O', 'binary', 'bare.elf', 'bare.bin']);
  return { elf: join(folder, 'bare.elf'), binary: readFileSync(join(folder, 'bare.bin')) };
}
