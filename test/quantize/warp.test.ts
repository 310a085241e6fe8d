import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../toolkit/data/index.js';
import { warpPicture, warpPictures, type Moves } from '../../toolkit/quantize/warp.js';

const NONE: Moves = [0, 0, 0];
const SHAPE = [3, 3, 1] as const;
const bent = (down: Moves, right: Moves): number[] => [
  ...warpPicture(Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90), SHAPE, down, right),
];

describe('a bent picture', () => {
  test.each<[string, Moves, Moves, number[]]>([
    ['not moved', NONE, NONE, [10, 20, 30, 40, 50, 60, 70, 80, 90]],
    ['read one pixel further down', [1, 0, 0], NONE, [40, 50, 60, 70, 80, 90, 0, 0, 0]],
    ['read half a pixel to the left', NONE, [-0.5, 0, 0], [5, 15, 25, 20, 45, 55, 35, 75, 85]],
    ['upside down', [0, 0, -2], NONE, [70, 80, 90, 40, 50, 60, 10, 20, 30]],
    ['turned by a quarter', [0, 1, -1], [0, -1, -1], [30, 60, 90, 20, 50, 80, 10, 40, 70]],
  ])('%s', (_, down, right, pixels) => {
    expect(bent(down, right)).toEqual(pixels);
  });

  test('channels stay apart, and a picture of one pixel only moves', () => {
    expect([...warpPicture(Uint8Array.of(7, 9), [1, 1, 2], [0, 5, 5], [0.5, 5, 5])]).toEqual([4, 5]);
  });
});

test('pictures of a batch are bent by seed alone, each in its own way', () => {
  const images = Uint8Array.from({ length: 3 * 64 }, (_, i) => (i * 37) % 256);
  const data: DataSet = {
    name: 'made up',
    shape: [8, 8, 1],
    images,
    labels: Uint8Array.of(0, 1, 2),
    classes: ['a', 'b', 'c'],
  };
  const batch = Uint32Array.of(2, 0, 0);
  const first = warpPictures(data, batch, 0.5, 1);
  expect([...first.labels]).toEqual([2, 0, 0]);
  expect(first).toEqual(warpPictures(data, batch, 0.5, 1));
  expect(first.images).not.toEqual(warpPictures(data, batch, 0.5, 2).images);
  expect(first.images.subarray(64, 128)).not.toEqual(first.images.subarray(128));
  expect([...warpPictures(data, batch, 0, 1).images.subarray(0, 64)]).toEqual([...images.subarray(128)]);
});
