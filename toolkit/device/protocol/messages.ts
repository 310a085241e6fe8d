import type { DeviceInfo, Inference } from '../device.js';
import { crc16 } from './crc.js';

/** Payloads of docs/protocol.md, sections 3 and 4: encoders and decoders of both sides, all pure. */

export const PROTOCOL_VERSION = 1;

export const REQUEST = { hello: 0x01, infer: 0x02, inferPacked: 0x03, trace: 0x04 } as const;
export type RequestType = (typeof REQUEST)[keyof typeof REQUEST];

/** Bit 7 marks an answer. */
export const ANSWER_BIT = 0x80;
export const ERROR = 0xff;

/** Trace point that asks for the CRC of all points. */
export const ALL_POINTS = 0xff;
/** Bytes before the picture in a TRACE request. */
export const TRACE_HEADER = 7;
/** Most values in one TRACE answer. */
export const TRACE_VALUES = 60;

const HELLO_HEADER = 26;
const LONGEST_BOARD_ID = 64;
const INFER_HEADER = 6;
const TRACE_ANSWER_HEADER = 5;
const LATENCY_UNITS = ['none', 'cycles', 'instructions', 'clocks', 'nanoseconds'] as const;
const MOST_PACKED_BITS = 8;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 4.1 */
export function encodeHello(info: DeviceInfo): Uint8Array {
  const bytes = new Uint8Array(HELLO_HEADER + info.board.length);
  const data = view(bytes);
  bytes.set([info.protocol, LATENCY_UNITS.indexOf(info.latencyUnit), info.stages, info.packedBits]);
  data.setUint16(4, info.logits, true);
  data.setUint32(6, info.pixels, true);
  data.setUint32(10, info.clockHz, true);
  data.setUint32(14, info.window, true);
  bytes.set(Buffer.from(info.networkHash, 'hex'), 18);
  bytes.set(Buffer.from(info.board, 'latin1'), HELLO_HEADER);
  return bytes;
}

/** Whether an answer to HELLO can have this length. */
export function isHelloLength(length: number): boolean {
  return length > HELLO_HEADER && length <= HELLO_HEADER + LONGEST_BOARD_ID;
}

/** 4.1; undefined when a field is out of its range. A later protocol version may differ in all fields but the first. */
export function decodeHello(payload: Uint8Array): DeviceInfo | undefined {
  if (!isHelloLength(payload.length)) return undefined;
  const data = view(payload);
  const latencyUnit = LATENCY_UNITS[data.getUint8(1)];
  const packedBits = data.getUint8(3);
  const board = Buffer.from(payload.subarray(HELLO_HEADER)).toString('latin1');
  if (latencyUnit === undefined || packedBits > MOST_PACKED_BITS || !/^[!-~]+$/.test(board)) return undefined;
  return {
    protocol: data.getUint8(0),
    latencyUnit,
    stages: data.getUint8(2),
    packedBits,
    logits: data.getUint16(4, true),
    pixels: data.getUint32(6, true),
    clockHz: data.getUint32(10, true),
    window: data.getUint32(14, true),
    networkHash: Buffer.from(payload.subarray(18, HELLO_HEADER)).toString('hex'),
    board,
  };
}

/** 4.2 */
export function inferenceLength(logits: number): number {
  return INFER_HEADER + 4 * logits;
}

/** 4.2 */
export function encodeInference({ label, latency, logits }: Inference): Uint8Array {
  const bytes = new Uint8Array(inferenceLength(logits.length));
  const data = view(bytes);
  data.setUint16(0, label, true);
  data.setUint32(2, latency, true);
  logits.forEach((logit, i) => data.setInt32(INFER_HEADER + 4 * i, logit, true));
  return bytes;
}

/** 4.2; undefined when the length is not that of `logits` logits or the label is none of them. */
export function decodeInference(payload: Uint8Array, logits: number): Inference | undefined {
  if (payload.length !== inferenceLength(logits)) return undefined;
  const data = view(payload);
  const label = data.getUint16(0, true);
  if (label >= logits) return undefined;
  return { label, latency: data.getUint32(2, true), logits: int32s(payload, INFER_HEADER) };
}

function int32s(payload: Uint8Array, offset: number): Int32Array {
  const data = view(payload);
  return Int32Array.from({ length: (payload.length - offset) / 4 }, (_, i) =>
    data.getInt32(offset + 4 * i, true),
  );
}

/** Payload bytes of a packed picture. */
export function packedLength(pixels: number, bits: number): number {
  return Math.ceil((pixels * bits) / 8);
}

