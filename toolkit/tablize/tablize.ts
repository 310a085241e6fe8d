import { BuildError } from '../errors.js';
import { uniqueName } from '../model/safe-name.js';
import { FORMAT, INPUT, type ProductTable, type Stage, type TableNetwork } from '../network/index.js';
import { activationName, isPerChannel } from '../model/activations.js';
import {
  isUniform,
  levelCount,
  levelIndex,
  levelsAsRead,
  levelValues,
  type Levels,
} from '../quantize/levels.js';
import type { QuantizedModel, QuantizedStage } from '../quantize/quantized-model.js';
import { chooseScale, chooseSharedScale, type ScaleOptions } from './choose-scale.js';
import type { IntegerStage } from './integer-stage.js';

export type TablizeOptions = ScaleOptions;

/**
 * Turns learned levels into integers: a product table, biases and a requantization per stage. Stages that share their
 * weight levels (`trainModel` with `shareLevels`) share their product table too.
 *
 * @throws BuildError if a stage does not fit the width with any scale.
 */
export function tablize(model: QuantizedModel, options: TablizeOptions = {}): TableNetwork {
  const levels = new Map<string, Levels>([[INPUT, model.input.levels]]);
  const wired = model.stages.map(scaledSlopes).map((stage): Wired => {
    const from = ('inputs' in stage ? stage.inputs : [stage.input]).map((input) => {
      const found = levels.get(input);
      if (found === undefined) throw new BuildError(`stage "${stage.name}" reads the unknown "${input}"`);
      return found;
    });
    const to = 'levels' in stage ? stage.levels : from[0];
    const activation = ('activation' in stage ? stage.activation : undefined) ?? 'linear';
    if (to !== null && to !== undefined) levels.set(stage.name, levelsAsRead(to, activation));
    if (stage.kind === 'maxPool') checkAscending(stage.name, from);
    return { stage, from };
  });
  const shared = sharedStages(wired, options);
  const tabled = wired.map(({ stage, from }): Pick<IntegerStage, 'stage' | 'products' | 'unit'> => {
    if (stage.kind === 'maxPool') return { stage, products: null, unit: 1 };
    if (stage.kind === 'concat') return { stage: concat(stage, from), products: null, unit: 1 };
    return shared.get(stage.name) ?? chooseScale(stage, from, options);
  });
  return {
    format: FORMAT,
    name: model.name,
    input: {
      shape: model.input.shape,
      levels: levelCount(model.input.levels),
      table: model.input.table,
    },
    ...(shared.size > 0 ? withSharedTables(tabled) : withOwnTables(tabled)),
    output: { labels: model.labels, ...valuesOf(model, tabled.at(-1)?.unit ?? 1) },
    provenance: model.provenance,
  };
}

/** What the integers of the last stage stand for, where they are values. */
function valuesOf({ values }: QuantizedModel, unit: number): Pick<TableNetwork['output'], 'values'> {
  if (values === undefined) return {};
  const { activation } = values;
  return {
    values: {
      scale: unit,
      offset: 0,
      activation: activation === undefined ? null : activationName(activation),
    },
  };
}

interface Wired {
  readonly stage: QuantizedStage;
  readonly from: readonly Levels[];
}

/** Slopes of channels are expressed by thresholds, as their scales are. */
function scaledSlopes(stage: QuantizedStage): QuantizedStage {
  if (!('weights' in stage) || stage.scale !== undefined) return stage;
  const { activation = 'linear', bias } = stage;
  return isPerChannel(activation) ? { ...stage, scale: bias.map(() => 1) } : stage;
}

function checkAscending(name: string, [levels]: readonly Levels[]): void {
  const values = levels === undefined ? [] : levelValues(levels);
  if (values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value))) return;
  throw new BuildError('it picks the largest of levels that do not ascend', {
    where: `stage "${name}"`,
    next: 'Put a stage that gives the same values between it and the swish before it.',
  });
}

/** Stages with weights in integers with one set of factors, if they all have the same weight levels; else none. */
function sharedStages(wired: readonly Wired[], options: TablizeOptions): ReadonlyMap<string, IntegerStage> {
  const weighted = wired.flatMap(({ stage, from }) => ('weights' in stage ? [{ stage, from }] : []));
  const [first, ...others] = weighted;
  const hidden = weighted.filter(({ stage }) => stage.levels !== null);
  const shares =
    first !== undefined &&
    others.length > 0 &&
    others.every(({ stage }) => stage.weightLevels.join() === first.stage.weightLevels.join()) &&
    weighted.every(({ from }) => from.every(isUniform)) &&
    hidden.every(({ stage }) => stage.scale !== undefined);
  if (!shares) return new Map();
  return new Map(chooseSharedScale(weighted, options).map((found) => [found.stage.name, found]));
}

type Tabled = readonly Pick<IntegerStage, 'stage' | 'products'>[];

const withOwnTables = (tabled: Tabled): Pick<TableNetwork, 'products' | 'stages'> => ({
  products: Object.fromEntries(
    tabled.flatMap(({ stage, products }) => (products === null ? [] : [[stage.name, products]])),
  ),
  stages: tabled.map(({ stage }) => stage),
});

/** Equal tables once, under a name of their own. */
function withSharedTables(tabled: Tabled): Pick<TableNetwork, 'products' | 'stages'> {
  const taken = new Set(tabled.map(({ stage }) => stage.name));
  const names = new Map<string, string>();
  const products: Record<string, ProductTable> = {};
  const stages = tabled.map(({ stage, products: table }): Stage => {
    if (table === null || !('products' in stage)) return stage;
    const content = JSON.stringify(table);
    const name = names.get(content) ?? uniqueName('shared', taken);
    names.set(content, name);
    products[name] = table;
    return { ...stage, products: name };
  });
  return { products, stages };
}

/** Each index of an input goes to the nearest of the common levels. */
function concat(
  { name, inputs, levels }: Extract<QuantizedStage, { kind: 'concat' }>,
  from: readonly Levels[],
): Stage {
  const tables = from.map((own) => levelValues(own).map((value) => levelIndex(levels, value)));
  return { name, kind: 'concat', inputs, tables };
}
