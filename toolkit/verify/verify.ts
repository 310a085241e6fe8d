import type { Device } from '../device/index.js';
import { InterruptedError, type TablizeError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';
import { compare } from './compare.js';
import { split, type Pictures } from './pictures.js';
import { progressOf } from './progress.js';
import type { Recording } from './recording.js';
import { resume } from './resume.js';
import { accuracyOf, latencyOf, tally } from './tally.js';
import { linkUse, type Verification } from './verification.js';
import { work } from './work.js';

export interface VerifyOptions {
  readonly network: TableNetwork;
  readonly device: Device;
  readonly data: Pictures;
  /** Verifies the first so many pictures only. */
  readonly limit?: number;
  /** What is known from an earlier run, and where answers are kept; with it, only the pictures that are left are asked. */
  readonly record?: Recording;
  readonly signal?: AbortSignal;
  /** Called at most once a second, and at the end. */
  readonly progress?: (line: string) => void;
}

/**
 * Compares the labels and all logits that a device computes with the integer reference, picture by picture, and
 * finds the first place that differs. A device that stops, and `signal`, end it early: the answer then holds what
 * was verified so far, and the reason. Throws InputError for pictures or labels that do not fit the network.
 */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { network, device, data, record, signal } = options;
  const pictures = split(data, network).slice(0, options.limit);
  const interpreter = createInterpreter(network);
  const info = await device.info();
  const counted = tally(data.labels);
  const left = resume(record, network, interpreter, pictures, counted);
  const resumed = pictures.length - left.length;
  const progress = progressOf(counted.count, pictures.length, resumed, options.progress);
  const before = device.traffic();
  const stopped = await compare(device, {
    network,
    interpreter,
    pictures,
    work: work(left),
    tally: counted,
    record,
    signal,
    compared: progress.now,
  });
  progress.last();
  const count = counted.count();
  return {
    executor: device.executor,
    info,
    images: count.images,
    asked: pictures.length,
    resumed,
    mismatches: count.mismatches,
    accuracy: accuracyOf(count, data.labels !== null),
    latency: latencyOf(count, info),
    link: linkUse(before, device.traffic()),
    firstMismatch: count.firstMismatch,
    stopped: stopped === undefined ? null : describe(stopped),
    interrupted: stopped instanceof InterruptedError,
  };
}

export function describe({ message, next }: TablizeError): string {
  return next === undefined ? message : `${message}; ${next}`;
}
