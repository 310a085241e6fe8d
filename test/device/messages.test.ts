import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16, crc8 } from '../../toolkit/device/protocol/crc.js';
import { encodeFrame, frameDecoder } from '../../toolkit/device/protocol/frame.js';
import {
  decodeError,
  decodeHello,
  decodeInference,
  decodeTraceCrcs,
  decodeTraceRequest,
  decodeTraceValues,
  encodeError,
  encodeHello,
  encodeInference,
  encodeTraceCrcs,
  encodeTraceRequest,
  encodeTraceValues,
  packedLength,
  packPicture,
  traceCrc,
  unpackPicture,
} from '../../toolkit/device/protocol/messages.js';

const byte = fc.integer({ min: 0, max: 255 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int32s = fc.int32Array({ minLength: 1, maxLength: 60 });

describe('checks', () => {
  const digits = Buffer.from('123456789');
  it('are the catalogued ones', () => {
    expect(crc16(digits)).toBe(0x29b1);
    expect(crc8(digits)).toBe(0xf4);
  });
  it('of a trace point count indices as one byte and logits as four', () => {
    expect(traceCrc(Int32Array.from(digits), 'indices')).toBe(0x29b1);
    expect(traceCrc(Int32Array.of(0x34333231, 0x38373635), 'logits')).toBe(crc16(Buffer.from('12345678')));
    expect(traceCrc(Int32Array.of(-2), 'logits')).toBe(crc16([0xfe, 0xff, 0xff, 0xff]));
  });
});

describe('a frame', () => {
  it('is laid out as the protocol says', () => {
    const frame = encodeFrame({ type: 0x02, sequence: 0x7f, payload: Uint8Array.of(9, 8) });
    const header = [0x02, 0x7f, 2, 0];
    const crc = crc16([...header, crc8(header), 9, 8]);
    expect([...frame]).toEqual([0xa5, ...header, crc8(header), 9, 8, crc & 0xff, crc >> 8]);
  });
  it('comes back from a stream with noise that has no start byte, in any chunks', () => {
    const quiet = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.map((b) => (b === 0xa5 ? 0 : b)));
    const frame = fc.record({ type: byte, sequence: byte, payload: fc.uint8Array({ maxLength: 300 }) });
    const parts = fc.array(fc.tuple(quiet, frame), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 50 }), (sent, chunk) => {
        const stream = Buffer.concat(sent.flatMap(([noise, each]) => [noise, encodeFrame(each)]));
        const decoder = frameDecoder();
        const got = [];
        for (let at = 0; at < stream.length; at += chunk) {
          got.push(...decoder.push(stream.subarray(at, at + chunk)));
        }
        expect(got).toEqual(sent.map(([, each]) => each));
      }),
    );
  });
  it('of the longest payload passes, a longer one is refused', () => {
    const payload = new Uint8Array(65_535).fill(0xa5);
    expect(frameDecoder().push(encodeFrame({ type: 1, sequence: 2, payload }))).toEqual([
      { type: 1, sequence: 2, payload },
    ]);
    expect(() => encodeFrame({ type: 1, sequence: 2, payload: new Uint8Array(65_536) })).toThrow(RangeError);
  });
});

describe('payloads', () => {
  it('HELLO', () => {
    const info = fc.record({
      protocol: byte,
      board: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/),
      networkHash: fc.stringMatching(/^[0-9a-f]{16}$/),
      clockHz: uint32,
      latencyUnit: fc.constantFrom('none', 'cycles', 'instructions', 'clocks', 'nanoseconds'),
      pixels: uint32,
      logits: fc.integer({ min: 0, max: 65_535 }),
      stages: byte,
      packedBits: fc.integer({ min: 0, max: 8 }),
      window: uint32,
    });
    fc.assert(
      fc.property(info, (each) => {
        expect(decodeHello(encodeHello(each))).toEqual(each);
      }),
    );
  });
  it('HELLO with what no device can be', () => {
    const good = encodeHello({
      protocol: 1,
      board: 'x',
      networkHash: '0123456789abcdef',
      clockHz: 1,
      latencyUnit: 'cycles',
      pixels: 1,
      logits: 1,
      stages: 1,
      packedBits: 4,
      window: 0,
    });
    expect(decodeHello(good)).toBeDefined();
    for (const [at, value] of [
      [1, 5],
      [3, 9],
      [26, 0x20],
      [26, 0xff],
    ] as const) {
      expect(decodeHello(good.with(at, value))).toBeUndefined();
    }
    expect(decodeHello(good.subarray(0, 26))).toBeUndefined();
  });
  it('INFER answers', () => {
    fc.assert(
      fc.property(int32s, uint32, (logits, latency) => {
        const answer = { label: logits.length - 1, latency, logits };
        expect(decodeInference(encodeInference(answer), logits.length)).toEqual(answer);
        expect(decodeInference(encodeInference(answer), logits.length + 1)).toBeUndefined();
        expect(decodeInference(encodeInference({ ...answer, label: logits.length }), logits.length)).toBe(
          undefined,
        );
      }),
    );
  });
  it('packed pictures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 40 }), (bits, picture) => {
        const table = Array.from({ length: 256 }, (_, i) => (i * 7) & (2 ** bits - 1));
        const packed = packPicture(picture, table, bits);
        expect(packed.length).toBe(packedLength(picture.length, bits));
        expect(unpackPicture(packed, picture.length, bits)).toEqual(picture.map((p) => table[p] ?? 0));
      }),
    );
    expect([...packPicture(Uint8Array.of(1, 2, 3), [0, 1, 2, 3], 4)]).toEqual([0x21, 0x03]);
    expect([...packPicture(Uint8Array.of(1, 2, 5), [0, 1, 2, 0, 0, 5], 3)]).toEqual([0b01_010_001, 0b1]);
  });
  it('TRACE', () => {
    const request = fc.record({
      point: byte,
      offset: uint32,
      count: fc.integer({ min: 0, max: 65_535 }),
      picture: fc.uint8Array({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(request, (r) => {
        expect(decodeTraceRequest(encodeTraceRequest(r))).toEqual(r);
      }),
    );
    fc.assert(
      fc.property(byte, uint32, int32s, (point, offset, values) => {
        expect(decodeTraceValues(encodeTraceValues({ point, offset, values }))).toEqual({
          point,
          offset,
          values,
        });
      }),
    );
    const crcs = [0, 1, 0xffff, 0x1234];
    expect(decodeTraceCrcs(encodeTraceCrcs(crcs), 4)).toEqual(crcs);
    expect(decodeTraceCrcs(encodeTraceCrcs(crcs), 3)).toBeUndefined();
    expect(decodeTraceRequest(new Uint8Array(6))).toBeUndefined();
    for (const length of [0, 4, 5, 6, 8]) expect(decodeTraceValues(new Uint8Array(length))).toBeUndefined();
  });
  it('ERROR', () => {
    expect([1, 2, 3, 9].map((code) => decodeError(encodeError(code)))).toEqual([
      expect.stringContaining('type'),
      expect.stringContaining('length'),
      expect.stringContaining('argument'),
      'error code 9',
    ]);
  });
});
