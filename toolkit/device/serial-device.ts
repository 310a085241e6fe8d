import { DeviceError, InputError, InterruptedError, type TablizeError } from '../errors.js';
import { elements, networkHash, type TableNetwork } from '../network/index.js';
import { wallClock, type Clock } from './clock.js';
import type { Device, DeviceInfo, Executor, Inference, Link } from './device.js';
import { meteredLink } from './links/metered-link.js';
import { pipeline } from './pipeline.js';
import {
  ALL_POINTS,
  ANSWER_BIT,
  decodeHello,
  decodeInference,
  decodeTraceCrcs,
  decodeTraceValues,
  encodeTraceRequest,
  ERROR,
  inferenceLength,
  packPicture,
  PROTOCOL_VERSION,
  REQUEST,
  TRACE_HEADER,
  TRACE_VALUES,
  traceValuesLength,
} from './protocol/messages.js';
import type { Expected } from './protocol/frame.js';
import type { Timing } from './timing.js';

export interface SerialDeviceOptions {
  /** The network that the device is expected to run. */
  readonly network: TableNetwork;
  readonly executor: Executor;
  readonly timing: Timing;
  /** The port or program, for messages. */
  readonly where: string;
  /** The board that is expected; any, when it is left out. */
  readonly board?: string;
  /** The device's own time; wall time unless it is emulated. */
  readonly clock?: Clock;
  /** Sends at most so many bytes ahead, whatever the device could hold; 0: one request at a time. */
  readonly window?: number;
  /** Milliseconds for which the device was waited for (Traffic); those in which this process was idle, when it is left out. */
  readonly waited?: () => number;
  /** Ends the device: everything pending is rejected with InterruptedError. */
  readonly signal?: AbortSignal;
}

/** Longest HELLO answer that is believed, of any protocol version. */
const LONGEST_HELLO = 255;
const CLOSE_PATIENCE = 2000;
const NO_PAYLOAD = new Uint8Array(0);

/**
 * Opens a device that speaks docs/protocol.md on a link: asks who it is, and checks that it is what `options`
 * expect. Throws DeviceError when it is silent, speaks another protocol, or runs another network; the link is
 * closed then.
 */
export async function serialDevice(line: Link, options: SerialDeviceOptions): Promise<Device> {
  const { network, executor, where, signal, waited = idle } = options;
  const pixels = elements(network.input.shape);
  const logits = network.output.labels.length;
  const points = network.stages.length + 1;
  const link = meteredLink(line);
  const requests = pipeline(link, {
    clock: options.clock ?? wallClock,
    timing: options.timing,
    expected: expectedAnswers(logits, points),
    longestPayload: TRACE_HEADER + pixels,
    where,
    advice: advice(executor),
  });

  const close = async (reason: TablizeError): Promise<void> => {
    requests.fail(reason);
    signal?.removeEventListener('abort', abort);
    // A driver that hangs must not keep the caller.
    await Promise.race([
      link.close().catch(() => undefined),
      new Promise<void>((resolve) => setTimeout(resolve, CLOSE_PATIENCE).unref()),
    ]);
  };
  const abort = (): void => void close(new InterruptedError());
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();

  const hello = async (): Promise<DeviceInfo> => {
    const payload = await requests.ask({
      type: REQUEST.hello,
      payload: NO_PAYLOAD,
      decode: (bytes) => bytes,
    });
    const info = checkedHello(payload, options);
    requests.setWindow(Math.min(info.window, options.window ?? info.window));
    return info;
  };
  const info = await hello().catch(async (error: unknown) => {
    await close(new DeviceError('the device is closed', { where }));
    throw error;
  });

  const checkPicture = (picture: Uint8Array): void => {
    if (picture.length === pixels) return;
    throw new InputError(`the picture has ${picture.length} bytes, but "${network.name}" reads ${pixels}`, {
      next: `give pictures of [${network.input.shape.join(', ')}], one byte per pixel and channel`,
    });
  };
  const packs = info.packedBits !== 0 && info.packedBits < 8 && network.input.levels <= 2 ** info.packedBits;

  const traceRange = async (
    picture: Uint8Array,
    point: number,
    offset: number,
    count: number,
  ): Promise<Int32Array> =>
    requests.ask({
      type: REQUEST.trace,
      payload: encodeTraceRequest({ point, offset, count, picture }),
      decode: (bytes) => {
        const answer = decodeTraceValues(bytes);
        const right = answer?.point === point && answer.offset === offset && answer.values.length === count;
        return right ? answer.values : undefined;
      },
    });

  return {
    executor,
    info: () => Promise.resolve(info),
    async infer(picture): Promise<Inference> {
      checkPicture(picture);
      return requests.ask({
        type: packs ? REQUEST.inferPacked : REQUEST.infer,
        payload: packs ? packPicture(picture, network.input.table, info.packedBits) : picture,
        decode: (bytes) => decodeInference(bytes, logits),
      });
    },
    async trace(picture) {
      checkPicture(picture);
      return requests.ask({
        type: REQUEST.trace,
        payload: encodeTraceRequest({ point: ALL_POINTS, offset: 0, count: 0, picture }),
        decode: (bytes) => decodeTraceCrcs(bytes, points),
      });
    },
    async traceStage(picture, point, count) {
      checkPicture(picture);
      const values = new Int32Array(count);
      for (let offset = 0; offset < count; offset += TRACE_VALUES) {
        values.set(await traceRange(picture, point, offset, Math.min(TRACE_VALUES, count - offset)), offset);
      }
      return values;
    },
    traffic: () => ({
      ...link.bytes(),
      repeats: requests.repeats(),
      now: performance.now(),
      waited: waited(),
    }),
    close: () => close(new DeviceError('the device is closed', { where })),
  };
}

