import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toUf2 } from '../../toolkit/plan/uf2.js';

it('gives back the image from blocks that name their place', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 2000, size: 'max' }),
      fc.nat(0xffff),
      (image, page) => {
        const file = toUf2(image, page * 256, 0xe48bff56);
        const view = new DataView(file.buffer);
        const blocks = file.length / 512;
        expect(blocks).toBe(Math.ceil(image.length / 256));
        const back = new Uint8Array(blocks * 256);
        for (let i = 0; i < blocks; i += 1) {
          const words = Array.from({ length: 8 }, (_, k) => view.getUint32(512 * i + 4 * k, true));
          expect(words).toEqual([
            0x0a324655,
            0x9e5d5157,
            0x2000,
            (page + i) * 256,
            256,
            i,
            blocks,
            0xe48bff56,
          ]);
          expect(view.getUint32(512 * i + 508, true)).toBe(0x0ab16f30);
          back.set(file.subarray(512 * i + 32, 512 * i + 288), 256 * i);
        }
        expect([...back.subarray(0, image.length)]).toEqual([...image]);
        expect(back.subarray(image.length).every((byte) => byte === 0)).toBe(true);
      },
    ),
  );
});

it('refuses an origin within a block', () => {
  expect(() => toUf2(new Uint8Array(1), 100, 0)).toThrow(RangeError);
});
