import { describe, expect, test } from 'vitest';
import { dataSetOf, type Pictures } from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import { rows } from '../support/rows.js';

const as = { name: 'here', shape: [1, 2, 1], classes: ['a', 'b'] } as const;

describe('pictures in memory', () => {
  const expected = { ...as, images: Uint8Array.of(1, 2, 3, 255), labels: Uint8Array.of(1, 0) };

  test.each<[string, Pictures]>([
    ['one list for all', { images: [1, 2, 3, 255], labels: [1, 0] }],
    ['what tensors give', { images: Float32Array.of(1, 2, 3, 255), labels: Int32Array.of(1, 0) }],
    ['bytes per picture', { images: [Uint8Array.of(1, 2), [3, 255]], labels: Uint8Array.of(1, 0) }],
  ])('%s', (_, pictures) => {
    expect(dataSetOf(pictures, as)).toEqual(expected);
    expect(dataSetOf({ ...pictures, name: 'mine' }, as).name).toBe('mine');
  });

  test('a data set stays what it is', () => {
    const data = rows('rows', 5, 1);
    expect(dataSetOf(data, { ...data, name: 'other' })).toEqual(data);
  });

  test.each<[string, Pictures, string]>([
    [
      'pixels between 0 and 1',
      { images: [0, 1, 0, 0.5], labels: [0, 1] },
      'the value 0.5 of picture 1 is not a byte',
    ],
    [
      'a negative pixel',
      {
        images: [
          [0, 0],
          [-1, 0],
        ],
        labels: [0, 1],
      },
      'the value -1 of picture 1',
    ],
    ['a pixel of 256', { images: [256, 0], labels: [0] }, 'the value 256 of picture 0'],
    [
      'half a picture',
      { images: [1, 2, 3], labels: [0] },
      '3 values are no whole number of pictures of 1 x 2 x 1',
    ],
    [
      'a long picture',
      {
        images: [
          [1, 2],
          [1, 2, 3],
        ],
        labels: [0, 1],
      },
      'picture 1 has 3 values where 1 x 2 x 1',
    ],
    ['two pictures as one', { images: [[1, 2, 3, 4]], labels: [0] }, 'picture 0 has 4 values'],
    ['too few labels', { images: [1, 2, 3, 4], labels: [0] }, '2 pictures but 1 labels'],
    [
      'a label too large',
      { images: [1, 2], labels: [2] },
      'the label 2 of picture 0 is none of the 2 classes',
    ],
    ['half a label', { images: [1, 2], labels: [0.5] }, 'the label 0.5 of picture 0'],
    ['nothing', { images: [], labels: [] }, 'no pictures'],
  ])('%s', (_, pictures, message) => {
    const make = (): unknown => dataSetOf(pictures, as);
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ where: 'here' }) as Error);
  });
});
