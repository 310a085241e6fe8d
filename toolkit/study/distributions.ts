import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { picture, take, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { affine, fuse, hasWeights, writeFileAtomic, type FusedStage } from '../model/index.js';
import { activationHistograms, fileJson, INPUT } from '../network/index.js';
import { levelValues, type Levels } from '../quantize/levels.js';
import type { QuantizedModel, QuantizedStage } from '../quantize/index.js';
import { readJson } from './data-facts.js';
import type { CellModels } from './run-cell.js';

const FORMAT = 'tablize/distributions@1';
/** Test pictures that activations are counted on. */
const PICTURES = 200;
/** Bins of a histogram of weights. */
const BINS = 80;

const numbers = z.array(z.number()).readonly();
const counts = z.array(z.int().min(0)).readonly();
const weightsSchema = z
  .strictObject({
    stage: z.string(),
    kind: z.string(),
    /** Weight levels, ascending, and how many weights have each. */
    levels: numbers,
    used: counts,
    /** The float weights in the unit of the levels: equal bins from `from` to `to`. */
    histogram: z.strictObject({ from: z.number(), to: z.number(), counts }).readonly(),
  })
  .readonly();
const activationsSchema = z
  .strictObject({
    /** `input`, or the stage whose output it is. */
    tensor: z.string(),
    /** Ascending, and how many elements have each. */
    levels: numbers,
    counts,
  })
  .readonly();
const distributionsSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    cell: z.string(),
    pictures: z.int().min(1),
    weights: z.array(weightsSchema).readonly(),
    activations: z.array(activationsSchema).readonly(),
  })
  .readonly();

export type WeightDistribution = z.infer<typeof weightsSchema>;
export type ActivationDistribution = z.infer<typeof activationsSchema>;

/** How the weights and activations of a cell are spread, with the levels that they are rounded to. */
export type CellDistributions = z.infer<typeof distributionsSchema>;

/** Measures a cell's networks; activations on the first test pictures. */
export function measureDistributions(
  cell: string,
  { float, quantized, network }: CellModels,
  test: DataSet,
): CellDistributions {
  const pictures = take(test, PICTURES);
  const fused = fuse(float.model).stages;
  const levels = tensorLevels(quantized);
  return {
    format: FORMAT,
    cell,
    pictures: pictures.labels.length,
    // A quantized model has the stages of the fused one, in their order.
    weights: quantized.stages.flatMap((stage, i) => weightDistribution(stage, fused[i])),
    activations: activationHistograms(
      network,
      Array.from(pictures.labels, (_, i) => picture(pictures, i)),
    ).map((found) => ({ ...found, levels: (levels.get(found.tensor) ?? []).map(short) })),
  };
}

/**
 * A stage gives `scale * sum of levels x activations`, its float original `norm * sum of weights x activations`, for each
 * channel. So a float weight does what a level of `weight * norm / scale` would do, and is counted as that.
 */
function weightDistribution(stage: QuantizedStage, float: FusedStage | undefined): WeightDistribution[] {
  if (!('weightLevels' in stage) || float === undefined || !hasWeights(float)) return [];
  const { name, kind, weightLevels, weights, scale } = stage;
  const norm = float.norm === null ? null : affine(float.norm).scale;
  const channels = float.bias.length;
  const factor = Array.from(float.bias, (_, c) => (norm?.[c] ?? 1) / (scale?.[c] ?? 1));
  const values = float.kernel.map((weight, i) => weight * (factor[i % channels] ?? 1));
  const used = weightLevels.map(() => 0);
  for (const index of weights) used[index] = (used[index] ?? 0) + 1;
  return [{ stage: name, kind, levels: weightLevels, used, histogram: histogramOf(values) }];
}

function histogramOf(values: Float32Array): WeightDistribution['histogram'] {
  const from = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  // A single value has a bin too.
  const to = most > from ? most : from + (Math.abs(from) || 1) / BINS;
  const found = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor(((value - from) / (to - from)) * BINS));
    found[bin] = (found[bin] ?? 0) + 1;
  }
  return { from: short(from), to: short(to), counts: found };
}

/** The values of the levels of each tensor; a stage that only picks has those of its input. */
function tensorLevels({ input, stages }: QuantizedModel): ReadonlyMap<string, readonly number[]> {
  const all = new Map<string, Levels>([[INPUT, input.levels]]);
  for (const stage of stages) {
    const from = 'inputs' in stage ? undefined : all.get(stage.input);
    const levels = 'levels' in stage ? stage.levels : from;
    if (levels !== null && levels !== undefined) all.set(stage.name, levels);
  }
  return new Map([...all].map(([name, levels]) => [name, levelValues(levels)]));
}

/** What is shown in a plot needs no more digits. */
const short = (value: number): number => Number(value.toPrecision(6));

export const distributionsPath = (out: string, cell: string): string =>
  join(out, 'distributions', `${cell}.json`);

/** @throws InputError if the folder cannot be written to. */
export function writeDistributions(out: string, found: CellDistributions): void {
  writeFileAtomic(distributionsPath(out, found.cell), fileJson(found));
}

/** Null if there are none. @throws InputError if the file is no distributions of that cell. */
export function readDistributions(out: string, cell: string): CellDistributions | null {
  const path = distributionsPath(out, cell);
  if (!existsSync(path)) return null;
  const found = distributionsSchema.safeParse(readJson(path)).data;
  if (found?.cell === cell) return found;
  throw new InputError(`not the distributions of the cell "${cell}"`, {
    where: path,
    next: 'Remove the file and run the study again: it is made anew where the models still are.',
  });
}
