import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFft, powerSpectrum } from '../../../toolkit/data/audio/fft.js';
import { FRONT_END, LOG_MEL_SHAPE, logMel } from '../../../toolkit/data/audio/log-mel.js';
import { melFilters } from '../../../toolkit/data/audio/mel-filters.js';
import { parseWav } from '../../../toolkit/data/audio/wav.js';
import { InputError } from '../../../toolkit/errors.js';
import { chirp, wav } from '../../support/wav.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** |X_k|^2 by the definition. */
function naiveSpectrum(samples: readonly number[], size: number): number[] {
  return Array.from({ length: size / 2 + 1 }, (_, k) => {
    let [re, im] = [0, 0];
    samples.forEach((sample, n) => {
      re += sample * Math.cos((2 * Math.PI * k * n) / size);
      im -= sample * Math.sin((2 * Math.PI * k * n) / size);
    });
    return re * re + im * im;
  });
}

describe('the transform', () => {
  test('is the one of the definition, zeros following what is short', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 256 }),
        (bits, values) => {
          const size = 2 ** bits;
          const samples = values.slice(0, size);
          const spectrum = powerSpectrum(createFft(size), Float64Array.from(samples));
          naiveSpectrum(samples, size).forEach((power, k) => {
            expect(spectrum[k]).toBeCloseTo(power, 6);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('mel filters', () => {
  test('rise to 1 and fall, and two neighbours add up to 1 between their peaks', () => {
    const filters = melFilters(8, 50, 4000, 31.25);
    const at = (bin: number): number =>
      filters.reduce((sum, { first, weights }) => sum + (weights[bin - first] ?? 0), 0);
    const [firstPeak, lastPeak] = [8, 100];
    for (let bin = firstPeak; bin < lastPeak; bin++) expect(at(bin)).toBeCloseTo(1, 9);
    for (const { weights } of filters) for (const weight of weights) expect(weight).toBeGreaterThan(0);
  });

  test('of the front end all see a bin, and none beyond the last', () => {
    const filters = melFilters(FRONT_END.bands, FRONT_END.lowest, FRONT_END.highest, 8000 / 256);
    for (const { first, weights } of filters) {
      expect(weights.length).toBeGreaterThan(1);
      expect(first + weights.length).toBeLessThanOrEqual(129);
    }
  });
});

describe('the front end', () => {
  const picture = (samples: readonly number[], rate = 8000): Uint8Array =>
    logMel(parseWav(wav(samples, rate), 'here'));

  test('gives the same bytes as ever', () => {
    const [rows, columns] = LOG_MEL_SHAPE;
    const made = picture(chirp(4000));
    expect(made).toHaveLength(rows * columns);
    expect(hash(made)).toBe('e593f73a05358bb2');
    expect(hash(picture(chirp(9000)))).toBe('568312042f9b854f');
    expect(hash(picture(chirp(11_025, 22_050), 22_050))).toBe('8bcc9cb78e06be6c');
  });

  test('a tone is loudest in the band of its pitch, wherever the recording has it', () => {
    const tone = Array.from({ length: 3000 }, (_, i) =>
      Math.round(9000 * Math.sin((2 * Math.PI * 1000 * i) / 8000)),
    );
    const made = picture(tone);
    expect(Math.max(...made)).toBe(255);
    const loudest = made.indexOf(255) % FRONT_END.bands;
    // 1000 Hz is 1000 mel; bands lie 62.7 mel apart from 77.8 on.
    expect(loudest).toBe(14);
    const silence = new Array<number>(1600).fill(0);
    expect(picture([...silence, ...tone])).toEqual(made);
    expect(picture([...tone, ...silence])).toEqual(made);
  });

  test('loudness does not matter, and silence is black', () => {
    const soft = chirp(4000).map((sample) => 2 * Math.round(sample / 8));
    expect(picture(soft.map((sample) => 4 * sample))).toEqual(picture(soft));
    expect(picture(new Array<number>(100).fill(0)).every((byte) => byte === 0)).toBe(true);
  });

  test('another rate of samples gives nearly the same picture', () => {
    const [slow, fast] = [picture(chirp(4000)), picture(chirp(8000, 16_000), 16_000)];
    const off = slow.reduce((sum, byte, i) => sum + Math.abs(byte - (fast[i] ?? 0)), 0) / slow.length;
    expect(off).toBeLessThan(8);
  });
});

describe('WAV files', () => {
  test('8 and 16 bits, one and two channels, other chunks passed over', () => {
    expect([...parseWav(wav([16_384, -32_768]), 'here').samples]).toEqual([0.5, -1]);
    expect([...parseWav(wav([16_384, -16_384, 8192, 8192], 8000, 2), 'here').samples]).toEqual([0, 0.25]);
    const plain = Buffer.from(wav([8192]));
    const chunk = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    const more = Buffer.concat([plain.subarray(0, 36), chunk, plain.subarray(36)]);
    expect([...parseWav(more, 'here').samples]).toEqual([0.25]);
    const eight = Buffer.from(wav([0x40c0]));
    eight.writeUInt16LE(1, 32);
    eight.writeUInt16LE(8, 34);
    expect([...parseWav(eight, 'here').samples]).toEqual([0.5, -0.5]);
  });

  test.each([
    ['no RIFF', (b: Buffer) => b.write('RIFX', 0), 'not a WAV file'],
    ['floats', (b: Buffer) => b.writeUInt16LE(3, 20), 'WAV format 3 is not PCM'],
    ['24 bits', (b: Buffer) => b.writeUInt16LE(24, 34), 'PCM of 24 bits'],
    ['six channels', (b: Buffer) => b.writeUInt16LE(6, 22), '6 channels'],
    ['blocks', (b: Buffer) => b.writeUInt16LE(7, 32), 'do not make blocks of 7 bytes'],
    ['rate', (b: Buffer) => b.writeUInt32LE(100, 24), '100 samples a second'],
    ['cut off', (b: Buffer) => b.writeUInt32LE(1000, 40), 'cut off: its chunk "data" has 1000 bytes, 4'],
    ['odd', (b: Buffer) => b.writeUInt32LE(3, 40), '3 bytes of data are no whole number'],
    ['no data', (b: Buffer) => b.write('dada', 36), 'no data chunk'],
  ])('%s is refused', (_, damage, message) => {
    const bytes = Buffer.from(wav([1, 2]));
    damage(bytes);
    expect(() => parseWav(bytes, 'here')).toThrow(message);
    expect(() => parseWav(bytes, 'here')).toThrow(InputError);
  });
});
