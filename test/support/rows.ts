import type { DataSet } from '../../toolkit/data/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';

/** Three classes of 9 x 6 pictures: a bright row at the top, in the middle, at the bottom, under noise. */
export function rows(name: string, count: number, seed: number): DataSet {
  const random = randomSource(seed);
  const labels = Uint8Array.from({ length: count }, () => Math.floor(random() * 3));
  const images = Uint8Array.from({ length: count * 54 }, (_, i) => {
    const row = Math.floor((i % 54) / 6);
    const bright = row === [1, 4, 7][labels[Math.floor(i / 54)] ?? 0];
    return Math.floor(random() * 100) + (bright ? 120 : 0);
  });
  return { name, shape: [9, 6, 1], images, labels, classes: ['top', 'middle', 'bottom'] };
}
