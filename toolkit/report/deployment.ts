import type { Board } from '../boards/board.js';
import type { Executor } from '../device/device.js';
import { measureNetwork, networkHash, type TableNetwork } from '../network/index.js';
import type { Mismatch, Verification } from '../verify/verification.js';
import type { ValueErrors } from '../tablize/index.js';
import { linkLines, linkReport, type LinkReport } from './link.js';
import { grouped, percent } from './text.js';
import { valuesLines, valuesReport, type ValuesReport } from './values.js';

/** Bytes of the firmware image in flash, and of its static data in RAM (stack not counted). */
export interface Size {
  readonly flash: number;
  readonly ram: number;
}

/** What a design takes of an FPGA. */
export interface FpgaSize {
  readonly luts: number;
  readonly flipFlops: number;
  readonly brams: number;
  readonly sprams: number;
  /** As placed: a LUT, a flip-flop or both; null where nothing was placed. */
  readonly logicCells: number | null;
  readonly fmaxMHz: number | null;
}

/** What a design will be, told before it is built. */
export interface FpgaEstimate {
  readonly luts: number;
  readonly brams: number;
  readonly clocksPerPicture: number;
  /** In the stages that look products up. */
  readonly lookupsPerClock: number;
  /** Of what the memories with weights could deliver. */
  readonly bandwidthShare: number;
  readonly stages: readonly {
    readonly name: string;
    readonly clocks: number;
    readonly products: number;
    readonly lookupsPerClock: number;
  }[];
}

/** What was built. */
export interface BuildFacts {
  readonly size: Size | FpgaSize | null;
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
  /** How a design for an FPGA computes. */
  readonly fpga: {
    /** Columns and filters that are computed at once; null where every neuron is logic of its own. */
    readonly folding: { readonly banks: number; readonly filters: number } | null;
    /** Whether weights are packed, and how many bits of each of their words lie in SPRAM; null where they are logic. */
    readonly weights: { readonly packed: boolean; readonly largeBits: number } | null;
    readonly clockHz: number;
    /** What was expected of the sequential engine before it was built. */
    readonly estimate: FpgaEstimate | null;
  } | null;
}

export const NOTHING_BUILT: BuildFacts = { size: null, multiplies: null, toolchain: null, fpga: null };

/** What a scan of the compiler's assembly found in the inference code, or of an FPGA's netlist. */
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
  /** Of `images`, those whose answers a journal of an earlier run told. */
  readonly resumed: number;
  /** Shares of right labels, 0..1; float: what the float network had on its own test pictures. */
  readonly accuracy: {
    readonly float: number | null;
    readonly reference: number | null;
    readonly device: number | null;
  };
  /** Of a network whose outputs are values, which has no accuracy; null of one of classes. */
  readonly values: ValuesReport | null;
  readonly mismatches: { readonly labels: number; readonly logits: number };
  readonly latency: {
    readonly unit: string;
    readonly median: number;
    readonly max: number;
    readonly clockHz: number;
  } | null;
  /** The line while pictures were compared; null when none were asked for. */
  readonly link: LinkReport | null;
  readonly size: BuildFacts['size'];
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
  readonly fpga: (NonNullable<BuildFacts['fpga']> & Speed) | null;
  readonly firstMismatch: Mismatch | null;
  /** Why verification ended before the last picture; null when it did not. */
  readonly stopped: string | null;
}

export interface DeploymentFacts {
  readonly board: Pick<Board, 'id' | 'serial'>;
  readonly executor: Executor;
  readonly network: TableNetwork;
  readonly verification: Verification;
  readonly facts: BuildFacts;
  /** Of outputs that are values, where the float network is at hand. */
  readonly error?: ValueErrors | null;
}

export function deploymentReport({
  board,
  executor,
  network,
  verification,
  facts,
  error = null,
}: DeploymentFacts): DeploymentReport {
  const model = modelReport(network);
  return {
    board: board.id,
    executor,
    model,
    images: verification.images,
    requested: verification.asked,
    resumed: verification.resumed,
    accuracy: {
      float: network.provenance.floatAccuracy,
      reference: verification.accuracy.reference,
      device: verification.accuracy.device,
    },
    values: valuesReport(network, error),
    mismatches: verification.mismatches,
    latency:
      verification.latency === null ? null : { ...verification.latency, clockHz: verification.info.clockHz },
    link: linkReport(verification.link, executor, board.serial.baud),
    ...facts,
    fpga:
      facts.fpga === null
        ? null
        : { ...facts.fpga, ...speedOf(facts, model.macs, verification.latency?.median ?? null) },
    firstMismatch: verification.firstMismatch,
    stopped: verification.stopped,
  };
}

export function modelReport(network: TableNetwork): DeploymentReport['model'] {
  const { macs, tableEntries, activationLevels, weightLevels } = measureNetwork(network);
  return {
    name: network.name,
    hash: networkHash(network),
    macs,
    tableEntries,
    activationLevels,
    weightLevels,
  };
}

/** How fast a design for an FPGA computes, the serial line apart. */
export interface Speed {
  readonly clocksPerPicture: number | null;
  readonly lookupsPerClock: number | null;
  readonly picturesPerSecond: { readonly atClock: number | null; readonly atFmax: number | null };
}

