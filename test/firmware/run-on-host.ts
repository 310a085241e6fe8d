import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import type { Interpretation } from '../../toolkit/network/index.js';
import { WARNINGS } from './host-build.js';
import {
  answersOf,
  compileLibraries,
  HERE,
  libraryOf,
  runIn,
  type Difference,
  type Library,
  type Subject,
} from './libraries.js';

const PROGRAM = 'gcc';
const FLAGS = ['-std=c99', '-O1', ...WARNINGS, '-fsanitize=undefined,address', '-fno-sanitize-recover=all'];

/** Code of one lane is for cores of 8 bits, on which no address is misaligned. */
const ONE_LANE = [...FLAGS, '-fno-sanitize=alignment'];

const WAYS = ['from a picture', 'in place', 'packed', 'packed, in place'] as const;

/** Some integers that the program writes, one after another, and what they are. */
interface Segment {
  readonly what: string;
  readonly values: readonly number[];
}

/**
 * Computes every picture by the libraries of all subjects, linked into one program under the sanitizers, and compares every trace
 * point, label and logit with interpret(). Subjects have the same number of pictures and libraries of one configuration; `folder` is
 * empty. Returns where each subject differed first, if it did; after what a sanitizer stops, nothing is known of the rest.
 */
export async function compareOnHost(
  folder: string,
  subjects: readonly Subject[],
): Promise<readonly Difference[]> {
  const board = loadFirmwareBoard('host');
  const libraries = subjects.map((subject) => libraryOf(subject, board));
  const flags = subjects[0]?.options.lanes === 1 ? ONE_LANE : FLAGS;
  const objects = await compileLibraries(folder, { program: PROGRAM, flags }, libraries);
  const main = join(HERE, 'host.c');
  await runIn(folder, PROGRAM, [...flags, `-I${HERE}`, main, ...objects, '-o', 'host']);
  const answers = subjects.map(answersOf);
  const input = subjects.flatMap(({ network, pictures }, at) =>
    pictures.flatMap((picture, i) => [
      picture,
      pack(answers[at]?.[i]?.trace?.[0] ?? [], network.input.levels),
    ]),
  );
  const pictures = subjects[0]?.pictures.length ?? 0;
  const { output, said } = await give(join(folder, 'host'), [String(pictures)], Buffer.concat(input));
  const found: Difference[] = [];
  let from = 0;
  for (const [at, answered] of answers.entries()) {
    const expected = segmentsOf(answered, libraries[at]);
    const what = differenceOf(expected, output.subarray(from));
    from += expected.reduce((sum, { values }) => sum + values.length, 0);
    if (from > output.length) return [...found, { at, what: said }];
    if (what !== null) found.push({ at, what });
  }
  return found;
}

/** What host.c is to write of a network. */
function segmentsOf(answers: readonly Interpretation[], library: Library | undefined): readonly Segment[] {
  return answers.flatMap(({ label, logits, trace = [] }, i) => [
    ...WAYS.flatMap((way): readonly Segment[] => [
      ...trace.slice(0, -1).flatMap((point, k) => {
        const traced = library?.traced[k] === true ? [...point] : [];
        const what = `picture ${i}, ${way}: what stage ${k} reads`;
        return [
          { what: `${what}, its size`, values: [traced.length] },
          { what, values: traced },
        ];
      }),
      { what: `picture ${i}, ${way}: logits`, values: [...logits] },
      { what: `picture ${i}, ${way}: label`, values: [label] },
    ]),
    { what: `picture ${i}: label of infer()`, values: [label] },
  ]);
}

function differenceOf(segments: readonly Segment[], got: Int32Array): string | null {
  let from = 0;
  for (const { what, values } of segments) {
    const wrong = values.findIndex((value, i) => got[from + i] !== value);
    if (wrong >= 0) return `${what}: element ${wrong} is ${got[from + wrong]}, not ${values[wrong] ?? '?'}`;
    from += values.length;
  }
  return null;
}

/** Activation indices of the fewest bits that hold all levels, the first in the lowest bits, bit by bit. */
function pack(indices: ArrayLike<number>, levels: number): Uint8Array {
  const bits = [1, 2, 3, 4, 5, 6, 7].find((each) => levels <= 2 ** each) ?? 8;
  const packed = new Uint8Array(Math.ceil((indices.length * bits) / 8));
  for (let i = 0; i < indices.length * bits; i++) {
    const value = ((indices[Math.floor(i / bits)] ?? 0) >> (i % bits)) & 1;
    packed[i >> 3] = (packed[i >> 3] ?? 0) | (value << (i & 7));
  }
  return packed;
}

/** Of what a sanitizer says; the rest is its view of the memory. */
const SAID_LINES = 8;

/** Runs a program to its end, however it ends. */
function give(
  program: string,
  args: readonly string[],
  input: Uint8Array,
): Promise<{ readonly output: Int32Array; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    const written: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => written.push(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    // A program that a sanitizer stopped reads no more.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', reject);
    child.on('close', () => {
      const bytes = Buffer.concat(written);
      const whole = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 4)));
      resolve({
        output: new Int32Array(whole.buffer),
        said: said.split('\n').slice(0, SAID_LINES).join('\n'),
      });
    });
  });
}
