import { InputError } from '../errors.js';

/** A regular file of an archive; `bytes` is a view of the archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** More files than this are no data set. */
const MOST_ENTRIES = 100_000;

/**
 * The regular files of a tar archive (POSIX ustar and its older forms); folders, links and extended headers are passed over.
 * Names are only told, never used as paths.
 *
 * @throws InputError if a header's checksum is wrong, a file is cut off, or there are too many.
 */
export function readTar(archive: Uint8Array, where: string): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let at = 0;
  for (let count = 0; at + BLOCK <= archive.length; count++) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return entries;
    if (count === MOST_ENTRIES)
      throw new InputError(`more than ${MOST_ENTRIES} files in the archive`, { where });
    if (!checksumHolds(header)) throw damaged(`no header at byte ${at}`, where);
    const size = octal(header, 124, 12);
    if (size === null) throw damaged(`no size in the header at byte ${at}`, where);
    const start = at + BLOCK;
    if (start + size > archive.length) throw damaged(`it is cut off at byte ${archive.length}`, where);
    const kind = header[156];
    if (kind === 0 || kind === 0x30)
      entries.push({ name: nameOf(header), bytes: archive.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw damaged('it has no end', where);
}

const damaged = (why: string, where: string): InputError =>
  new InputError(`the tar archive is damaged: ${why}`, { where, next: 'Fetch it again.' });

/** The sum of the header's bytes, those of the sum itself counted as spaces. */
function checksumHolds(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  return octal(header, 148, 8) === sum;
}

function octal(header: Uint8Array, start: number, length: number): number | null {
  const digits = text(header, start, length).trim();
  return /^[0-7]{1,11}$/.test(digits) ? parseInt(digits, 8) : null;
}

function nameOf(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end));
}
