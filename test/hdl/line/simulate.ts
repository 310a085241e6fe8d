import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import {
  encodeFrame,
  FRAME_OVERHEAD,
  frameDecoder,
  type Frame,
} from '../../../toolkit/device/protocol/frame.js';
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
  REQUEST,
  TRACE_HEADER,
  TRACE_VALUES,
  traceCrc,
} from '../../../toolkit/device/protocol/messages.js';
import type { HdlBoard } from '../../../toolkit/hdl/index.js';
import {
  createInterpreter,
  elements,
  networkHash,
  type TableNetwork,
} from '../../../toolkit/network/index.js';
import type { Piece } from './episodes.js';

/** What a board answers a whole request, as docs/protocol.md has it, but for the latency, which is 0. */
export function answersOf(network: TableNetwork, board: HdlBoard): (request: Frame) => Frame {
  const { infer } = createInterpreter(network);
  const pixels = elements(network.input.shape);
  const stages = network.stages.length;
  const hello = encodeHello({
    protocol: 1,
    board: board.id,
    networkHash: networkHash(network).slice(0, 16),
    clockHz: board.clockHz,
    latencyUnit: 'clocks',
    pixels,
    logits: network.output.labels.length,
    stages,
    packedBits: 0,
    window: board.receiveBuffer,
  });
  const trace = (payload: Uint8Array): Uint8Array | null => {
    const asked = decodeTraceRequest(payload);
    if (asked === undefined) return null;
    const { point, offset, count, picture } = asked;
    const points = infer(picture, { trace: true }).trace ?? [];
    if (point === ALL_POINTS)
      return encodeTraceCrcs(
        points.map((values, k) => traceCrc(values, k === stages ? 'logits' : 'indices')),
      );
    const values = points[point];
    if (values === undefined || count < 1 || count > TRACE_VALUES || offset + count > values.length)
      return null;
    return encodeTraceValues({ point, offset, values: values.slice(offset, offset + count) });
  };

  return ({ type, sequence, payload }) => {
    const error = (code: number): Frame => ({ type: ERROR, sequence, payload: encodeError(code) });
    const wanted = new Map<number, number>([
      [REQUEST.hello, 0],
      [REQUEST.infer, pixels],
      ...(board.trace === false ? [] : [[REQUEST.trace, pixels + TRACE_HEADER] as const]),
    ]).get(type);
    if (wanted === undefined) return error(ERROR_CODES.unknownType);
    if (wanted !== payload.length) return error(ERROR_CODES.wrongLength);
    const answer = (bytes: Uint8Array): Frame => ({ type: type | 0x80, sequence, payload: bytes });
    if (type === REQUEST.hello) return answer(hello);
    if (type === REQUEST.infer) return answer(encodeInference({ ...infer(payload), latency: 0 }));
    const traced = trace(payload);
    return traced === null ? error(ERROR_CODES.wrongArgument) : answer(traced);
  };
}

const LATENCY_BYTES = [2, 3, 4, 5];
const AWAIT = 2;

/** Sends pieces to a design that line_bench.cpp drives, and returns what comes back, latencies set to 0; fails when that is no row of frames. */
export function simulate(program: string, pieces: readonly Piece[]): readonly Frame[] {
  let due = 0;
  const records = pieces.flatMap(({ runs, answers }) => {
    for (const { payload } of answers) due += payload.length + FRAME_OVERHEAD;
    return [...runs.map(([level, clocks]) => record(level, clocks)), record(AWAIT, due)];
  });
  const { status, stdout, stderr } = spawnSync(program, {
    cwd: dirname(dirname(program)),
    input: Buffer.concat(records),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`the simulation ended with ${status}: ${stderr.toString()}`);
  const frames = frameDecoder().push(stdout);
  const bytes = Buffer.concat(frames.map(encodeFrame));
  if (!bytes.equals(stdout)) throw new Error('not all that comes back is frames');
  return frames.map((frame) =>
    frame.type === (REQUEST.infer | 0x80)
      ? { ...frame, payload: frame.payload.map((byte, i) => (LATENCY_BYTES.includes(i) ? 0 : byte)) }
      : frame,
  );
}

function record(kind: number, n: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(kind);
  bytes.writeUInt32LE(n, 1);
  return bytes;
}
