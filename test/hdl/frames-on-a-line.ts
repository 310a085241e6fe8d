import { crc16, crc8 } from '../../toolkit/device/protocol/crc.js';

/** What a device makes of some bytes of a line. */
export interface SeenFrame {
  readonly type: number;
  readonly sequence: number;
  readonly length: number;
  /** As much of it as came. */
  readonly payload: readonly number[];
  /** All of it came, and its CRC is right: it is answered. */
  readonly isWhole: boolean;
  /** How many bytes of the line are over when it is. */
  readonly end: number;
}

/** The frames that a device finds, to which a request has at most `longest` bytes of payload (docs/protocol.md, section 2.1). */
export function framesOn(line: readonly number[], longest: number): readonly SeenFrame[] {
  const seen: SeenFrame[] = [];
  let at = 0;
  while (at + 6 <= line.length) {
    const [start, type = 0, sequence = 0, low = 0, high = 0, check] = line.slice(at, at + 6);
    const length = low + 256 * high;
    if (start !== 0xa5 || crc8(line.slice(at + 1, at + 5)) !== check || length > longest) {
      at++;
      continue;
    }
    const end = at + 6 + length;
    const crc = (line[end] ?? 0) + 256 * (line[end + 1] ?? 0);
    const isWhole = end + 2 <= line.length && crc16(line.slice(at + 1, end)) === crc;
    seen.push({ type, sequence, length, payload: line.slice(at + 6, end), isWhole, end: end + 2 });
    at = end + 2;
  }
  return seen;
}
