import { createFft, onGrid, powerSpectrum, type Fft } from './fft.js';
import { melFilters, type MelFilter } from './mel-filters.js';
import type { Recording } from './wav.js';

/**
 * The front end of docs/data.md: a recording becomes a picture of FRAMES rows (time) and BANDS columns (pitch, low to
 * high). All lengths are times, so that any rate of samples from 8,000 a second on gives nearly the same picture.
 */
export const FRONT_END = {
  frames: 40,
  bands: 32,
  /** Seconds from the start of one frame to that of the next. */
  hop: 0.02,
  /** Seconds of one frame. */
  frame: 0.032,
  /** Hz. */
  lowest: 50,
  highest: 4000,
  /** dB from the loudest value of a recording down to byte 0. */
  range: 60,
} as const;

/** [height, width, channels] of the picture of a recording. */
export const LOG_MEL_SHAPE = [FRONT_END.frames, FRONT_END.bands, 1] as const;

/** What the recordings of one rate share. */
interface FrontEnd {
  readonly hop: number;
  readonly window: Float64Array;
  readonly fft: Fft;
  readonly filters: readonly MelFilter[];
}

/** Least share of the loudest energy that is byte k + 1 or more; ascending. */
const SHARES: readonly number[] = Array.from({ length: 255 }, (_, k) =>
  Math.fround(10 ** (((k + 0.5 - 255) * FRONT_END.range) / 2550)),
);

const frontEnds = new Map<number, FrontEnd>();

function frontEndOf(rate: number): FrontEnd {
  const made = frontEnds.get(rate) ?? createFrontEnd(rate);
  frontEnds.set(rate, made);
  return made;
}

function createFrontEnd(rate: number): FrontEnd {
  const { hop, frame, bands, lowest, highest } = FRONT_END;
  const length = Math.round(frame * rate);
  const size = 2 ** Math.ceil(Math.log2(length));
  return {
    hop: Math.round(hop * rate),
    window: Float64Array.from({ length }, (_, i) => onGrid(0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length))),
    fft: createFft(size),
    filters: melFilters(bands, lowest, highest, rate / size),
  };
}

/** The sample in whose middle the energy lies, rounded down; the middle of what is silent. */
export function centreOfEnergy(samples: Float64Array): number {
  let [energy, moment] = [0, 0];
  samples.forEach((sample, i) => {
    energy += sample * sample;
    moment += sample * sample * i;
  });
  return Math.floor(energy === 0 ? samples.length / 2 : moment / energy);
}

/**
 * The picture of a recording, FRAMES x BANDS bytes, row by row. The 0.812 seconds about its centre of energy are cut into
 * frames (before and after the recording there is silence), each frame is weighted by Hann's window and transformed; a value
 * is the energy under a mel filter, in dB below the loudest of the picture: `byte = round(255 + dB * 255 / 60)`, at least 0.
 */
export function logMel({ rate, samples }: Recording): Uint8Array {
  const { hop, window, fft, filters } = frontEndOf(rate);
  const { frames, bands } = FRONT_END;
  const span = (frames - 1) * hop + window.length;
  const start = centreOfEnergy(samples) - Math.floor(span / 2);
  const energies = new Float64Array(frames * bands);
  const weighted = new Float64Array(window.length);
  for (let row = 0; row < frames; row++) {
    const from = start + row * hop;
    const [first, end] = [Math.max(0, -from), Math.min(window.length, samples.length - from)];
    // Nothing but silence.
    if (first >= end) continue;
    weighted.fill(0);
    for (let i = first; i < end; i++) weighted[i] = (window[i] ?? 0) * (samples[from + i] ?? 0);
    const spectrum = powerSpectrum(fft, weighted);
    filters.forEach(({ first: bin, weights }, band) => {
      let sum = 0;
      weights.forEach((weight, i) => (sum += weight * (spectrum[bin + i] ?? 0)));
      energies[row * bands + band] = sum;
    });
  }
  const loudest = energies.reduce((most, energy) => Math.max(most, energy), 0);
  return Uint8Array.from(energies, (energy) => (loudest === 0 ? 0 : sharesUpTo(energy / loudest)));
}

/** How many of SHARES are at most `share`: log and rounding at once, and the same on every machine. */
function sharesUpTo(share: number): number {
  let [low, high] = [0, SHARES.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((SHARES[middle] ?? 0) <= share) low = middle + 1;
    else high = middle;
  }
  return low;
}
