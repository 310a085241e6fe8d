import { z } from 'zod';
import { InputError } from '../errors.js';
import { nameSchema } from '../network/index.js';
import {
  ACTIVATION_QUANTIZERS,
  ARCHITECTURES,
  WEIGHT_QUANTIZERS,
  type ActivationSchemeName,
  type Architecture,
  type WeightSchemeName,
} from '../quantize/index.js';

/** Equally spaced levels with the least squared error: what a network gets that is quantized without training. */
export const LEAST_ERROR = 'least-error';

/** How levels are found and whether they are then learned; `name` stands in tables and plots. */
export interface Scheme {
  readonly name: string;
  readonly weights: WeightSchemeName;
  readonly activations: ActivationSchemeName | typeof LEAST_ERROR;
  readonly learn: boolean;
  /** Training pictures are moved by up to so many pixels; left out, as the trainer does it. */
  readonly shift?: number | undefined;
}

/** One network of a study, quantized in one way. */
export interface Cell {
  /** Unique in the study, and the name of the cell's folder. Says all of what follows but the name of the scheme. */
  readonly id: string;
  readonly architecture: Architecture;
  readonly seed: number;
  readonly floatEpochs: number;
  readonly activationLevels: number;
  readonly weightLevels: number;
  readonly scheme: Scheme;
  /** 0: quantized without training. */
  readonly epochs: number;
}

/** What a grid file says (docs/study.md). */
export interface Study {
  readonly name: string;
  readonly title: string;
  /** A named data set, or a folder of idx files. */
  readonly data: string;
  /** Each once, in the order of the file. */
  readonly cells: readonly Cell[];
  /** Ids of the cells whose distributions of weights and activations are kept. */
  readonly distributions: readonly string[];
}

/** Name of the float network that a cell is made from; cells share it. */
export const floatId = ({ architecture, seed, floatEpochs }: Cell): string =>
  `${architecture}-s${seed}-f${floatEpochs}`;

/** Text that means itself in Markdown and SVG alike. */
const words = z
  .string()
  .max(80)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ,.:;()+'/-]*$/u, "letters, digits, spaces and ,.:;()+'/- are needed");

const LEVELS = /^([1-9]\d{0,2})x([1-9]\d{0,2})$/;
const levels = z
  .string()
  .refine(
    (text) => LEVELS.test(text) && text.split('x').every((part) => Number(part) >= 2 && Number(part) <= 256),
    'activation x weight levels, 2 to 256 each, are needed, such as 8x5',
  );
