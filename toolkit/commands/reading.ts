import { InvalidArgumentError, Option, type Command } from 'commander';
import { rangeValues, type ByteValues, type DataSet, type ReadDataOptions } from '../data/index.js';
import { shellOption } from './command-line.js';

/** How the files of a data set are read; all of it may be left out. */
export interface ReadingOptions {
  readonly resize?: boolean;
  readonly bgr?: boolean;
  readonly range?: Range;
}

/** What the bytes 0 and 255 stand for. */
export type Range = readonly [number, number];

/** Adds the options to a command that reads pictures. */
export const withReading = (to: Command): Command =>
  to
    .option('--resize', 'bring picture files to the size that the network reads')
    .option('--bgr', 'the network reads blue, green, red')
    .addOption(
      new Option(
        '--range <low,high>',
        'of numbers in files: what the bytes 0 and 255 stand for, such as --range=-1,1',
      ).argParser(range),
    );

/** Two numbers between commas, the smaller first. */
export function range(text: string): Range {
  const [low = NaN, high = NaN, ...rest] = numberList(text);
  if (rest.length > 0 || !(low < high))
    throw new InvalidArgumentError('expected two numbers, the smaller one first, such as 0,1 or -1,1.');
  return [low, high];
}

/** Numbers between commas. */
export function numberList(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new InvalidArgumentError('expected numbers between commas, such as 0.5 or 0.5,0.5,0.5.');
}

/** [height, width, channels] of `28x28x1`; one channel may be left out. */
export function pictureShape(text: string): DataSet['shape'] {
  const match = /^([1-9]\d{0,3})x([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError('expected height x width x channels, such as 28x28x1 or 32x32x3.');
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
}

/** What the readers of `data/` are told by the options. */
export function readingOf({ resize, bgr, range: given }: ReadingOptions): ReadDataOptions {
  return {
    ...(resize === undefined ? {} : { resize }),
    ...(bgr === undefined ? {} : { bgr }),
    ...(given === undefined ? {} : { values: rangeValues(...given) }),
  };
}

/** The options again, as words of a command line. */
export const readingWords = ({ resize, bgr, range: given }: ReadingOptions): readonly string[] => [
  ...(resize === true ? ['--resize'] : []),
  ...(bgr === true ? ['--bgr'] : []),
  // With =, since the first number may be negative.
  ...(given === undefined ? [] : [`--range=${given.join(',')}`]),
];

/** A line that tells what bytes were made of, for those who bring such numbers to the network later. */
export function valuesLine({ name, values }: DataSet): string | null {
  if (values === undefined) return null;
  const { scale, offset }: ByteValues = values;
  return `the numbers of ${name} became bytes: 0 stands for ${offset}, 255 for ${offset + 255 * scale}; elsewhere give ${shellOption(
    'range',
    `${offset},${offset + 255 * scale}`,
  )
    .join(' ')
    .replace(' ', '=')}`;
}
