import type { Clock, Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';
import { crc16, crc8 } from '../../toolkit/device/protocol/crc.js';
import { encodeFrame, FRAME_OVERHEAD, FRAME_START } from '../../toolkit/device/protocol/frame.js';
import {
  ALL_POINTS,
  decodeTraceRequest,
  encodeError,
  encodeHello,
  encodeInference,
  encodeTraceCrcs,
  encodeTraceValues,
  ERROR,
  ERROR_CODES,
  packedLength,
  REQUEST,
  TRACE_HEADER,
  TRACE_VALUES,
  traceCrc,
  unpackPicture,
} from '../../toolkit/device/protocol/messages.js';
import { createInterpreter, elements, networkHash, type TableNetwork } from '../../toolkit/network/index.js';

export interface VirtualBoardOptions {
  readonly clock: Clock;
  /** The network whose hash it announces. */
  readonly network: TableNetwork;
  /** What it runs; the same, unless a fault is planted. */
  readonly runs: TableNetwork;
  readonly window: number;
  readonly packedBits: 0 | 2;
  /** Milliseconds for an inference, and for starting. */
  readonly inference: number;
  readonly boot: number;
}

export interface VirtualBoard {
  /** A new connection to it; an older one is deaf from now on. */
  connect(): Link;
  /** All that it was doing is lost; it starts anew, and says so in plain text. */
  reset(): void;
}

const HEADER = 6;

/** A device in virtual time, with the receiver of docs/protocol.md, section 2, as a device has it: bytes beyond its window are lost. */
export function virtualBoard(options: VirtualBoardOptions): VirtualBoard {
  const { clock, network, window, packedBits } = options;
  const interpreter = createInterpreter(options.runs);
  const pixels = elements(network.input.shape);
  const longest = TRACE_HEADER + pixels;
  const hello = encodeHello({
    protocol: 1,
    board: 'virtual',
    networkHash: networkHash(network).slice(0, 16),
    clockHz: 1000,
    latencyUnit: 'clocks',
    pixels,
    logits: network.output.labels.length,
    stages: network.stages.length,
    packedBits,
    window,
  });
  let line = linkEvents();
  let frame = new Uint8Array(longest + FRAME_OVERHEAD);
  let filled = 0;
  let held: number[] = [];
  /** Until when it takes nothing off the line, and why. */
  let state: 'listening' | 'working' | 'starting' = 'listening';
  let life = 0;

  const later = (milliseconds: number, call: () => void): void => {
    const mine = life;
    clock.after(milliseconds, () => {
      if (mine === life) call();
    });
  };

  const infer = (picture: Uint8Array): Uint8Array =>
    encodeInference({ ...interpreter.infer(picture), latency: options.inference });
  const refuse = (code: number): readonly [number, Uint8Array] => [ERROR, encodeError(code)];
  const trace = (payload: Uint8Array): readonly [number, Uint8Array] => {
    const request = decodeTraceRequest(payload);
    if (request?.picture.length !== pixels) return refuse(ERROR_CODES.wrongLength);
    const { point, offset, count, picture } = request;
    const points = interpreter.infer(picture, { trace: true }).trace ?? [];
    if (point === ALL_POINTS) {
      const crcs = points.map((values, i) =>
        traceCrc(values, i === points.length - 1 ? 'logits' : 'indices'),
      );
      return [REQUEST.trace | 0x80, encodeTraceCrcs(crcs)];
    }
    const values = points[point]?.slice(offset, offset + count) ?? new Int32Array(0);
    if (count === 0 || count > TRACE_VALUES || values.length !== count)
      return refuse(ERROR_CODES.wrongArgument);
    return [REQUEST.trace | 0x80, encodeTraceValues({ point, offset, values })];
  };
  const answer = (type: number, payload: Uint8Array): readonly [number, Uint8Array] => {
    switch (type) {
      case REQUEST.hello:
        return payload.length === 0 ? [0x81, hello] : refuse(ERROR_CODES.wrongLength);
      case REQUEST.infer:
        return payload.length === pixels ? [0x82, infer(payload)] : refuse(ERROR_CODES.wrongLength);
      case REQUEST.inferPacked: {
        if (packedBits === 0) return refuse(ERROR_CODES.unknownType);
        if (payload.length !== packedLength(pixels, packedBits)) return refuse(ERROR_CODES.wrongLength);
        const indices = unpackPicture(payload, pixels, packedBits);
        return [0x83, infer(indices.map((index) => network.input.table.indexOf(index)))];
      }
      case REQUEST.trace:
        return trace(payload);
      default:
        return refuse(ERROR_CODES.unknownType);
    }
  };

  const work = (type: number, sequence: number, payload: Uint8Array): void => {
    state = 'working';
    later(type === REQUEST.hello ? 0 : options.inference, () => {
      const [kind, content] = answer(type, payload);
      line.data(encodeFrame({ type: kind, sequence, payload: content }));
      state = 'listening';
      const bytes = held;
      held = [];
      receive(bytes);
    });
  };

  /** The start byte is in place; goes on with the search when the header or the CRC is wrong. */
  const take = (byte: number): void => {
    frame[filled++] = byte;
    if (filled === HEADER) {
      const length = (frame[3] ?? 0) + ((frame[4] ?? 0) << 8);
      if (crc8(frame.subarray(1, HEADER - 1)) === frame[HEADER - 1] && length <= longest) return;
      const rest = frame.slice(1, HEADER);
      filled = 0;
      rest.forEach(search);
      return;
    }
    if (filled < HEADER) return;
    const end = HEADER + (frame[3] ?? 0) + ((frame[4] ?? 0) << 8);
    if (filled < end + 2) return;
    filled = 0;
    const crc = (frame[end] ?? 0) + ((frame[end + 1] ?? 0) << 8);
    if (crc16(frame.subarray(1, end)) === crc) work(frame[1] ?? 0, frame[2] ?? 0, frame.slice(HEADER, end));
  };
  const search = (byte: number): void => {
    if (filled > 0 || byte === FRAME_START) take(byte);
  };
  const receive = (bytes: Iterable<number>): void => {
    for (const byte of bytes) {
      if (state === 'listening') search(byte);
      else if (state === 'working' && held.length < window) held.push(byte);
    }
  };

  return {
    connect() {
      line = linkEvents();
      const mine = line;
      return {
        write(bytes) {
          if (mine === line) receive(bytes);
          return Promise.resolve();
        },
        onData: mine.onData,
        onClose: mine.onClose,
        close() {
          mine.close(null);
          return Promise.resolve();
        },
      };
    },
    reset() {
      life++;
      filled = 0;
      held = [];
      frame = new Uint8Array(frame.length);
      state = 'starting';
      later(options.boot, () => {
        line.data(Buffer.from('\r\nboot: reason 4, \xa5\xa5\r\n', 'latin1'));
        state = 'listening';
      });
    },
  };
}
