// Runs a program over pictures and reads what it prints.
import { BuildError } from '../../dist/errors.js';
import { runAvr } from './emulators/avr.mjs';
import { runQemu } from './emulators/qemu.mjs';
import { runRp2040 } from './emulators/rp2040.mjs';

/** @typedef {import('./cores.mjs').Core} Core */
/** @typedef {import('./build-image.mjs').Image} Image */
/** @typedef {{ readonly count: number, readonly label: number, readonly logits: readonly number[] }} Answer */

/**
 * @typedef {object} Run - counts are instructions or cycles
 * @property {readonly Answer[]} answers - one per picture, of the first pictures
 * @property {readonly (readonly number[])[]} stages - a count per stage, for the first pictures
 * @property {number} stack - bytes that the first inference took of the stack
 */

const EMULATORS = { qemu: runQemu, rp2040js: runRp2040, avr8js: runAvr };
const KNOWN_ROUNDS = 1000;
const WORDS = /^(rounds|stages|picture|stack|end)( [0-9a-f]{8})*$/;

/**
 * Runs the program until all pictures are through or the core's budget is used up.
 *
 * @param {Core} core
 * @param {Image} image
 * @param {readonly Uint8Array[]} pictures
 * @returns {Promise<Run>}
 * @throws BuildError if the counter does not count a loop of known length right.
 */
export async function runImage(core, image, pictures) {
  /** @type {Answer[]} */
  const answers = [];
  /** @type {number[][]} */
  const stages = [];
  let used = 0;
  let stack = 0;
  await EMULATORS[core.emulator](
    core,
    image,
    (line) => {
      const [kind, ...words] = line.split(' ');
      if (!WORDS.test(line)) throw new BuildError(`the program printed "${line}"`, { where: image.elf });
      const numbers = words.map((word) => Number.parseInt(word, 16));
      const counts = numbers.map((ticks) => Math.round(ticks * core.perTick));
      if (kind === 'rounds') checkCounter(core, counts[0] ?? 0);
      else if (kind === 'stages') stages.push(counts);
      else if (kind === 'stack') [stack = 0] = numbers;
      else if (kind === 'picture') {
        const [count = 0] = counts;
        const [, label = 0, ...logits] = numbers;
        answers.push({ count, label, logits: logits.map((logit) => logit | 0) });
        used += count;
      }
      const enough = answers.length >= pictures.length || used >= core.budget;
      return kind !== 'end' && (!enough || stack === 0);
    },
    pictures,
  );
  return { answers, stages, stack };
}

/** @param {Core} core @param {number} counted */
function checkCounter({ title, perRound, unit }, counted) {
  const known = KNOWN_ROUNDS * perRound;
  if (counted === known) return;
  throw new BuildError(`a loop of ${known} ${unit} was counted as ${counted} on ${title}`, {
    next: 'use the version of the emulator that docs/results/mcu.md names',
  });
}
