import { describe, expect, test } from 'vitest';
import { loadDataSet, picture, resample, take, type DataSet } from '../../toolkit/data/index.js';

function one(height: number, width: number, pixels: readonly number[]): DataSet {
  const images = Uint8Array.from(pixels);
  return { name: 'made up', shape: [height, width, 1], images, labels: Uint8Array.of(0), classes: ['0'] };
}

/** The same by counting: each old pixel is drawn as size x size dots, each new one is the mean of crop x crop dots. */
function byDots({ images, shape: [height, width] }: DataSet, crop: number, size: number): number[] {
  const [top, left] = [height, width].map((side) => Math.floor((side - crop) / 2)) as [number, number];
  const dot = (y: number, x: number): number =>
    images[(top + Math.floor(y / size)) * width + left + Math.floor(x / size)] ?? NaN;
  return Array.from({ length: size * size }, (_, i) => {
    let sum = 0;
    for (let y = 0; y < crop; y++)
      for (let x = 0; x < crop; x++) sum += dot(Math.floor(i / size) * crop + y, (i % size) * crop + x);
    return Math.round(sum / (crop * crop));
  });
}

describe('resampling', () => {
  test('three pixels to two: the one between belongs to both', () => {
    const { shape, images } = resample(one(3, 3, [0, 90, 0, 9, 0, 0, 0, 0, 255]), { crop: 3, size: 2 });
    expect(shape).toEqual([2, 2, 1]);
    // Shares 2 and 1 of a line: (2 * 90 + 2 * 9) / 9, 2 * 90 / 9, 2 * 9 / 9, 4 * 255 / 9.
    expect([...images]).toEqual([22, 20, 2, 113]);
  });

  test('the margin does not count, and a half is rounded up', () => {
    const pixels = [9, 9, 9, 9, 9, 0, 1, 9, 9, 1, 0, 9, 9, 9, 9, 9];
    expect([...resample(one(4, 4, pixels), { crop: 2, size: 1 }).images]).toEqual([1]);
  });

  test('nothing left out and nothing made smaller: the same picture', () => {
    const data = one(2, 2, [1, 2, 3, 255]);
    expect(resample(data, { crop: 2, size: 2 })).toEqual(data);
  });

  test('pictures that are too small are refused', () => {
    expect(() => resample(one(2, 3, [1, 2, 3, 4, 5, 6]), { crop: 3, size: 2 })).toThrow(
      'pictures of 2 x 3 x 1 have no centre of 3 x 3 x 1',
    );
  });
});

describe('mnist-16', () => {
  test('has the labels of MNIST, and of each picture the centre 24 x 24 as 16 x 16', () => {
    const [whole, small] = ['mnist:test', 'mnist-16:test'].map((spec) => loadDataSet(spec)) as [
      DataSet,
      DataSet,
    ];
    expect(small).toMatchObject({ name: 'mnist-16:test', shape: [16, 16, 1], classes: whole.classes });
    expect(small.labels).toEqual(whole.labels);
    expect(small.images).toHaveLength(10_000 * 256);
    for (const i of [0, 1, 4999, 9999]) {
      const alone = { ...take(whole, 1), images: picture(whole, i) };
      expect([...picture(small, i)]).toEqual(byDots(alone, 24, 16));
    }
  });
});
