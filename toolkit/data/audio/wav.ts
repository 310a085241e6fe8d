import { InputError } from '../../errors.js';

/** A recording: one channel, samples from -1 to below 1. */
export interface Recording {
  /** Samples a second. */
  readonly rate: number;
  readonly samples: Float64Array;
}

/** Longer recordings are refused: what is looked for in one is a word. */
const MOST_SECONDS = 60;
const LEAST_RATE = 8000;
const MOST_RATE = 192_000;

const PCM = 1;
const EXTENSIBLE = 0xfffe;

interface Format {
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/**
 * Reads a WAV file (RIFF, PCM of 8 bits unsigned or 16 bits signed, one or two channels). A sample is its integer
 * divided by 128 or 32768; of two channels the mean is taken. Chunks other than `fmt ` and `data` are passed over.
 *
 * @throws InputError if it is not WAV, is cut off, is of another format, or longer than 60 seconds.
 */
export function parseWav(bytes: Uint8Array, where: string): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE')
    throw new InputError('not a WAV file: it does not start with RIFF and WAVE', {
      where,
      next: 'Give a WAV file of 8 or 16 bit PCM.',
    });
  const chunks = chunksOf(view, where);
  const format = formatOf(view, chunks.get('fmt '), where);
  const data = chunks.get('data');
  if (data === undefined) throw new InputError('the WAV file has no data chunk', { where });
  const frame = format.channels * (format.bits / 8);
  const count = Math.floor(data.size / frame);
  if (data.size % frame !== 0 || count === 0)
    throw new InputError(`${data.size} bytes of data are no whole number of samples of ${frame} bytes`, {
      where,
      next: 'Record it again.',
    });
  if (count > MOST_SECONDS * format.rate)
    throw new InputError(`a recording of ${Math.round(count / format.rate)} seconds`, {
      where,
      next: `Cut it to the word that is spoken in it; ${MOST_SECONDS} seconds are the most that is read.`,
    });
  const value =
    format.bits === 8
      ? (at: number): number => (view.getUint8(at) - 128) / 128
      : (at: number): number => view.getInt16(at, true) / 32768;
  const samples = Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < format.channels; channel++)
      sum += value(data.start + i * frame + channel * (format.bits / 8));
    return sum / format.channels;
  });
  return { rate: format.rate, samples };
}

interface Chunk {
  readonly start: number;
  readonly size: number;
}

/** The first chunk of each name. */
function chunksOf(view: DataView, where: string): ReadonlyMap<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const name = tag(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + size > view.byteLength)
      throw new InputError(
        `the WAV file is cut off: its chunk "${printable(name)}" has ${size} bytes, ${view.byteLength - start} are there`,
        { where, next: 'Copy or record it again.' },
      );
    if (!chunks.has(name)) chunks.set(name, { start, size });
    // Chunks start at even places.
    at = start + size + (size % 2);
  }
  return chunks;
}

function formatOf(view: DataView, chunk: Chunk | undefined, where: string): Format {
  if (chunk === undefined || chunk.size < 16)
    throw new InputError('the WAV file does not tell its format: no fmt chunk', { where });
  const { start, size } = chunk;
  const named = view.getUint16(start, true);
  // The extensible form has the format in the first two bytes of an identifier further on.
  const kind = named === EXTENSIBLE && size >= 40 ? view.getUint16(start + 24, true) : named;
  const channels = view.getUint16(start + 2, true);
  const rate = view.getUint32(start + 4, true);
  const align = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  const next = 'Convert it to PCM of 16 bits, mono, 8000 Hz or more.';
  if (kind !== PCM) throw new InputError(`WAV format ${kind} is not PCM`, { where, next });
  if (bits !== 8 && bits !== 16)
    throw new InputError(`PCM of ${bits} bits is not supported`, { where, next });
  if (channels !== 1 && channels !== 2) throw new InputError(`${channels} channels`, { where, next });
  if (align !== channels * (bits / 8))
    throw new InputError(`${channels} channels of ${bits} bits do not make blocks of ${align} bytes`, {
      where,
      next,
    });
  if (rate < LEAST_RATE || rate > MOST_RATE)
    throw new InputError(`${rate} samples a second are too ${rate < LEAST_RATE ? 'few' : 'many'}`, {
      where,
      next,
    });
  return { channels, rate, bits };
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

const printable = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?');