function idle(): number {
  return performance.eventLoopUtilization().idle;
}

function expectedAnswers(logits: number, points: number): Expected {
  return (type, length) => {
    switch (type) {
      case REQUEST.hello | ANSWER_BIT:
        return length > 0 && length <= LONGEST_HELLO;
      case REQUEST.infer | ANSWER_BIT:
      case REQUEST.inferPacked | ANSWER_BIT:
        return length === inferenceLength(logits);
      case REQUEST.trace | ANSWER_BIT:
        return length <= Math.max(2 * points, traceValuesLength(TRACE_VALUES));
      case ERROR:
        return length === 1;
      default:
        return false;
    }
  };
}

function checkedHello(payload: Uint8Array, { network, where, board }: SerialDeviceOptions): DeviceInfo {
  const version = payload[0] ?? 0;
  if (version !== PROTOCOL_VERSION) {
    throw new DeviceError(
      `the device speaks version ${version} of the protocol, this toolkit version ${PROTOCOL_VERSION}`,
      { where, next: 'build and flash the firmware with this version of the toolkit' },
    );
  }
  const info = decodeHello(payload);
  if (info === undefined) {
    throw new DeviceError('the device says of itself what no device can be', {
      where,
      next: 'build and flash the firmware again',
    });
  }
  const expectedHash = networkHash(network).slice(0, info.networkHash.length);
  if (info.networkHash !== expectedHash) {
    throw new DeviceError(
      `the device runs another network: its hash starts with ${info.networkHash}, that of "${network.name}" with ${expectedHash}`,
      { where, next: 'flash the firmware of this network, or give the network that is on the board' },
    );
  }
  if (board !== undefined && info.board !== board) {
    throw new DeviceError(`the firmware on the device is for the board "${info.board}", not "${board}"`, {
      where,
      next: `flash the firmware of "${board}", or give --board ${info.board}`,
    });
  }
  const differs = (
    [
      ['pixels', info.pixels, elements(network.input.shape)],
      ['logits', info.logits, network.output.labels.length],
      ['stages', info.stages, network.stages.length],
    ] as const
  ).find(([, said, expected]) => said !== expected);
  if (differs !== undefined) {
    throw new DeviceError(`the device says that it has ${differs[1]} ${differs[0]}, not ${differs[2]}`, {
      where,
      next: 'build and flash the firmware again',
    });
  }
  return info;
}

function advice(executor: Executor): { readonly silent: string; readonly closed: string } {
  return executor === 'serial'
    ? {
        silent:
          'check that the board is powered, runs the firmware (flash it again), and that this is its port and speed',
        closed: 'check the cable and the power of the board, then run the command again',
      }
    : {
        silent: 'build the firmware again; if it is silent still, it hangs',
        closed: 'build the firmware again; the reason says where it ended',
      };
}
