import type { AnalysedStage } from '../../network/index.js';
import { constantName } from '../c-names.js';
import { initializerLines, literal, type Field } from '../c-text.js';
import { scratchOf } from '../memory-plan.js';
import { addressOf, offsetOf, windowFields, type StageContext, type Struct } from '../stage-text.js';
import { integers, type Table } from '../tables.js';
import { TILE, type PairProducts } from './pair-products.js';
import { requantizeAddress, requantizeRule, requantizeTable } from './requantize-source.js';

export function pairTables({
  stage,
  products,
  codes,
  base,
  requantize,
  shift,
  inputs,
  scaled,
}: PairProducts): readonly Table[] {
  return [
    integers(
      'products',
      constantName('pairs', stage.name),
      'uint32_t',
      products,
      `Pairs of products: a row of ${2 ** shift} codes per activation.`,
    ),
    integers(
      'weights',
      constantName('codes', stage.name),
      'uint8_t',
      codes,
      `Codes of pairs of weights${scaled ? ', times 4' : ''}: tiles of ${inputs} inputs x ${TILE} pairs.`,
    ),
    integers(
      'bias',
      constantName('base', stage.name),
      'uint32_t',
      base,
      'What the sums of a pair of outputs begin with.',
    ),
    ...(requantize === null ? [] : requantizeTable(stage.name, requantize)),
  ];
}

export function pairStructs(
  context: StageContext,
  analysed: AnalysedStage,
  plan: PairProducts,
): readonly Struct[] {
  const { stage, requantize } = plan;
  const pairs: Field = [
    'pairs',
    [
      ['products', addressOf('pairs', stage.name)],
      ['codes', addressOf('codes', stage.name)],
      ['base', addressOf('base', stage.name)],
      ['active', offsetOf(context, scratchOf(stage.name, 'active'))],
      ['sums', offsetOf(context, scratchOf(stage.name, 'sums'))],
      ['inputs', plan.inputs],
      ['at_once', plan.atOnce],
      ['tile_codes', plan.inputs * TILE],
      ['tiles', plan.tiles],
      ['outputs', plan.outputs],
      ['shift', plan.shift],
      ['common', plan.common],
      ['scaled', String(plan.scaled)],
      ...(requantize === null
        ? ([
            ['least', literal(plan.least)],
            ['last', 'true'],
          ] as const)
        : [requantizeAddress(stage.name, requantize), requantizeRule(requantize)]),
    ],
  ];
  const self = (type: string, first: Field): Struct => ({
    type,
    name: constantName('stage', stage.name),
    suffix: '',
    lines: initializerLines([first, ['output', offsetOf(context, stage.name)], pairs]),
  });
  return stage.kind === 'dense'
    ? [self('tablize_dense_pairs_t', ['input', offsetOf(context, stage.input)])]
    : [self('tablize_conv2d_pairs_t', ['window', windowFields(context, analysed, stage, stage.kernel)])];
}
