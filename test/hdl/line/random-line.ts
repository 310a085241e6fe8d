import { encodeFrame } from '../../../toolkit/device/protocol/frame.js';
import { encodeTraceRequest, REQUEST, TRACE_HEADER } from '../../../toolkit/device/protocol/messages.js';
import { between } from '../../support/random.js';
import { byteRuns, type Run } from './levels.js';

/** What is done to a frame. */
export const KINDS = [
  'good',
  'bit flipped',
  'truncated',
  'lengthened',
  'wrong CRC',
  'garbage before',
  'noise',
  'short start bits',
  'framing error',
  'pulses',
  'slow',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Sizes {
  readonly pixels: number;
  readonly stages: number;
  readonly clocksPerBit: number;
}

/** A request: one that is answered as asked, or one of a wrong length, type or argument. */
export function randomRequest(random: () => number, { pixels, stages }: Sizes): Uint8Array {
  const picture = Uint8Array.from({ length: pixels }, () =>
    random() < 0.1 ? 0xa5 : between(random, 0, 255),
  );
  const of = (type: number, payload: Uint8Array): Uint8Array =>
    encodeFrame({ type, sequence: between(random, 0, 255), payload });
  switch (between(random, 0, 7)) {
    case 0:
      return of(REQUEST.hello, new Uint8Array(0));
    case 1:
      return of(REQUEST.trace, encodeTraceRequest({ point: 0xff, offset: 0, count: 0, picture }));
    case 2: {
      const point = between(random, 0, stages + 1);
      const request = { point, offset: between(random, 0, 30), count: between(random, 0, 12), picture };
      return of(REQUEST.trace, encodeTraceRequest(request));
    }
    case 3:
      return of(between(random, 0, 255), picture.subarray(0, between(random, 0, pixels)));
    case 4:
      return of(between(random, 1, 4), new Uint8Array(between(random, 0, pixels + TRACE_HEADER)));
    default:
      return of(REQUEST.infer, picture);
  }
}

/** A frame on the line, with what is done to it. */
export function damage(
  random: () => number,
  frame: Uint8Array,
  kind: Kind,
  clocksPerBit: number,
): readonly Run[] {
  const some = (most: number): number[] =>
    Array.from({ length: between(random, 1, most) }, () => (random() < 0.3 ? 0xa5 : between(random, 0, 255)));
  const at = between(random, 0, frame.length - 1);
  const bytes = Array.from(frame);
  const send = (those: readonly number[]): Run[] =>
    those.flatMap((byte) => [...byteRuns(byte, clocksPerBit)]);
  const half = clocksPerBit >> 1;
  const idle: Run = [1, clocksPerBit * between(random, 1, 3)];
  switch (kind) {
    case 'good':
      return send(bytes);
    case 'bit flipped':
      return send(bytes.map((byte, i) => (i === at ? byte ^ (1 << between(random, 0, 7)) : byte)));
    case 'truncated':
      return send(random() < 0.5 ? bytes.slice(0, at) : [...bytes.slice(0, at), ...bytes.slice(at + 1)]);
    case 'lengthened':
      return send([...bytes.slice(0, at), ...some(3), ...bytes.slice(at)]);
    case 'wrong CRC':
      return send([...bytes.slice(0, -2), ...some(2), ...some(1)]);
    case 'garbage before':
      return send([...some(20), ...bytes]);
    case 'noise': {
      // Levels of any length, then high for longer than a byte.
      const levels = Array.from({ length: between(random, 1, 30) }, (_, k): Run => [
        k % 2 === 0 ? 0 : 1,
        between(random, 1, 3 * clocksPerBit),
      ]);
      return [...levels, [1, 12 * clocksPerBit], ...send(bytes)];
    }
    case 'short start bits':
      // Over before their middle: no byte begins.
      return bytes.flatMap((byte) =>
        random() < 0.2
          ? [[0, between(random, 1, half)] as const, idle, ...byteRuns(byte, clocksPerBit)]
          : byteRuns(byte, clocksPerBit),
      );
    case 'framing error':
      return bytes.flatMap((byte, i) =>
        i === at ? [...byteRuns(byte, clocksPerBit, 0), idle] : byteRuns(byte, clocksPerBit),
      );
    case 'pulses':
      // The end of a bit has another level: its middle does not.
      return bytes.flatMap((byte) =>
        byteRuns(byte, clocksPerBit).flatMap(([level, clocks], bit): readonly Run[] =>
          bit > 0 && bit < 9 && random() < 0.2
            ? [
                [level, half + 1],
                [level === 0 ? 1 : 0, clocks - half - 1],
              ]
            : [[level, clocks]],
        ),
      );
    case 'slow':
      // A stop bit that is longer, as between two writes of a host.
      return bytes.flatMap((byte) => [
        ...byteRuns(byte, clocksPerBit),
        [1, between(random, 0, 4 * clocksPerBit)] as const,
      ]);
  }
}
