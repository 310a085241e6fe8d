import { InvalidArgumentError } from 'commander';
import { KERNEL_NAMES, type KernelName } from '../firmware/index.js';
import type { Folding } from '../hdl/index.js';
import type { LevelCounts } from '../quantize/index.js';
import type { Budget, Candidate } from '../search/index.js';

/** Parser of an option that is a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** A finite number, such as 0.0078125 or -1. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

/** Labels between commas, such as `cat,dog`. */
export function labelList(text: string): readonly string[] {
  const labels = text.split(',').map((label) => label.trim());
  if (labels.some((label) => label === ''))
    throw new InvalidArgumentError('expected labels between commas, such as cat,dog.');
  return labels;
}

/** The counts in `8x5`; null if they are none, or not 2 to 256 each. */
function counts(text: string): LevelCounts | null {
  const match = /^(\d{1,3})x(\d{1,3})$/.exec(text);
  const activations = Number(match?.[1]);
  const weights = Number(match?.[2]);
  const allowed = (count: number): boolean => count >= 2 && count <= 256;
  return match !== null && allowed(activations) && allowed(weights) ? { activations, weights } : null;
}

/** Parser of `8x5`: activation levels x weight levels, 2 to 256 each. */
export function levels(text: string): LevelCounts {
  const found = counts(text);
  if (found !== null) return found;
  throw new InvalidArgumentError('expected activation x weight levels, 2 to 256 each, such as 8x5.');
}

/** Parser of `8x5,conv1=13x3`: levels, then stages that have others. */
export function stageLevels(text: string): Candidate {
  const [usual = '', ...others] = text.split(',').map((part) => part.trim());
  const stages = new Map<string, LevelCounts>();
  for (const other of others) {
    const [name = '', own, ...rest] = other.split('=').map((part) => part.trim());
    if (name === '' || own === undefined || rest.length > 0)
      throw new InvalidArgumentError(
        `expected a stage and its levels, such as conv1=13x3, in place of "${other}".`,
      );
    if (stages.has(name)) throw new InvalidArgumentError(`stage "${name}" is there twice.`);
    stages.set(name, levels(own));
  }
  return { ...levels(usual), stages };
}

/** Parser of `conv1=pairs`, given once per stage: adds to what was given before. */
export function stageKernel(
  text: string,
  before: ReadonlyMap<string, KernelName> = new Map(),
): ReadonlyMap<string, KernelName> {
  const [stage = '', kernel = '', ...rest] = text.split('=');
  const name = KERNEL_NAMES.find((one) => one === kernel);
  if (stage === '' || name === undefined || rest.length > 0)
    throw new InvalidArgumentError(
      `expected a stage and one of ${KERNEL_NAMES.join(', ')}, such as conv1=${KERNEL_NAMES[0]}.`,
    );
  if (before.has(stage)) throw new InvalidArgumentError(`stage "${stage}" is there twice.`);
  return new Map([...before, [stage, name]]);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2 };

/** Parser of `flash=12K,drop=0.5`, in any order; either may be left out. */
export function budget(text: string): Budget {
  const given = new Map<string, string>();
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!['flash', 'drop'].includes(name))
      throw new InvalidArgumentError(
        `expected flash and drop, such as flash=12K,drop=0.5, in place of "${part}".`,
      );
    if (given.has(name)) throw new InvalidArgumentError(`${name} is there twice.`);
    given.set(name, value);
  }
  const [flash, drop] = [given.get('flash'), given.get('drop')];
  return { flash: flash === undefined ? null : bytes(flash), drop: drop === undefined ? null : points(drop) };
}

function bytes(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KM]?)$/.exec(text) ?? [];
  const value = Math.floor(Number(number) * (UNITS[unit] ?? 1));
  if (number !== '' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError(
    `expected bytes of flash, at least 1, such as 12288, 12K or 1.5M, in place of "${text}".`,
  );
}

function points(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError(`expected a drop of 0 to 100 points, such as 0.5, in place of "${text}".`);
}

/** Parser of `1/2`: the first of two processes that share the work. */
export function shard(text: string): { readonly index: number; readonly count: number } {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || index < 1 || index > count) {
    throw new InvalidArgumentError('expected which of how many processes this is, such as 1/2.');
  }
  return { index, count };
}

/** Parser of `4x8`: columns, a power of two up to 8, x filters, up to 64. */
export function folding(text: string): Folding {
  const match = /^([1248])x(\d{1,2})$/.exec(text);
  const filters = Number(match?.[2]);
  if (match === null || filters < 1 || filters > 64)
    throw new InvalidArgumentError('expected 1, 2, 4 or 8 columns x 1 to 64 filters, such as 4x8.');
  return { banks: Number(match[1]), filters };
}
