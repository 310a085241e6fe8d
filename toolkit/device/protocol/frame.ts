import { crc16, crc8 } from './crc.js';

/** docs/protocol.md, section 1. */
export const FRAME_START = 0xa5;
const HEADER = 6;
const CRC = 2;
/** Bytes that a frame adds to its payload. */
export const FRAME_OVERHEAD = HEADER + CRC;
export const LONGEST_PAYLOAD = 0xffff;

export interface Frame {
  /** 0..255; an answer has bit 7 set. */
  readonly type: number;
  /** 0..255. */
  readonly sequence: number;
  /** At most 65,535 bytes. */
  readonly payload: Uint8Array;
}

/** The bytes of a frame on the line. */
export function encodeFrame({ type, sequence, payload }: Frame): Uint8Array {
  if (payload.length > LONGEST_PAYLOAD) throw new RangeError('a payload is at most 65,535 bytes');
  const bytes = new Uint8Array(payload.length + FRAME_OVERHEAD);
  const header = [type, sequence, payload.length & 0xff, payload.length >> 8];
  bytes.set([FRAME_START, ...header, crc8(header)]);
  bytes.set(payload, HEADER);
  const crc = crc16(bytes.subarray(1, -CRC));
  bytes.set([crc & 0xff, crc >> 8], bytes.length - CRC);
  return bytes;
}

export interface FrameDecoder {
  /** Takes received bytes, split anywhere, and returns the frames that they complete. */
  push(bytes: Uint8Array): Frame[];
  /**
   * Gives up on the frame that is under way, and searches what came of it, so that a header made of noise does
   * not hold back what follows it. For a receiver that waits in vain; nothing is kept.
   */
  giveUp(): Frame[];
}

/** Whether a frame of this type and payload length can come; what cannot is taken for noise. */
export type Expected = (type: number, length: number) => boolean;

/**
 * The receiver of docs/protocol.md, section 2, as the host has it: after a wrong CRC or header check the
 * search goes on with the byte after the start byte.
 */
export function frameDecoder(expected: Expected = () => true): FrameDecoder {
  let pending = new Uint8Array(0);

  const search = (from: number): Frame[] => {
    const frames: Frame[] = [];
    let at = pending.indexOf(FRAME_START, from);
    while (at >= 0 && pending.length - at >= HEADER) {
      const [, type = 0, sequence = 0, low = 0, high = 0, check] = pending.subarray(at, at + HEADER);
      const length = low + (high << 8);
      let next = at + 1;
      if (crc8(pending.subarray(at + 1, at + HEADER - 1)) === check && expected(type, length)) {
        const end = at + HEADER + length;
        if (pending.length < end + CRC) break;
        const crc = (pending[end] ?? 0) + ((pending[end + 1] ?? 0) << 8);
        if (crc16(pending.subarray(at + 1, end)) === crc) {
          frames.push({ type, sequence, payload: pending.slice(at + HEADER, end) });
          next = end + CRC;
        }
      }
      at = pending.indexOf(FRAME_START, next);
    }
    pending = at < 0 ? new Uint8Array(0) : pending.slice(at);
    return frames;
  };

  return {
    push(bytes) {
      const joined = new Uint8Array(pending.length + bytes.length);
      joined.set(pending);
      joined.set(bytes, pending.length);
      pending = joined;
      return search(0);
    },
    giveUp() {
      const frames: Frame[] = [];
      while (pending.length > 0) frames.push(...search(1));
      return frames;
    },
  };
}
