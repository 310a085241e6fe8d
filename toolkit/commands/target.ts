import { join } from 'node:path';
import type { Board } from '../boards/index.js';
import type { DataSet } from '../data/index.js';
import { executorOf, openDevice, type Executor, type Image } from '../device/index.js';
import { EXIT, InputError, type ExitCode } from '../errors.js';
import type { TableNetwork } from '../network/index.js';
import { deploymentLines, deploymentReport, type DeploymentReport } from '../report/deployment.js';
import { verify } from '../verify/index.js';
import { buildFirmware, type Firmware, type FirmwareOptions } from './firmware.js';
import type { Run } from './run.js';

/** A board that answers, or will: on a port, or the emulator of what was built. */
export interface Target {
  readonly board: Board;
  readonly network: TableNetwork;
  readonly port?: string | undefined;
  /** What was built; null when the board on the port was flashed before. */
  readonly firmware: Firmware | null;
}

/** Where pictures will run, before anything is built. Throws InputError when there is neither a port nor an emulator. */
export function requireExecutor(board: Board, port: string | undefined): Executor {
  const executor = executorOf(board, port);
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
  options: FirmwareOptions,
  run: Run,
): Promise<Target> {
  requireExecutor(board, port);
  const firmware = port === undefined ? await buildFirmware(board, network, options, run) : null;
  return { board, network, port, firmware };
}

/** The built image, as `openDevice` takes it. */
export function targetImage({ firmware }: Target): { readonly image?: Image } {
  if (firmware === null) return {};
  const { elf, bin } = firmware.plan.products;
  return {
    image: { elf: join(firmware.folder, elf), bin: bin === null ? null : join(firmware.folder, bin) },
  };
}

/** Opens the device, runs all pictures through it, compares, closes it. */
export async function verifyTarget(target: Target, pictures: DataSet, run: Run): Promise<DeploymentReport> {
  const { board, network, port, firmware } = target;
  const { signal, output } = run;
  const device = await openDevice({
    board,
    network,
    signal,
    ...(port === undefined ? {} : { port }),
    ...targetImage(target),
  });
  try {
    const verification = await verify({ network, device, data: pictures, signal, progress: output.progress });
    const facts = {
      size: firmware?.size ?? null,
      multiplies: firmware?.multiplies ?? null,
      toolchain: firmware?.toolchain.version ?? null,
    };
    return deploymentReport({ board: board.id, executor: device.executor, network, verification, ...facts });
  } finally {
    await device.close();
  }
}

/** Prints the report and gives the exit code that it deserves. */
export function conclude(board: Board, report: DeploymentReport, { output, signal }: Run): ExitCode {
  output.json(report);
  for (const line of deploymentLines(board, report)) output.line(line);
  if (report.firstMismatch !== null) return EXIT.difference;
  if (signal.aborted) return EXIT.interrupted;
  return report.stopped === null ? EXIT.ok : EXIT.device;
}