function speedOf({ size, fpga }: BuildFacts, macs: number, clocks: number | null): Speed {
  const fmaxMHz = size !== null && 'luts' in size ? size.fmaxMHz : null;
  const perSecond = (hz: number | null): number | null =>
    hz === null || clocks === null ? null : Math.round((10 * hz) / clocks) / 10;
  return {
    clocksPerPicture: clocks,
    lookupsPerClock: clocks === null ? null : Math.round((100 * macs) / clocks) / 100,
    picturesPerSecond: {
      atClock: perSecond(fpga?.clockHz ?? null),
      atFmax: perSecond(fmaxMHz === null ? null : fmaxMHz * 1e6),
    },
  };
}

/** What a build gave, for people. */
export function sizeLines(board: Board, { size, multiplies, toolchain }: BuildFacts): string[] {
  if (size === null || multiplies === null) return [];
  const by = toolchain ?? 'unknown compiler';
  const share = (used: number, all: number | undefined): string =>
    all === undefined ? grouped(used) : `${grouped(used)} of ${grouped(all)}`;
  if ('luts' in size) {
    const cells = board.kind === 'fpga' ? board.cells : undefined;
    const placed =
      size.logicCells === null || size.fmaxMHz === null
        ? []
        : [
            `placed: ${share(size.logicCells, cells?.luts)} logic cells, at most ${size.fmaxMHz.toFixed(1)} MHz; the clock is ${board.clockHz / 1e6} MHz`,
          ];
    return [
      `${share(size.luts, cells?.luts)} LUTs, ${grouped(size.flipFlops)} flip-flops, ${share(size.brams, cells?.blockRams)} block RAMs${size.sprams > 0 ? `, ${share(size.sprams, cells?.sprams)} SPRAMs` : ''} (${by})`,
      ...placed,
      `netlist: ${multiplies.inference} multiplications`,
    ];
  }
  const memory = board.kind === 'fpga' ? null : board.memory;
  return [
    `flash ${share(size.flash, memory?.flash.size)} bytes, RAM ${share(size.ram, memory?.ram.size)} bytes without the stack (${by})`,
    `inference code: ${multiplies.inference} multiplications, ${multiplies.floats} float instructions`,
  ];
}

/** What a verification gave, for people; the last lines that a user reads. `firstPicture`: the picture of the first difference, drawn. */
export function deploymentLines(
  board: Board,
  report: DeploymentReport,
  firstPicture: readonly string[] = [],
): string[] {
  const { latency, stopped } = report;
  return [
    ...verdictLines(report, firstPicture),
    ...(stopped === null ? [] : [`stopped early: ${stopped}`]),
    ...accuracyLines(report),
    ...valuesLines(report.values),
    ...(latency === null ? [] : [latencyLine(latency)]),
    ...linkLines(report.link, report.executor),
    ...speedLines(report),
    ...sizeLines(board, report),
  ];
}

/** Which pictures were compared, and what differs; a picture, drawn, stands under its difference. */
export function verdictLines(
  {
    images,
    requested,
    resumed,
    mismatches,
    firstMismatch,
  }: Pick<DeploymentReport, 'images' | 'requested' | 'resumed' | 'mismatches' | 'firstMismatch'>,
  firstPicture: readonly string[] = [],
): string[] {
  const exact = images - Math.max(mismatches.logits, mismatches.labels);
  const verified =
    images === requested
      ? `${grouped(exact)} of ${grouped(images)} pictures bit-exact with the host's integer reference, labels and logits`
      : `NOT FINISHED: ${grouped(images)} of ${grouped(requested)} pictures verified, ${grouped(exact)} of them bit-exact`;
  const before = resumed === 0 ? '' : ` (${grouped(resumed)} answers are from the journal)`;
  return [
    verified + before,
    ...(firstMismatch === null ? [] : [...mismatchLines(mismatches, firstMismatch), ...firstPicture]),
  ];
}

export function accuracyLines({ images, accuracy }: Pick<DeploymentReport, 'images' | 'accuracy'>): string[] {
  const shown = (share: number | null, of: string): string[] =>
    share === null ? [] : [`${percent(share)} ${of}`];
  const accuracies = [
    ...shown(accuracy.device, 'on the device'),
    ...shown(accuracy.reference, 'in the reference'),
    ...shown(accuracy.float, 'of the float network (all its test pictures)'),
  ];
  return images === 0 || accuracies.length === 0 ? [] : [`accuracy ${accuracies.join(', ')}`];
}

function speedLines({ fpga }: DeploymentReport): string[] {
  if (fpga === null || fpga.lookupsPerClock === null) return [];
  const { picturesPerSecond, lookupsPerClock, estimate } = fpga;
  const fmax = picturesPerSecond.atFmax === null ? '' : ` (${grouped(picturesPerSecond.atFmax)} at Fmax)`;
  const looking =
    estimate === null
      ? []
      : [
          `${estimate.lookupsPerClock} lookups a clock in dense and convolution stages, ${percent(estimate.bandwidthShare)} of what the memories with weights can deliver`,
        ];
  return [
    ...looking,
    `${lookupsPerClock} lookups a clock, ${grouped(picturesPerSecond.atClock ?? 0)} pictures a second on the chip${fmax}`,
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