const architecture = z.enum(ARCHITECTURES);
const schemeSchema = z.strictObject({
  name: words,
  weights: z.enum(Object.keys(WEIGHT_QUANTIZERS) as WeightSchemeName[]),
  activations: z.enum([...(Object.keys(ACTIVATION_QUANTIZERS) as ActivationSchemeName[]), LEAST_ERROR]),
  learn: z.boolean(),
  shift: z.int().min(0).max(8).optional(),
});
const blockSchema = z.strictObject({
  networks: z.array(architecture).min(1),
  seeds: z.array(z.int().min(0)).min(1),
  schemes: z.array(z.string()).min(1),
  levels: z.array(levels).min(1),
  epochs: z.int().min(0),
});
const gridSchema = z.strictObject({
  name: nameSchema,
  title: words,
  data: z.string().regex(/^[^`|\n]+$/, 'the name of a data set, or a folder, is needed'),
  networks: z.array(z.strictObject({ architecture, floatEpochs: z.int().min(1) })).min(1),
  schemes: z.array(schemeSchema).min(1),
  /** Every combination of networks, seeds, schemes and levels of a block is a cell. */
  blocks: z.array(blockSchema).min(1),
  distributions: z.array(z.string().min(1)).default([]),
});

type Grid = z.infer<typeof gridSchema>;

/**
 * The study of a grid file.
 *
 * @throws InputError if `text` is not a grid: where, and what is wrong.
 */
export function parseGrid(text: string, where: string): Study {
  const fail = (what: string, cause?: unknown): InputError =>
    new InputError(what, { where, next: 'Compare it with docs/study.md.', cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail('not JSON, or cut short', cause);
  }
  const parsed = gridSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String).join('.') || 'the file';
    throw fail(`not a study: ${path}: ${issue?.message ?? 'invalid'}`);
  }
  const problem = (what: string): InputError => fail(`not a study: ${what}`);
  const { name, title, data } = parsed.data;
  const cells = cellsOf(parsed.data, problem);
  return { name, title, data, cells, distributions: chosen(cells, parsed.data.distributions, problem) };
}

type Problem = (what: string) => InputError;

function cellsOf({ networks, schemes, blocks }: Grid, problem: Problem): readonly Cell[] {
  const floatEpochs = table(networks, ({ architecture: key }) => key, 'network', problem);
  const schemeOf = table(schemes, ({ name }) => name, 'scheme', problem);
  const cells = blocks.flatMap((block) =>
    block.networks.flatMap((network) =>
      block.schemes.flatMap((scheme) =>
        block.levels.flatMap((text) =>
          block.seeds.map((seed) =>
            cellOf(network, seed, floatEpochs(network).floatEpochs, text, schemeOf(scheme), block.epochs),
          ),
        ),
      ),
    ),
  );
  const known = new Map<string, Cell>();
  for (const cell of cells) {
    if (cell.epochs === 0 && cell.scheme.learn)
      throw problem(
        `the scheme "${cell.scheme.name}" learns its levels, which a block with 0 epochs cannot do`,
      );
    if (cell.epochs > 0 && cell.scheme.activations === LEAST_ERROR)
      throw problem(
        `the scheme "${cell.scheme.name}" finds activation levels by ${LEAST_ERROR}, which only a block with 0 epochs can do`,
      );
    const other = known.get(cell.id);
    if (other !== undefined)
      throw problem(
        other.scheme.name === cell.scheme.name
          ? `the cell "${cell.id}" is in it twice`
          : `the cell "${cell.id}" is in it twice, as the schemes "${other.scheme.name}" and "${cell.scheme.name}" are the same`,
      );
    known.set(cell.id, cell);
  }
  return cells;
}

/** Items by a name that must be unique, and known where it is used. */
function table<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  what: string,
  problem: Problem,
): (name: string) => T {
  const byName = new Map(items.map((item) => [nameOf(item), item]));
  const twice = items.find((item) => byName.get(nameOf(item)) !== item);
  if (twice !== undefined) throw problem(`the ${what} "${nameOf(twice)}" is listed twice`);
  return (name) => {
    const found = byName.get(name);
    if (found !== undefined) return found;
    throw problem(`a block uses the ${what} "${name}", which the file does not list`);
  };
}

function cellOf(
  network: Architecture,
  seed: number,
  floatEpochs: number,
  text: string,
  scheme: Scheme,
  epochs: number,
): Cell {
  const [activationLevels = 0, weightLevels = 0] = text.split('x').map(Number);
  const learned = scheme.learn ? '-learned' : '';
  const shift = scheme.shift === undefined ? '' : `-shift${scheme.shift}`;
  return {
    id: `${network}-s${seed}-f${floatEpochs}-${text}-${scheme.weights}-${scheme.activations}${learned}${shift}-e${epochs}`,
    architecture: network,
    seed,
    floatEpochs,
    activationLevels,
    weightLevels,
    scheme,
    epochs,
  };
}

/** Ids of the cells that have one of these texts in their ids. */
function chosen(cells: readonly Cell[], texts: readonly string[], problem: Problem): readonly string[] {
  const lost = texts.find((text) => !cells.some(({ id }) => id.includes(text)));
  if (lost !== undefined) throw problem(`distributions: no cell has "${lost}" in its id`);
  return cells.map(({ id }) => id).filter((id) => texts.some((text) => id.includes(text)));
}
