import type { Folding } from './folding.js';
import type { Operation } from './operations.js';
import type { TapWord } from './stage-words.js';
import type { TensorLayout } from './tensor-layout.js';

/** Where each tap lies from the window's origin, and at which rows and columns of windows it is inside the input. */
export function tapsOf(
  { kind, window, stride, padding }: Operation,
  from: TensorLayout,
  origins: readonly number[],
  { banks }: Folding,
): TapWord[] {
  if (kind === 'scan') {
    const used = Math.min(banks, Math.ceil(from.shape[1] / from.phases));
    return Array.from({ length: used }, (_, bank) => ({
      offset: 0,
      rotation: bank,
      rowFrom: 0,
      rowTo: Infinity,
      columnFrom: 0,
      columnTo: Infinity,
    }));
  }
  const [height, width, channels] = from.shape;
  const inside = (size: number, move: number, step: number) => ({
    from: Math.max(0, Math.ceil(-move / step)),
    to: Math.max(0, Math.ceil((size - move) / step)),
  });
  const taps: TapWord[] = [];
  for (const origin of origins)
    for (let y = 0; y < window[0]; y++) {
      for (let x = 0; x < window[1]; x++) {
        const down = y - padding.top;
        const right = x - padding.left;
        const phase = ((right % from.phases) + from.phases) % from.phases;
        const turn = banks === 1 ? right : (right - phase) / from.phases;
        const rows = inside(height, down, 1);
        const cols = inside(width, right, stride[1]);
        taps.push({
          offset:
            origin -
            (origins[0] ?? 0) +
            ((down * from.phases + phase) * from.blocks + Math.floor(turn / banks)) * channels,
          rotation: ((turn % banks) + banks) % banks,
          rowFrom: rows.from,
          rowTo: rows.to,
          columnFrom: cols.from,
          columnTo: cols.to,
        });
      }
    }
  return taps;
}
