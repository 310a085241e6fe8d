import { constantName } from '../c-names.js';
import { fillLines, type Field } from '../c-text.js';
import { addressOf } from '../stage-text.js';
import { integers, type Table } from '../tables.js';
import type { LevelRule } from './unsigned-requantize.js';

/** Marks a filter whose sums need 16 bits (TABLIZE_WIDE). */
const WIDE = 128;

/** The table that `tablize_level()` (firmware-templates/engine/level.h) reads. */
export function requantizeTable(stage: string, by: LevelRule): readonly Table[] {
  if (by.kind === 'shiftTable') {
    const comment = `Index of each bin; bin = sum >> ${by.shift}.`;
    return [integers('requantize', constantName('table', stage), 'uint8_t', by.table, comment)];
  }
  if (by.kind === 'steps') {
    const shifts = by.shifts.map((shift, filter) => (by.narrow[filter] === true ? shift : WIDE + shift));
    const comment = `Steps between the thresholds of each filter: powers of two. ${WIDE} more where sums do not fit a byte.`;
    return [integers('requantize', constantName('shifts', stage), 'uint8_t', shifts, comment)];
  }
  const comment = 'Ascending, filter by filter; 65535 is never reached.';
  const name = constantName('thresholds', stage);
  const thresholds = integers('requantize', name, 'uint16_t', by.values.flat(), comment);
  return [{ ...thresholds, lines: by.values.flatMap((row) => fillLines(row)) }];
}

/** The field that points to it. */
export function requantizeAddress(stage: string, by: LevelRule): Field {
  switch (by.kind) {
    case 'shiftTable':
      return ['table', addressOf('table', stage)];
    case 'steps':
      return ['shifts', addressOf('shifts', stage)];
    case 'thresholds':
      return ['thresholds', addressOf('thresholds', stage)];
  }
}

/** The field of type tablize_level_rule_t. */
export function requantizeRule(by: LevelRule): Field {
  switch (by.kind) {
    case 'shiftTable':
      return ['rule', [['shift', by.shift]]];
    case 'steps':
      return ['rule', [['levels', by.levels]]];
    case 'thresholds':
      return ['rule', [['threshold_count', by.values[0]?.length ?? 0]]];
  }
}

/** Thresholds of narrow sums, in bytes; 128 is never reached. */
export function narrowTable(stage: string, values: readonly (readonly number[])[]): Table {
  const rows = values.map((row) => row.map((value) => Math.min(value, 128)));
  const comment = 'Ascending, filter by filter; 128 is never reached.';
  const table = integers('requantize', constantName('thresholds', stage), 'uint8_t', rows.flat(), comment);
  return { ...table, lines: rows.flatMap((row) => fillLines(row)) };
}
