// The command line of the bench.
import { parseArgs } from 'node:util';
import { InputError } from '../../dist/errors.js';

const MODELS = [
  'mnist-mlp',
  'mnist-cnn',
  'mnist-small',
  'fashion-mobilenet-16x5',
  'fashion-resnet-8x5',
  'fashion-mobilenet-20x16',
  'fashion-resnet-20x16',
];

const OPTIONS = /** @type {const} */ ({
  models: { type: 'string', default: MODELS.join(',') },
  cores: { type: 'string' },
  count: { type: 'string', default: '100' },
  stages: { type: 'boolean', default: false },
  out: { type: 'string', default: 'docs/results' },
});

/**
 * @typedef {object} Options
 * @property {readonly string[]} models - names of folders in models/, or paths
 * @property {readonly string[] | null} cores - null for all
 * @property {number} count - of pictures
 * @property {boolean} stages - whether stages are printed, too; the report always has them
 * @property {string} out - folder of mcu.md and mcu.json
 */

/** @returns {Options} @throws InputError */
export function readOptions() {
  const { models, cores, count, stages, out } = parse();
  if (!/^[1-9]\d{0,3}$/.test(count)) {
    throw new InputError(`"${count}" is no count of pictures`, { where: '--count', next: 'give 1 to 9999' });
  }
  return {
    models: models.split(','),
    cores: cores === undefined ? null : cores.split(','),
    count: Number(count),
    stages,
    out,
  };
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (cause) {
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw new InputError(cause instanceof Error ? cause.message : String(cause), {
      next: `the options are ${names.join(', ')}`,
      cause,
    });
  }
}
