import type { Device, DeviceInfo, Executor } from '../device/index.js';
import type { TablizeError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';
import { compare, expectedError } from './compare.js';
import { split, type Pictures } from './pictures.js';
import { progressOf } from './progress.js';
import type { Recording } from './recording.js';
import { resume } from './resume.js';
import { accuracyOf, latencyOf, tally, together, type Tally } from './tally.js';
import { linkUse, type LinkUse, type Verification } from './verification.js';
import { describe } from './verify.js';
import { work } from './work.js';

export interface VerifyBoardsOptions {
  readonly network: TableNetwork;
  /** Each opens its board; what it throws ends that board alone. */
  readonly boards: readonly (() => Promise<Device>)[];
  readonly data: Pictures;
  readonly record?: Recording;
  readonly signal?: AbortSignal;
  readonly progress?: (line: string) => void;
}

/** What one of several boards did. */
export interface BoardShare extends Pick<
  Verification,
  'images' | 'mismatches' | 'latency' | 'firstMismatch' | 'stopped'
> {
  /** Null when it could not be opened. */
  readonly executor: Executor | null;
  readonly info: DeviceInfo | null;
  /** Null when it could not be opened. */
  readonly link: LinkUse | null;
  /** From its opening to its last answer. */
  readonly seconds: number;
}

/** What several boards did of the same pictures; each picture was compared once. */
export interface BoardsVerification extends Pick<
  Verification,
  'images' | 'asked' | 'resumed' | 'mismatches' | 'accuracy' | 'firstMismatch' | 'interrupted'
> {
  /** In the order of `boards`. */
  readonly boards: readonly BoardShare[];
}

/**
 * As `verify`, on several boards at once: each takes the next picture when it is ready for one, and what a board that
 * stops had taken goes to the others. Pictures are left over only when all have stopped.
 */
export async function verifyBoards(options: VerifyBoardsOptions): Promise<BoardsVerification> {
  const { network, data, record } = options;
  const pictures = split(data, network);
  const interpreter = createInterpreter(network);
  const before = tally(data.labels);
  const left = resume(record, network, interpreter, pictures, before);
  const resumed = pictures.length - left.length;
  const shared = work(left);
  const lanes = options.boards.map((open) => ({ open, counted: tally(data.labels) }));
  const count = (): ReturnType<Tally['count']> =>
    together([before, ...lanes.map(({ counted }) => counted)].map((each) => each.count()));
  const progress = progressOf(count, pictures.length, resumed, options.progress);
  // A defect of one lane must not leave the others running.
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  options.signal?.addEventListener('abort', abort);
  if (options.signal?.aborted === true) abort();

  const run = async (open: () => Promise<Device>, counted: Tally): Promise<BoardShare> => {
    const started = performance.now();
    let ended = started;
    const share = (
      device: Device | null,
      info: DeviceInfo | null,
      stopped: TablizeError | undefined,
      link: LinkUse | null = null,
    ): BoardShare => {
      const { images, mismatches, firstMismatch } = counted.count();
      return {
        executor: device?.executor ?? null,
        info,
        link,
        images,
        mismatches,
        latency: info === null ? null : latencyOf(counted.count(), info),
        firstMismatch,
        stopped: stopped === undefined ? null : describe(stopped),
        seconds: (ended - started) / 1000,
      };
    };
    let device: Device;
    try {
      device = await open();
    } catch (error) {
      return share(null, null, expectedError(error));
    }
    try {
      const before = device.traffic();
      const stopped = await compare(device, {
        network,
        interpreter,
        pictures,
        work: shared,
        tally: counted,
        record,
        signal: stop.signal,
        compared: () => {
          ended = performance.now();
          progress.now();
        },
      });
      return share(device, await device.info(), stopped, linkUse(before, device.traffic()));
    } finally {
      await device.close();
    }
  };

  const settled = await Promise.allSettled(
    lanes.map(({ open, counted }) =>
      run(open, counted).catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    ),
  );
  options.signal?.removeEventListener('abort', abort);
  const boards = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  progress.last();
  const total = count();
  return {
    boards,
    images: total.images,
    asked: pictures.length,
    resumed,
    mismatches: total.mismatches,
    accuracy: accuracyOf(total, data.labels !== null),
    firstMismatch: total.firstMismatch,
    interrupted: options.signal?.aborted === true,
  };
}
