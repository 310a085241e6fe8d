import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridOf } from '../../toolkit/tablize/requantization.js';

test('equally spaced boundaries have one bin a level, 256 of them too', () => {
  for (const levels of [2, 3, 8, 64, 65, 128, 255, 256]) {
    const boundaries = Array.from({ length: levels - 1 }, (_, k) => 0.05 * (k + 0.5));
    expect(gridOf(boundaries).bins).toEqual(Array.from({ length: levels }, (_, k) => k));
  }
});

test('boundaries whose gaps differ by up to 2 reach every level, 256 of them too', () => {
  const gaps = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 2, maxLength: 255 });
  fc.assert(
    fc.property(gaps, (list) => {
      let at = 0;
      const boundaries = list.map((gap) => (at += gap));
      const { bins } = gridOf(boundaries);
      expect(new Set(bins).size).toBe(boundaries.length + 1);
    }),
    { numRuns: 40 },
  );
});
