import type { Board } from '../boards/board.js';
import type { Executor } from '../device/device.js';
import { measureNetwork, networkHash, type TableNetwork } from '../network/index.js';
import type { Mismatch, Verification } from '../verify/verification.js';
import { grouped, percent } from './text.js';

/** Bytes of the firmware image in flash, and of its static data in RAM (stack not counted). */
export interface Size {
  readonly flash: number;
  readonly ram: number;
}

/** What a scan of the compiler's assembly found in the inference code. */
export interface Multiplies {
  readonly inference: number;
  readonly floats: number;
}

/** The answer of `deploy`, `verify` and `emulate` for machines. Fields are only ever added. */
export interface DeploymentReport {
  readonly board: string;
  readonly executor: Executor;
  readonly model: {
    readonly name: string;
    readonly hash: string;
    readonly macs: number;
    readonly tableEntries: number;
    readonly activationLevels: number;
    readonly weightLevels: number;
  };
  /** Pictures that were compared, and those that were asked for; fewer when it stopped early. */
  readonly images: number;
  readonly requested: number;
  /** Shares of right labels, 0..1; float: what the float network had on its own test pictures. */
  readonly accuracy: {
    readonly float: number | null;
    readonly reference: number | null;
    readonly device: number | null;
  };
  readonly mismatches: { readonly labels: number; readonly logits: number };
  readonly latency: {
    readonly unit: string;
    readonly median: number;
    readonly max: number;
    readonly clockHz: number;
  } | null;
  readonly size: Size | null;
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
  readonly firstMismatch: Mismatch | null;
  /** Why verification ended before the last picture; null when it did not. */
  readonly stopped: string | null;
}

export interface DeploymentFacts {
  readonly board: string;
  readonly executor: Executor;
  readonly network: TableNetwork;
  readonly verification: Verification;
  readonly size: Size | null;
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
}

export function deploymentReport({
  board,
  executor,
  network,
  verification,
  size,
  multiplies,
  toolchain,
}: DeploymentFacts): DeploymentReport {
  const { macs, tableEntries, activationLevels, weightLevels } = measureNetwork(network);
  return {
    board,
    executor,
    model: {
      name: network.name,
      hash: networkHash(network),
      macs,
      tableEntries,
      activationLevels,
      weightLevels,
    },
    images: verification.images,
    requested: verification.asked,
    accuracy: {
      float: network.provenance.floatAccuracy,
      reference: verification.accuracy.reference,
      device: verification.accuracy.device,
    },
    mismatches: verification.mismatches,
    latency:
      verification.latency === null ? null : { ...verification.latency, clockHz: verification.info.clockHz },
    size,
    multiplies,
    toolchain,
    firstMismatch: verification.firstMismatch,
    stopped: verification.stopped,
  };
}

/** What a build gave, for people. */
export function firmwareLines(board: Board, size: Size, multiplies: Multiplies, toolchain: string): string[] {
  const share = (used: number, region: { readonly size: number } | undefined): string =>
    region === undefined ? grouped(used) : `${grouped(used)} of ${grouped(region.size)}`;
  return [
    `flash ${share(size.flash, board.memory?.flash)} bytes, RAM ${share(size.ram, board.memory?.ram)} bytes without the stack (${toolchain})`,
    `inference code: ${multiplies.inference} multiplications, ${multiplies.floats} float instructions`,
  ];
}

/** What a verification gave, for people; the last lines that a user reads. */
export function deploymentLines(board: Board, report: DeploymentReport): string[] {
  const { images, requested, mismatches, accuracy, latency, firstMismatch, stopped } = report;
  const exact = images - Math.max(mismatches.logits, mismatches.labels);
  const shown = (share: number | null, of: string): string[] =>
    share === null ? [] : [`${percent(share)} ${of}`];
  const accuracies = [
    ...shown(accuracy.device, 'on the device'),
    ...shown(accuracy.reference, 'in the reference'),
    ...shown(accuracy.float, 'of the float network (all its test pictures)'),
  ];
  const verified =
    images === requested
      ? `${grouped(exact)} of ${grouped(images)} pictures bit-exact with the host's integer reference, labels and logits`
      : `NOT FINISHED: ${grouped(images)} of ${grouped(requested)} pictures verified, ${grouped(exact)} of them bit-exact`;
  return [
    verified,
    ...(firstMismatch === null ? [] : mismatchLines(mismatches, firstMismatch)),
    ...(stopped === null ? [] : [`stopped early: ${stopped}`]),
    ...(images === 0 ? [] : [`accuracy ${accuracies.join(', ')}`]),
    ...(latency === null ? [] : [latencyLine(latency)]),
    ...(report.size === null || report.multiplies === null
      ? []
      : firmwareLines(board, report.size, report.multiplies, report.toolchain ?? 'unknown compiler')),
  ];
}

function mismatchLines(mismatches: DeploymentReport['mismatches'], first: Mismatch): string[] {
  const place = first.image === null ? 'before any picture' : `picture ${first.image}`;
  const note = first.note === null ? '' : ` (${first.note})`;
  return [
    `DIFFERENT: ${grouped(mismatches.logits)} pictures in their logits, ${grouped(mismatches.labels)} in their label`,
    `first: ${place}, stage "${first.stage}", index ${first.index}: expected ${first.expected}, got ${first.got}${note}`,
  ];
}

function latencyLine({ unit, median, max, clockHz }: NonNullable<DeploymentReport['latency']>): string {
  if (unit === 'nanoseconds')
    return `${(median / 1000).toFixed(0)} µs a picture (median; at most ${(max / 1000).toFixed(0)})`;
  const milliseconds = (median / clockHz) * 1000;
  const time =
    unit === 'cycles' || unit === 'clocks' ? `: ${milliseconds.toFixed(2)} ms at ${clockHz / 1e6} MHz` : '';
  return `${grouped(median)} ${unit} a picture (median; at most ${grouped(max)})${time}`;
}
