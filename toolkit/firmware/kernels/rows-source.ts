import type { AnalysedStage } from '../../network/index.js';
import { constantName } from '../c-names.js';
import { initializerLines, type Field } from '../c-text.js';
import { scratchOf } from '../memory-plan.js';
import type { NumberTypes } from '../number-types.js';
import {
  addressOf,
  offsetOf,
  requantizeFields,
  windowFields,
  type StageContext,
  type Struct,
} from '../stage-text.js';
import { integers, requantizeTables, sums, type Table } from '../tables.js';
import type { RowProducts } from './row-products.js';

export function rowTables(
  analysed: AnalysedStage,
  { stage, products, weights, base, inputs }: RowProducts,
  types: NumberTypes,
): readonly Table[] {
  return [
    {
      ...sums('products', constantName('rows', stage.name), products, types),
      comment:
        'Differences of products to those of the common activation: a row of 16 weights per activation.',
    },
    integers(
      'weights',
      constantName('weights', stage.name),
      'uint8_t',
      weights,
      `Two weights a byte: ${inputs} inputs x ${stage.bias.length} outputs.`,
    ),
    {
      ...sums('bias', constantName('base', stage.name), base, types),
      comment: 'What the sum of an output begins with.',
    },
    ...requantizeTables(analysed, types),
  ];
}

export function rowStructs(
  context: StageContext,
  analysed: AnalysedStage,
  plan: RowProducts,
  tables: readonly Table[],
): readonly Struct[] {
  const { stage } = plan;
  const rows: Field = [
    'rows',
    [
      ['products', addressOf('rows', stage.name)],
      ['weights', addressOf('weights', stage.name)],
      ['base', addressOf('base', stage.name)],
      ['sums', offsetOf(context, scratchOf(stage.name, 'sums'))],
      ['inputs', plan.inputs],
      ['outputs', plan.outputs],
      ['row', Math.ceil(plan.outputs / 2)],
      ['common', plan.common],
    ],
  ];
  const self = (type: string, first: Field): Struct => ({
    type,
    name: constantName('stage', stage.name),
    suffix: '',
    lines: initializerLines([
      first,
      ['output', offsetOf(context, stage.name)],
      rows,
      ['requantize', requantizeFields(analysed, tables)],
    ]),
  });
  return stage.kind === 'dense'
    ? [self('tablize_dense_rows_t', ['input', offsetOf(context, stage.input)])]
    : [self('tablize_conv2d_rows_t', ['window', windowFields(context, analysed, stage, stage.kernel)])];
}
