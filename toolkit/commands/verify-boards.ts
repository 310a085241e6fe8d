import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSet } from '../data/index.js';
import { parseRemotePort } from '../device/index.js';
import { EXIT, InputError, type ExitCode } from '../errors.js';
import type { TableNetwork } from '../network/index.js';
import { boardsLines, boardsReport } from '../report/boards.js';
import { NOTHING_BUILT } from '../report/deployment.js';
import { verifyBoards } from '../verify/index.js';
import { boardOf } from './board.js';
import type { BuilderOptions } from './builder-for.js';
import { AUTO, resolvePort } from './choose-port.js';
import type { LoadedModel } from './model.js';
import { toVerify } from './pictures.js';
import type { Run } from './run.js';
import { drawn, errorOf, openTarget, prepareTarget, type Target } from './target.js';
import { journalOf, type JournalOptions } from './verify-journal.js';

/** A board, and the port that it is on; emulated without one. */
export interface BoardPlace {
  readonly board: string;
  readonly port?: string;
}

/** Parser of `--board id@port`, given once per board: adds to what was given before. The path of a board file may hold an `@`. */
export function boardPlace(text: string, before: readonly BoardPlace[] = []): readonly BoardPlace[] {
  const at = existsSync(text) ? -1 : text.indexOf('@');
  return [...before, at < 0 ? { board: text } : { board: text.slice(0, at), port: text.slice(at + 1) }];
}

/**
 * The places that the command line names, `--port` being that of the only board. Throws InputError for addresses that are none, and
 * for two boards on one port.
 */
export function placesOf(
  boards: readonly BoardPlace[] = [{ board: 'host' }],
  port: string | undefined,
): readonly BoardPlace[] {
  const [first] = boards;
  if (port !== undefined && (boards.length > 1 || first?.port !== undefined)) {
    throw new InputError('--port is for one board without a port of its own', {
      next: 'give the port of each board as --board id@port',
    });
  }
  const places = port === undefined ? boards : boards.map(({ board }) => ({ board, port }));
  const ports = places.flatMap((place) => place.port ?? []);
  for (const each of ports) {
    if (each === '')
      throw new InputError('the port after the @ is missing', { next: 'write --board id@port' });
    parseRemotePort(each);
    if (each !== AUTO && ports.indexOf(each) !== ports.lastIndexOf(each)) throw onOnePort(each);
  }
  return places;
}

function onOnePort(port: string): InputError {
  return new InputError('two boards cannot be on one port', { where: port, next: 'give each its own' });
}

/** Builds what is emulated, one after another. Of a board that is there several times, all run the same build. */
export async function prepareTargets(
  places: readonly BoardPlace[],
  network: TableNetwork,
  options: BuilderOptions & { readonly baud?: number; readonly clock?: number },
  run: Run,
): Promise<readonly Target[]> {
  const emulated = new Map<string, Target>();
  const targets: Target[] = [];
  const folders = new Set(places.filter(({ port }) => port === undefined).map(({ board }) => board));
  for (const { board: id, port: asked } of places) {
    const board = boardOf({ ...options, board: id });
    const port = asked === undefined ? undefined : await resolvePort(board, asked, run.output);
    if (port !== undefined && targets.some((target) => target.port === port)) throw onOnePort(port);
    const { out } = options;
    // Several boards do not fit into one folder.
    const own = out === undefined || folders.size < 2 ? {} : { out: join(out, board.id) };
    const known = port === undefined ? emulated.get(id) : undefined;
    const target = known ?? (await prepareTarget(board, network, port, { ...options, ...own }, run));
    if (port === undefined) emulated.set(id, target);
    targets.push(target);
  }
  return targets;
}

/** Shares the pictures among the boards, prints the report and gives the exit code that it deserves. */
export async function verifyTargets(
  targets: readonly Target[],
  model: Pick<LoadedModel, 'network' | 'floatModel'>,
  pictures: DataSet,
  options: JournalOptions,
  run: Run,
): Promise<ExitCode> {
  const { network } = model;
  const { output, signal } = run;
  const record = journalOf(options, targets, network, pictures);
  try {
    const verification = await verifyBoards({
      network,
      boards: targets.map((target) => () => openTarget(target, signal)),
      data: toVerify(pictures, network),
      signal,
      progress: output.progress,
      ...(record === undefined ? {} : { record }),
    });
    const places = targets.map(({ board, port, built }) => ({
      board: board.id,
      port: port ?? null,
      baud: board.serial.baud,
      facts: built?.facts ?? NOTHING_BUILT,
    }));
    const report = boardsReport(network, places, verification, await errorOf(model, pictures, run));
    output.json(report);
    for (const line of boardsLines(report, drawn(report.firstMismatch, pictures))) output.line(line);
    if (report.firstMismatch !== null) return EXIT.difference;
    if (signal.aborted) return EXIT.interrupted;
    return report.leftOver === 0 ? EXIT.ok : EXIT.device;
  } finally {
    record?.close();
  }
}
