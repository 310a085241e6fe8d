import type { Executor } from '../device/device.js';
import type { TableNetwork } from '../network/index.js';
import type { ValueErrors } from '../tablize/index.js';
import type { Mismatch } from '../verify/verification.js';
import type { BoardsVerification } from '../verify/verify-boards.js';
import {
  accuracyLines,
  modelReport,
  verdictLines,
  type BuildFacts,
  type DeploymentReport,
} from './deployment.js';
import { linkReport, type LinkReport } from './link.js';
import { columns, grouped, percent } from './text.js';
import { valuesLines, valuesReport } from './values.js';

/** One of several boards, for machines. Fields are only ever added. */
export interface BoardReport {
  readonly board: string;
  /** Null where it was emulated. */
  readonly port: string | null;
  /** Null when it could not be opened. */
  readonly executor: Executor | null;
  /** Pictures that it answered. */
  readonly images: number;
  readonly mismatches: DeploymentReport['mismatches'];
  readonly latency: DeploymentReport['latency'];
  /** Its line; null when it could not be opened or asked nothing. */
  readonly link: LinkReport | null;
  /** From its opening to its last answer. */
  readonly seconds: number;
  /** Null when it answered none. */
  readonly picturesPerSecond: number | null;
  readonly facts: BuildFacts;
  readonly firstMismatch: Mismatch | null;
  /** Why it ended before the others; null when it did not. */
  readonly stopped: string | null;
}

/** The answer of `verify` with several boards, for machines. Fields are only ever added. */
export interface BoardsReport extends Pick<
  DeploymentReport,
  'model' | 'images' | 'requested' | 'resumed' | 'accuracy' | 'values' | 'mismatches' | 'firstMismatch'
> {
  readonly boards: readonly BoardReport[];
  /** Pictures that no board answered. */
  readonly leftOver: number;
}

export function boardsReport(
  network: TableNetwork,
  targets: readonly {
    readonly board: string;
    readonly port: string | null;
    readonly baud: number;
    readonly facts: BuildFacts;
  }[],
  verification: BoardsVerification,
  error: ValueErrors | null = null,
): BoardsReport {
  const { images, asked, resumed, accuracy, mismatches, firstMismatch } = verification;
  return {
    model: modelReport(network),
    images,
    requested: asked,
    resumed,
    leftOver: asked - images,
    accuracy: { float: network.provenance.floatAccuracy, ...accuracy },
    values: valuesReport(network, error),
    mismatches,
    firstMismatch,
    boards: verification.boards.flatMap((share, i) => {
      const target = targets[i];
      if (target === undefined) return [];
      const { executor, seconds, latency, stopped, link } = share;
      const { board, port, baud, facts } = target;
      return {
        board,
        port,
        facts,
        executor,
        link: link === null || executor === null ? null : linkReport(link, executor, baud),
        images: share.images,
        mismatches: share.mismatches,
        latency,
        seconds,
        picturesPerSecond: share.images === 0 ? null : Math.round((10 * share.images) / seconds) / 10,
        firstMismatch: share.firstMismatch,
        stopped,
      };
    }),
  };
}

/** The same for people; the verdict comes last but for the accuracy. */
export function boardsLines(report: BoardsReport, firstPicture: readonly string[] = []): string[] {
  const rows = report.boards.map(
    ({ board, port, executor, images, mismatches, picturesPerSecond, link, stopped }) => [
      board,
      port ?? executor ?? '-',
      grouped(images),
      grouped(Math.max(mismatches.labels, mismatches.logits)),
      picturesPerSecond === null ? '-' : grouped(picturesPerSecond),
      link?.line == null ? '-' : percent(link.line.share),
      stopped !== null ? 'STOPPED' : images === 0 ? 'nothing was left for it' : 'to the end',
    ],
  );
  const stops = report.boards.flatMap(({ board, port, stopped }) =>
    stopped === null ? [] : [`${port === null ? board : `${board} on ${port}`} stopped: ${stopped}`],
  );
  return [
    ...columns([['board', 'on', 'pictures', 'different', 'pictures/s', 'of the line', 'ran'], ...rows]),
    ...stops,
    ...verdictLines(report, firstPicture),
    ...accuracyLines(report),
    ...valuesLines(report.values),
  ];
}
