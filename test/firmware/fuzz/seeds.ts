import { encodeFrame } from '../../../toolkit/device/protocol/frame.js';
import {
  ALL_POINTS,
  encodeTraceRequest,
  packPicture,
  REQUEST,
} from '../../../toolkit/device/protocol/messages.js';
import { packedBits } from '../../../toolkit/firmware/network-source.js';
import { elements, type TableNetwork } from '../../../toolkit/network/index.js';
import { between, seeded } from '../../support/random.js';

const NONE = new Uint8Array(0);

/** Good frames of every type, made by the host's codec: pictures raw and packed, ranges of TRACE that are and are not there. */
export function goodFrames(network: TableNetwork): readonly Uint8Array[] {
  const random = seeded(11);
  const picture = Uint8Array.from({ length: elements(network.input.shape) }, () => between(random, 0, 255));
  const bits = packedBits(network.input.levels);
  const last = network.stages.length;
  const frame = (type: number, payload: Uint8Array): Uint8Array =>
    encodeFrame({ type, sequence: between(random, 0, 255), payload });
  const trace = (point: number, offset: number, count: number): Uint8Array =>
    frame(REQUEST.trace, encodeTraceRequest({ point, offset, count, picture }));
  return [
    frame(REQUEST.hello, NONE),
    frame(REQUEST.infer, picture),
    frame(REQUEST.infer, picture.fill(0xa5, 0, 9)),
    frame(REQUEST.inferPacked, packPicture(picture, network.input.table, bits)),
    frame(REQUEST.inferPacked, packPicture(picture, network.input.table, bits).fill(0xff)),
    trace(ALL_POINTS, 0, 0),
    trace(0, 0, 16),
    trace(last, 0, 3),
    trace(last, 2, 2),
    trace(last + 1, 0, 1),
    trace(0, 0xffffffff, 2),
    trace(0, 0, 61),
    trace(0, 1, 0),
    frame(0x05, Uint8Array.of(1)),
    frame(REQUEST.hello, Uint8Array.of(0)),
    frame(REQUEST.infer, picture.subarray(1)),
  ];
}

/** A HELLO and a TRACE: what planted bugs are sought from, so that finding them takes more than replaying. */
export const firstFrames = (network: TableNetwork): readonly Uint8Array[] => {
  const good = goodFrames(network);
  return [good[0] ?? NONE, good[6] ?? NONE];
};

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** A frame with one bit flipped. */
const flipped = (frame: Uint8Array, bit: number): Uint8Array =>
  frame.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** What the fuzzer starts from: the good frames, halves of them, frames whose checks are wrong, several in a row, and noise. */
export function seeds(network: TableNetwork): readonly Uint8Array[] {
  const good = goodFrames(network);
  return [
    NONE,
    ...good,
    ...good.map((frame) => frame.subarray(0, frame.length >> 1)),
    ...good.map((frame) => flipped(frame, 8 * (frame.length - 1))),
    ...good.slice(0, 4).map((frame) => flipped(frame, 40)),
    ...good.map((frame) => join(Uint8Array.of(0xa5, 0xa5, 1), frame, frame)),
    join(...good),
  ];
}

/** Random inputs, the same for a seed: frames in a row, each good or damaged somehow, with noise between them. */
export function randomInputs(network: TableNetwork, count: number, seed: number): readonly Uint8Array[] {
  const good = goodFrames(network);
  const random = seeded(seed);
  const bytes = (most: number): Uint8Array =>
    Uint8Array.from({ length: between(random, 0, most) }, () =>
      random() < 0.3 ? 0xa5 : between(random, 0, 255),
    );
  const part = (): Uint8Array => {
    const frame = good[between(random, 0, good.length - 1)] ?? NONE;
    const at = between(random, 0, frame.length);
    switch (between(random, 0, 6)) {
      case 0:
        return bytes(40);
      case 1:
        return frame.subarray(0, at);
      case 2:
        return flipped(frame, between(random, 0, 8 * frame.length - 1));
      case 3:
        return join(frame.subarray(0, at), bytes(3), frame.subarray(at));
      case 4:
        return encodeFrame({
          type: between(random, 0, 6),
          sequence: 0xa5,
          payload: bytes(2 * elements(network.input.shape)),
        });
      default:
        return frame;
    }
  };
  return Array.from({ length: count }, () => join(...Array.from({ length: between(random, 1, 5) }, part)));
}
