import { constantName } from '../c-names.js';
import { fillLines, type Field } from '../c-text.js';
import { addressOf } from '../stage-text.js';
import { integers, type Table } from '../tables.js';
import type { UnsignedRequantize } from './unsigned-requantize.js';

/** The table that `tablize_level()` (firmware-templates/engine/level.h) reads. */
export function requantizeTable(stage: string, by: UnsignedRequantize['by']): readonly Table[] {
  if (by.kind === 'shiftTable') {
    const comment = `Index of each bin; bin = sum >> ${by.shift}.`;
    return [integers('requantize', constantName('table', stage), 'uint8_t', by.table, comment)];
  }
  const comment = 'Ascending, filter by filter; 65535 is never reached.';
  const name = constantName('thresholds', stage);
  const thresholds = integers('requantize', name, 'uint16_t', by.values.flat(), comment);
  return [{ ...thresholds, lines: by.values.flatMap((row) => fillLines(row)) }];
}

/** The field that points to it. */
export function requantizeAddress(stage: string, by: UnsignedRequantize['by']): Field {
  return by.kind === 'shiftTable'
    ? ['table', addressOf('table', stage)]
    : ['thresholds', addressOf('thresholds', stage)];
}

/** The field of type tablize_level_rule_t. */
export function requantizeRule(by: UnsignedRequantize['by']): Field {
  return [
    'rule',
    by.kind === 'shiftTable' ? [['shift', by.shift]] : [['threshold_count', by.values[0]?.length ?? 0]],
  ];
}

/** Thresholds of narrow sums, in bytes; 128 is never reached. */
export function narrowTable(stage: string, by: UnsignedRequantize['by']): Table {
  const rows =
    by.kind === 'thresholds' ? by.values.map((row) => row.map((value) => Math.min(value, 128))) : [];
  const comment = 'Ascending, filter by filter; 128 is never reached.';
  const table = integers('requantize', constantName('thresholds', stage), 'uint8_t', rows.flat(), comment);
  return { ...table, lines: rows.flatMap((row) => fillLines(row)) };
}
