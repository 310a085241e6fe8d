import {
  requantizeOf,
  type AnalysedStage,
  type ProductTable,
  type Requantize,
  type Stage,
  type TableNetwork,
  type WeightedStage,
} from '../network/index.js';
import { BYTES, fillLines, type CInteger } from './c-text.js';
import { constantName } from './c-names.js';
import type { NumberTypes } from './number-types.js';

/** A constant array of the generated C file. */
export interface Table {
  readonly role: 'input' | 'products' | 'weights' | 'bias' | 'requantize' | 'values';
  readonly name: string;
  readonly type: string;
  readonly length: number;
  readonly bytes: number;
  readonly comment: string;
  readonly lines: readonly string[];
}

/** How products are addressed: the product of activation x and weight index w is entry (w << shift) + x. */
export interface ProductLayout {
  readonly shift: number;
  /** Whether weights are stored as `w << shift`, which saves the shift, because that fits a byte. */
  readonly shifted: boolean;
}

/** A table of plain integers. */
export function integers(
  role: Table['role'],
  name: string,
  type: CInteger,
  values: readonly number[],
  comment: string,
): Table {
  const { length } = values;
  return { role, name, type, length, bytes: length * BYTES[type], comment, lines: fillLines(values) };
}

export function inputTable({ input }: TableNetwork): Table {
  return integers(
    'input',
    'input_table',
    'uint8_t',
    input.table,
    `Pixel byte to one of ${input.levels} levels.`,
  );
}

/** Rows of one weight index each, padded to a power of two so that no address needs a product. */
export function productLayout({ activations, weights }: ProductTable): ProductLayout {
  const shift = Math.ceil(Math.log2(activations));
  return { shift, shifted: (weights - 1) << shift <= 255 };
}

export function productTable(name: string, table: ProductTable, { product }: NumberTypes): Table {
  const { activations, weights, values } = table;
  const { shift } = productLayout(table);
  const rows = Array.from({ length: weights }, (_, w) =>
    Array.from({ length: 2 ** shift }, (_unused, a) =>
      a < activations ? (values[a * weights + w] ?? 0) : 0,
    ),
  );
  const length = weights * 2 ** shift;
  return {
    role: 'products',
    name: constantName('products', name),
    type: 'tablize_product_t',
    length,
    bytes: length * BYTES[product],
    comment: `${activations} activation levels x ${weights} weight levels, a row per weight.`,
    lines: rows.flatMap((row) => fillLines(row)),
  };
}

export function weightTables(
  stage: WeightedStage,
  products: ProductTable,
  types: NumberTypes,
): readonly Table[] {
  const { shift, shifted } = productLayout(products);
  const perFilter = stage.weights.length / stage.bias.length;
  const codes = shifted ? stage.weights.map((weight) => weight << shift) : stage.weights;
  const what = shifted && shift > 0 ? `times ${2 ** shift}, the offset of the weight's row` : '';
  const weights = integers(
    'weights',
    constantName('weights', stage.name),
    'uint8_t',
    codes,
    `Weight indices${what === '' ? '' : ` ${what}`}: ${stage.bias.length} x ${perFilter}.`,
  );
  return [
    weights,
    {
      ...sums('bias', constantName('bias', stage.name), stage.bias, types),
      comment: 'One per output channel.',
    },
  ];
}

/** A table of accumulators. */
export function sums(
  role: Table['role'],
  name: string,
  values: readonly number[],
  { sum }: NumberTypes,
): Table {
  return { ...integers(role, name, sum, values, ''), type: 'tablize_sum_t' };
}

/** The value tables of average pooling (one) and addition (one per input). */
export function valueTables(stage: Stage, types: NumberTypes): readonly Table[] {
  const comment = 'What an activation index is worth.';
  if (stage.kind === 'averagePool')
    return [{ ...sums('values', constantName('values', stage.name), stage.values, types), comment }];
  if (stage.kind === 'add')
    return stage.values.map((values, k) => ({
      ...sums('values', constantName(`values${k}`, stage.name), values, types),
      comment: `What an activation index of "${stage.inputs[k] ?? ''}" is worth.`,
    }));
  return [];
}

/** The index tables of concatenation, one per input. */
export function indexTables(stage: Stage): readonly Table[] {
  if (stage.kind !== 'concat') return [];
  return stage.tables.map((values, k) =>
    integers(
      'values',
      constantName(`table${k}`, stage.name),
      'uint8_t',
      values,
      `Index of "${stage.inputs[k] ?? ''}" to the common levels.`,
    ),
  );
}

/**
 * Requantization as the C code needs it. A shift table ends with the last bin that a sum can reach; thresholds
 * outside the sum's bounds are moved to their edge, which changes no result and lets them fit the sum's type.
 */
export function requantizeTables(stage: AnalysedStage, types: NumberTypes): readonly Table[] {
  const requantize = requantizeOf(stage.stage);
  if (!requantize || stage.bounds === null) return [];
  const { name } = stage.stage;
  if (requantize.kind === 'shiftTable') {
    const table = reachableBins(requantize, stage.bounds.final.max);
    const { offset, shift } = requantize;
    const comment = `Index of each bin; bin = (sum + ${offset}) >> ${shift}.`;
    return [integers('requantize', constantName('table', name), 'uint8_t', table, comment)];
  }
  const { min, max } = stage.bounds.final;
  const beyond = Math.min(max + 1, 2 ** 31 - 1);
  const clamped = requantize.values.map((row) => row.map((value) => Math.min(Math.max(value, min), beyond)));
  const flat = clamped.flat();
  // C has no empty arrays.
  const thresholds = sums(
    'requantize',
    constantName('thresholds', name),
    flat.length === 0 ? [0] : flat,
    types,
  );
  return [
    {
      ...thresholds,
      comment: 'Ascending, channel by channel.',
      lines: flat.length === 0 ? thresholds.lines : clamped.flatMap((row) => fillLines(row)),
    },
    integers(
      'requantize',
      constantName('counts', name),
      'uint8_t',
      clamped.map((row) => row.length),
      'Thresholds per channel.',
    ),
  ];
}

/** The part of a shift table that sums up to `max` can reach. */
function reachableBins(
  { offset, shift, table }: Extract<Requantize, { kind: 'shiftTable' }>,
  max: number,
): readonly number[] {
  const last = Math.max(0, Math.floor((max + offset) / 2 ** shift));
  return table.slice(0, last + 1);
}