/** INFER packed: the picture's activation indices, `bits` each (1 to 8), the first in the lowest bits of the first byte. */
export function packPicture(picture: Uint8Array, table: readonly number[], bits: number): Uint8Array {
  const packed = new Uint8Array(packedLength(picture.length, bits));
  let held = 0;
  let holds = 0;
  let next = 0;
  for (const pixel of picture) {
    held |= (table[pixel] ?? 0) << holds;
    for (holds += bits; holds >= 8; holds -= 8) {
      packed[next++] = held & 0xff;
      held >>= 8;
    }
  }
  if (holds > 0) packed[next] = held;
  return packed;
}

/** The reverse of `packPicture`: `pixels` activation indices. */
export function unpackPicture(packed: Uint8Array, pixels: number, bits: number): Uint8Array {
  return Uint8Array.from({ length: pixels }, (_, i) => {
    const bit = i * bits;
    const word = (packed[bit >> 3] ?? 0) | ((packed[(bit >> 3) + 1] ?? 0) << 8);
    return (word >> (bit & 7)) & (2 ** bits - 1);
  });
}

/** 4.3. What TRACE asks for: `count` values from `offset` of a trace point, or the CRC of all points. */
export interface TraceRequest {
  readonly point: number;
  readonly offset: number;
  readonly count: number;
  readonly picture: Uint8Array;
}

export function encodeTraceRequest({ point, offset, count, picture }: TraceRequest): Uint8Array {
  const bytes = new Uint8Array(TRACE_HEADER + picture.length);
  const data = view(bytes);
  data.setUint8(0, point);
  data.setUint32(1, offset, true);
  data.setUint16(5, count, true);
  bytes.set(picture, TRACE_HEADER);
  return bytes;
}

export function decodeTraceRequest(payload: Uint8Array): TraceRequest | undefined {
  if (payload.length < TRACE_HEADER) return undefined;
  const data = view(payload);
  return {
    point: data.getUint8(0),
    offset: data.getUint32(1, true),
    count: data.getUint16(5, true),
    picture: payload.slice(TRACE_HEADER),
  };
}

/** 4.3, point 0xFF: one CRC-16 per trace point. */
export function encodeTraceCrcs(crcs: readonly number[]): Uint8Array {
  return Uint8Array.from(crcs.flatMap((crc) => [crc & 0xff, crc >> 8]));
}

export function decodeTraceCrcs(payload: Uint8Array, points: number): readonly number[] | undefined {
  if (payload.length !== 2 * points) return undefined;
  const data = view(payload);
  return Array.from({ length: points }, (_, i) => data.getUint16(2 * i, true));
}

/** 4.3, one trace point: the values and where they are. */
export interface TraceValues {
  readonly point: number;
  readonly offset: number;
  readonly values: Int32Array;
}

export function traceValuesLength(count: number): number {
  return TRACE_ANSWER_HEADER + 4 * count;
}

export function encodeTraceValues({ point, offset, values }: TraceValues): Uint8Array {
  const bytes = new Uint8Array(traceValuesLength(values.length));
  const data = view(bytes);
  data.setUint8(0, point);
  data.setUint32(1, offset, true);
  values.forEach((value, i) => data.setInt32(TRACE_ANSWER_HEADER + 4 * i, value, true));
  return bytes;
}

export function decodeTraceValues(payload: Uint8Array): TraceValues | undefined {
  if (payload.length < traceValuesLength(1) || payload.length % 4 !== TRACE_ANSWER_HEADER % 4)
    return undefined;
  const data = view(payload);
  return {
    point: data.getUint8(0),
    offset: data.getUint32(1, true),
    values: int32s(payload, TRACE_ANSWER_HEADER),
  };
}

/** The CRC of a trace point: indices count as one byte each, logits as four, little-endian. */
export function traceCrc(values: Int32Array, kind: 'indices' | 'logits'): number {
  return crc16(
    kind === 'indices'
      ? values
      : Array.from(values).flatMap((v) => [v & 255, (v >> 8) & 255, (v >> 16) & 255, (v >> 24) & 255]),
  );
}

/** Section 3: what an ERROR answer can say. */
export const ERROR_CODES = { unknownType: 1, wrongLength: 2, wrongArgument: 3 } as const;

const ERROR_WORDS: ReadonlyMap<number, string> = new Map([
  [ERROR_CODES.unknownType, 'it does not know this type of request'],
  [ERROR_CODES.wrongLength, 'the request has a wrong length'],
  [ERROR_CODES.wrongArgument, 'an argument of the request is out of range'],
]);

export function encodeError(code: number): Uint8Array {
  return Uint8Array.of(code);
}

/** In words. */
export function decodeError(payload: Uint8Array): string {
  const code = payload[0] ?? 0;
  return ERROR_WORDS.get(code) ?? `error code ${code}`;
}
