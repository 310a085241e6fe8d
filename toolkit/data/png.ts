import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png';
import { inflateSync } from 'node:zlib';
import { InputError } from '../errors.js';
import { MOST_PIXELS, type Pixels } from './pixels.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Chunks that make the picture; transparency, profiles and texts are left out before anything is decoded. */
const NEEDED = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);
/** Samples per pixel, by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row, and distances, of the seven passes of interlacing. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

/**
 * Decodes a PNG file. Transparency is left out, of 16 bits the upper 8 are taken, fewer than 8 are spread over 0 to 255.
 *
 * @throws InputError for what is no PNG, is damaged, has too many pixels, or unpacks to more or less than its size needs.
 */
export function decodePng(file: Uint8Array, where: string): Pixels {
  const chunks = chunksOf(file, where);
  const header = headerOf(chunks, where);
  checkData(chunks, header, where);
  try {
    return pixelsOf(decode(joined(chunks), { checkCrc: true }));
  } catch (cause) {
    throw damaged(where, cause);
  }
}

interface Chunk {
  readonly name: string;
  /** Length, name, data and check sum. */
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

function chunksOf(file: Uint8Array, where: string): readonly Chunk[] {
  if (SIGNATURE.some((byte, i) => file[i] !== byte))
    throw new InputError('not a PNG file', { where, next: 'Give a picture as PNG or JPEG.' });
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= file.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > file.length) break;
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (NEEDED.has(name))
      chunks.push({
        name,
        whole: file.subarray(at, at + 12 + length),
        data: file.subarray(at + 8, at + 8 + length),
      });
    if (name === 'IEND') return chunks;
    at += 12 + length;
  }
  throw damaged(where);
}

function headerOf(chunks: readonly Chunk[], where: string): Header {
  const [first] = chunks;
  const headers = chunks.filter(({ name }) => name === 'IHDR').length;
  const palettes = chunks.filter(({ name }) => name === 'PLTE').length;
  if (first?.name !== 'IHDR' || headers !== 1 || palettes > 1 || first.data.length !== 13)
    throw damaged(where);
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour] = [view.getUint8(8), view.getUint8(9)];
  const interlaced = view.getUint8(12) !== 0;
  const samples = SAMPLES[colour];
  if (width * height === 0 || samples === undefined || ![1, 2, 4, 8, 16].includes(depth))
    throw damaged(where);
  if (width * height > MOST_PIXELS)
    throw new InputError(`a picture of ${width} x ${height} pixels is too large`, {
      where,
      next: 'Make it smaller.',
    });
  if (colour === 3 && palettes !== 1) throw damaged(where);
  if (interlaced && depth < 8)
    throw new InputError(`an interlaced PNG of ${depth} bits is not supported`, {
      where,
      next: 'Save it without interlacing.',
    });
  return { width, height, depth, samples, interlaced };
}

/** Unpacks once with the bound that the size gives: what is larger is a bomb, what is smaller would have made up pixels. */
function checkData(chunks: readonly Chunk[], header: Header, where: string): void {
  const { width, height, depth, samples, interlaced } = header;
  const lines = (columns: number, rows: number): number =>
    columns === 0 || rows === 0 ? 0 : rows * (1 + Math.ceil((columns * samples * depth) / 8));
  const expected = interlaced
    ? PASSES.reduce(
        (total, [x, y, right, down]) =>
          total +
          lines(Math.max(0, Math.ceil((width - x) / right)), Math.max(0, Math.ceil((height - y) / down))),
        0,
      )
    : lines(width, height);
  const packed = Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data));
  try {
    if (inflateSync(packed, { maxOutputLength: expected }).length === expected) return;
  } catch (cause) {
    throw damaged(where, cause);
  }
  throw damaged(where);
}

const joined = (chunks: readonly Chunk[]): Uint8Array =>
  Buffer.concat([Uint8Array.from(SIGNATURE), ...chunks.map(({ whole }) => whole)]);

const damaged = (where: string, cause?: unknown): InputError =>
  new InputError('the PNG file is damaged', { where, next: 'Save it again.', cause });

function pixelsOf(png: DecodedPng): Pixels {
  const { width, height, depth, channels } = png;
  if (png.palette !== undefined && channels === 1 && depth <= 8)
    return { shape: [height, width, 3], bytes: convertIndexedToRgb(png) };
  const kept = channels >= 3 ? 3 : 1;
  const perLine = Math.ceil((width * channels * depth) / 8);
  const most = 2 ** depth - 1;
  const sample = (row: number, i: number): number => {
    if (depth === 16) return (png.data[row * width * channels + i] ?? 0) >> 8;
    if (depth === 8) return png.data[row * perLine + i] ?? 0;
    const byte = png.data[row * perLine + Math.floor((i * depth) / 8)] ?? 0;
    return (((byte >> (8 - depth - ((i * depth) % 8))) & most) * 255) / most;
  };
  const bytes = new Uint8Array(height * width * kept);
  let at = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < kept; channel++) bytes[at++] = sample(row, column * channels + channel);
  return { shape: [height, width, kept], bytes };
}
