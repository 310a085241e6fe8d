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

/** How levels are found and whether they are then learned; `name` stands in tables and plots. */
export interface Scheme {
  readonly name: string;
  readonly weights: WeightSchemeName;
  readonly activations: ActivationSchemeName;
  readonly learn: boolean;
}

/** One training of a study. */
export interface Cell {
  /** Unique in the study, and the name of the cell's folder. */
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

export interface Study {
  readonly name: string;
  readonly title: string;
  readonly data: string;
  readonly cells: readonly Cell[];
}

const names = <Name extends string>(table: Readonly<Record<Name, unknown>>): z.ZodEnum<Record<Name, Name>> =>
  z.enum(Object.keys(table) as Name[]) as unknown as z.ZodEnum<Record<Name, Name>>;
const LEVELS = /^(\d{1,3})x(\d{1,3})$/;
const seeds = z.array(z.int().min(0)).min(1);
const architecture = z.enum(ARCHITECTURES);
const schemeSchema = z.strictObject({
  name: z.string().min(1).max(40),
  weights: names(WEIGHT_QUANTIZERS),
  activations: names(ACTIVATION_QUANTIZERS),
  learn: z.boolean(),
});
const gridSchema = z.strictObject({
  name: nameSchema,
  title: z.string().min(1).max(80),
  /** A named data set, or a folder of idx files. */
  data: z.string().min(1),
  networks: z.array(z.strictObject({ architecture, floatEpochs: z.int().min(1) })).min(1),
  schemes: z.array(schemeSchema).min(1),
  /** Every combination of networks, seeds, schemes and levels of a block is a cell. */
  blocks: z
    .array(
      z.strictObject({
        networks: z.array(architecture).min(1),
        seeds,
        schemes: z.array(z.string()).min(1),
        /** "8x5": 8 activation levels, 5 weight levels. */
        levels: z.array(z.string().regex(LEVELS)).min(1),
        epochs: z.int().min(0),
      }),
    )
    .min(1),
});

/**
 * The cells of a grid file, each once, in the order of its blocks.
 *
 * @throws InputError if `text` is not a grid: where, and what is wrong.
 */
export function parseGrid(text: string, where: string): Study {
  const next = 'Compare it with studies/fashion.json and docs/study.md.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError('not JSON, or cut short', { where, next, cause });
  }
  const parsed = gridSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String).join('.') || 'the file';
    throw new InputError(`not a study: ${path}: ${issue?.message ?? 'invalid'}`, { where, next });
  }
  const { name, title, data, networks, schemes, blocks } = parsed.data;
  const find = <T>(list: readonly T[], what: string, wanted: string, nameOf: (item: T) => string): T => {
    const found = list.find((item) => nameOf(item) === wanted);
    if (found !== undefined) return found;
    throw new InputError(`not a study: a block uses the ${what} "${wanted}", which the file does not list`, {
      where,
      next,
    });
  };
  const cells = blocks.flatMap((block) =>
    block.networks.flatMap((wanted) => {
      const { floatEpochs } = find(networks, 'network', wanted, (network) => network.architecture);
      return block.schemes.flatMap((schemeName) => {
        const scheme = find(schemes, 'scheme', schemeName, (item) => item.name);
        return block.levels.flatMap((levels) =>
          block.seeds.map((seed) => cellOf(wanted, seed, floatEpochs, levels, scheme, block.epochs)),
        );
      });
    }),
  );
  const unique = new Map(cells.map((cell) => [cell.id, cell]));
  return { name, title, data, cells: [...unique.values()] };
}

function cellOf(
  architecture: Architecture,
  seed: number,
  floatEpochs: number,
  levels: string,
  scheme: Scheme,
  epochs: number,
): Cell {
  const [, activations, weights] = LEVELS.exec(levels) ?? [];
  const learned = scheme.learn ? '-learned' : '';
  return {
    id: `${architecture}-s${seed}-f${floatEpochs}-${levels}-${scheme.weights}-${scheme.activations}${learned}-e${epochs}`,
    architecture,
    seed,
    floatEpochs,
    activationLevels: Number(activations),
    weightLevels: Number(weights),
    scheme,
    epochs,
  };
}
