import type { Board } from '../boards/index.js';
import { picture, type DataSet } from '../data/index.js';
import { executorOf, openDevice, type Device, type Executor, type SimulatedDesign } from '../device/index.js';
import { EXIT, InputError, type ExitCode } from '../errors.js';
import type { FloatModel } from '../model/index.js';
import type { TableNetwork } from '../network/index.js';
import {
  deploymentLines,
  deploymentReport,
  NOTHING_BUILT,
  type DeploymentReport,
} from '../report/deployment.js';
import { pictureLines } from '../report/picture.js';
import { valueErrors, type ValueErrors } from '../tablize/index.js';
import { verify, type Mismatch, type Recording } from '../verify/index.js';
import { builderFor, type BuilderOptions } from './builder-for.js';
import type { Built } from './builder.js';
import { defaultLevel } from './fpga.js';
import type { LoadedModel } from './model.js';
import { toVerify } from './pictures.js';
import type { Run } from './run.js';

/** A board that answers, or will: on a port, or the emulator of what was built. */
export interface Target {
  readonly board: Board;
  readonly network: TableNetwork;
  readonly port?: string | undefined;
  /** What was built; null when the board on the port was flashed before. */
  readonly built: Built | null;
}

/** Where pictures will run, before anything is built. Throws InputError when there is neither a port nor an emulator. */
export function requireExecutor(
  board: Board,
  port: string | undefined,
  level?: SimulatedDesign['level'],
): Executor {
  if (level !== undefined && board.kind !== 'fpga')
    throw new InputError(`${board.title} has no levels: it has no FPGA`, { next: 'leave --level out' });
  const executor = executorOf(
    board,
    port,
    board.kind === 'fpga' ? (level ?? defaultLevel(board)) : undefined,
  );
  if (executor === null)
    throw new InputError(`the board "${board.id}" has no emulator`, {
      next: 'connect the board and give its port with --port',
    });
  return executor;
}

/** Builds for the emulator unless the board is on a port. */
export async function prepareTarget(
  board: Board,
  network: TableNetwork,
  port: string | undefined,
  options: BuilderOptions,
  run: Run,
): Promise<Target> {
  requireExecutor(board, port, options.level);
  const built = port === undefined ? await builderFor(board, network, options).build('emulate', run) : null;
  return { board, network, port, built };
}

/** Opens the port, or starts the emulator of what was built. */
export function openTarget({ board, network, port, built }: Target, signal: AbortSignal): Promise<Device> {
  const image = built?.image ?? null;
  return openDevice({
    board,
    network,
    signal,
    ...(port === undefined ? {} : { port }),
    ...(image === null ? {} : { image }),
  });
}

/** How far values are from those of the float network; null where it is not at hand, and of classes. */
export async function errorOf(
  { network, floatModel }: Pick<LoadedModel, 'network' | 'floatModel'>,
  pictures: DataSet,
  { output, signal }: Run,
): Promise<ValueErrors | null> {
  // What was verified before an interruption is told all the same.
  return floatModel === undefined || signal.aborted
    ? null
    : valueErrors(network, floatModel, pictures, output.progress, signal);
}

/** Opens the device, runs all pictures through it, or those that a recording has no answer to, compares, closes it. */
export async function verifyTarget(
  target: Target & { readonly floatModel?: FloatModel | undefined },
  pictures: DataSet,
  run: Run,
  record?: Recording,
): Promise<DeploymentReport> {
  const { board, network, built } = target;
  const { signal, output } = run;
  const device = await openTarget(target, signal);
  try {
    const verification = await verify({
      network,
      device,
      data: toVerify(pictures, network),
      signal,
      progress: output.progress,
      ...(record === undefined ? {} : { record }),
    });
    return deploymentReport({
      board,
      executor: device.executor,
      network,
      verification,
      facts: built?.facts ?? NOTHING_BUILT,
      error: await errorOf(target, pictures, run),
    });
  } finally {
    await device.close();
  }
}

/** Prints the report and gives the exit code that it deserves. */
export function conclude(
  board: Board,
  report: DeploymentReport,
  pictures: DataSet,
  { output, signal }: Run,
): ExitCode {
  output.json(report);
  for (const line of deploymentLines(board, report, drawn(report.firstMismatch, pictures))) output.line(line);
  if (report.firstMismatch !== null) return EXIT.difference;
  if (signal.aborted) return EXIT.interrupted;
  return report.stopped === null ? EXIT.ok : EXIT.device;
}

/** The picture of a difference as lines for a terminal; none where it is no picture's. */
export function drawn(mismatch: Mismatch | null, pictures: DataSet): readonly string[] {
  return mismatch?.image == null ? [] : pictureLines(picture(pictures, mismatch.image), pictures.shape);
}
