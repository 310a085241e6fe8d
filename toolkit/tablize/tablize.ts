import { BuildError } from '../errors.js';
import { FORMAT, INPUT, type Stage, type TableNetwork } from '../network/index.js';
import { levelCount, levelIndex, levelValues, type Levels } from '../quantize/levels.js';
import type { QuantizedModel, QuantizedStage } from '../quantize/quantized-model.js';
import { chooseScale, type ScaleOptions } from './choose-scale.js';
import type { IntegerStage } from './integer-stage.js';

export type TablizeOptions = ScaleOptions;

/**
 * Turns learned levels into integers: a product table, biases and a requantization per stage.
 *
 * @throws BuildError if a stage does not fit the width with any scale.
 */
export function tablize(model: QuantizedModel, options: TablizeOptions = {}): TableNetwork {
  const levels = new Map<string, Levels>([[INPUT, model.input.levels]]);
  const tabled = model.stages.map((stage): Pick<IntegerStage, 'stage' | 'products'> => {
    const from = ('inputs' in stage ? stage.inputs : [stage.input]).map((input) => {
      const found = levels.get(input);
      if (found === undefined) throw new BuildError(`stage "${stage.name}" reads the unknown "${input}"`);
      return found;
    });
    const to = 'levels' in stage ? stage.levels : from[0];
    if (to !== null && to !== undefined) levels.set(stage.name, to);
    if (stage.kind === 'maxPool') return { stage, products: null };
    if (stage.kind === 'concat') return { stage: concat(stage, from), products: null };
    return chooseScale(stage, from, options);
  });
  return {
    format: FORMAT,
    name: model.name,
    input: {
      shape: model.input.shape,
      levels: levelCount(model.input.levels),
      table: model.input.table,
    },
    products: Object.fromEntries(
      tabled.flatMap(({ stage, products }) => (products === null ? [] : [[stage.name, products]])),
    ),
    stages: tabled.map(({ stage }) => stage),
    output: { labels: model.labels },
    provenance: model.provenance,
  };
}

/** Each index of an input goes to the nearest of the common levels. */
function concat(
  { name, inputs, levels }: Extract<QuantizedStage, { kind: 'concat' }>,
  from: readonly Levels[],
): Stage {
  const tables = from.map((own) => levelValues(own).map((value) => levelIndex(levels, value)));
  return { name, kind: 'concat', inputs, tables };
}
