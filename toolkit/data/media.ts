import { InputError } from '../errors.js';
import { LOG_MEL_SHAPE, logMel } from './audio/log-mel.js';
import { parseWav } from './audio/wav.js';
import { decodeJpeg } from './jpeg.js';
import { withChannels, type Pixels } from './pixels.js';
import { decodePng } from './png.js';
import { readFile } from './read-file.js';
import { MOST_VALUES, type ReadDataOptions } from './read-data-options.js';
import { resize } from './resample.js';
import type { DataSet } from './data-set.js';

/** One file, one picture. */
export type Medium = 'picture' | 'recording';

const MOST_BYTES = 2 ** 26;

/** What a file's name says that it is; null for a file of another kind. */
export function mediumOf(name: string): Medium | null {
  if (/\.(png|jpe?g)$/i.test(name)) return 'picture';
  return /\.wav$/i.test(name) ? 'recording' : null;
}

/**
 * The pictures of files, all of one shape: the network's, or else that of the first (coloured if any is).
 *
 * @throws InputError for a file that is damaged or of another size, unless it may be brought to it.
 */
export function readMedia(
  paths: readonly string[],
  options: ReadDataOptions,
): Pick<DataSet, 'shape' | 'images'> {
  const decoded = paths.map((path) => ({ path, pixels: decodeFile(path) }));
  const [first] = decoded;
  if (first === undefined) throw new InputError('no pictures');
  const most = decoded.reduce((channels, { pixels }) => Math.max(channels, pixels.shape[2]), 1);
  const [height, width] = first.pixels.shape;
  // The front end gives recordings their size, whatever the network reads.
  const wanted = mediumOf(first.path) === 'recording' ? undefined : options.shape;
  const shape = wanted ?? ([height, width, most] as const);
  const size = shape[0] * shape[1] * shape[2];
  if (size * paths.length > MOST_VALUES)
    throw new InputError(`${paths.length} pictures of ${shape.join(' x ')} are too many`, {
      where: first.path,
      next: 'Give a part of them.',
    });
  const images = new Uint8Array(size * paths.length);
  decoded.forEach(({ path, pixels }, i) => images.set(fitted(pixels, shape, options, path), i * size));
  return { shape, images };
}

function decodeFile(path: string): Pixels {
  const file = readFile(path, MOST_BYTES);
  if (mediumOf(path) === 'recording') return { shape: LOG_MEL_SHAPE, bytes: logMel(parseWav(file, path)) };
  return file[0] === 0xff ? decodeJpeg(file, path) : decodePng(file, path);
}

function fitted(
  pixels: Pixels,
  shape: DataSet['shape'],
  { resize: may = false }: ReadDataOptions,
  where: string,
): Uint8Array {
  const { shape: given, bytes } = withChannels(pixels, shape[2]);
  if (given.join() === shape.join()) return bytes;
  if (may && given[2] === shape[2]) return resize(bytes, given, [shape[0], shape[1]]);
  throw new InputError(`the picture is ${pixels.shape.join(' x ')}, and ${shape.join(' x ')} are needed`, {
    where,
    next:
      given[2] === shape[2]
        ? 'Give pictures of one size, or let them be brought to that of the network: --resize.'
        : 'Pictures in files have one channel or three.',
  });
}
