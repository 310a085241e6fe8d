import type { Folding } from './folding.js';
import type { Operation } from './operations.js';
import type { TapWord } from './stage-words.js';
import { skew, type TensorLayout } from './tensor-layout.js';

const EVERYWHERE = { rowFrom: 0, rowTo: Infinity, columnFrom: 0, columnTo: Infinity };

/**
 * Where each tap of the first window lies, and at which rows and columns of windows it is inside the input; `rows` and `columns` of
 * windows there are.
 */
export function tapsOf(
  operation: Operation,
  from: TensorLayout,
  origins: readonly number[],
  { banks }: Folding,
  windows: { readonly rows: number; readonly columns: number },
): TapWord[] {
  const { kind, window, stride, padding, column } = operation;
  if (kind === 'scan') {
    return usedBanks(from).map((bank) => ({ ...EVERYWHERE, offset: origins[0] ?? 0, turn: bank, skew: 0 }));
  }
  const [height, width] = from.shape;
  const taps: TapWord[] = [];
  for (const origin of origins)
    for (let y = 0; y < window[0]; y++) {
      for (let x = 0; x < window[1]; x++) {
        const down = y - padding.top;
        const right = x - padding.left + (column ?? 0) * stride[1];
        const phase = ((right % from.phases) + from.phases) % from.phases;
        const turn = banks === 1 ? right : (right - phase) / from.phases;
        const skewed = skew(from, phase);
        const rows = inside(height, down, 1, (windows.rows - 1) * stride[0]);
        const cols = inside(width, right, stride[1], windows.columns - 1);
        taps.push({
          offset:
            origin + down * from.rowStep + phase * from.phaseStep + Math.floor(turn / banks) * from.blockStep,
          turn: (((turn + skewed) % banks) + banks) % banks,
          skew: skewed,
          rowFrom: rows.from,
          rowTo: rows.to,
          columnFrom: cols.from,
          columnTo: cols.to,
        });
      }
    }
  return taps;
}

/** The banks in which a tensor has columns. */
export function usedBanks(layout: TensorLayout): number[] {
  const used = Math.ceil(layout.shape[1] / layout.phases);
  return Array.from({ length: layout.banks }, (_, bank) => bank).filter((bank) =>
    Array.from({ length: layout.phases }, (_, phase) => skew(layout, phase)).some(
      (begin) => (bank - begin + layout.banks) % layout.banks < used,
    ),
  );
}

/** Origins, of those up to `last`, at which the place `move` further on is inside `size` places; no end where all that follow are. */
function inside(size: number, move: number, step: number, last: number): { from: number; to: number } {
  const to = Math.max(0, Math.ceil((size - move) / step));
  return { from: Math.max(0, Math.ceil(-move / step)), to: to > last ? Infinity : to };
}
