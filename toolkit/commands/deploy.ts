import { loadBoard, type Board } from '../boards/index.js';
import { EXIT, InputError } from '../errors.js';
import { measureNetwork, networkHash, type TableNetwork } from '../network/index.js';
import { describeCommand, describeFlash, executeFlash, planFlash } from '../plan/index.js';
import { grouped } from '../report/text.js';
import { buildFirmware, outFolder, planDryRun } from './firmware.js';
import { checkFlashTarget } from './flash-target.js';
import { loadModel } from './model.js';
import { loadPictures } from './pictures.js';
import type { CommandBody, Run } from './run.js';
import { conclude, requireExecutor, verifyTarget } from './target.js';
import type { VerifyOptions } from './verify.js';

export interface DeployOptions extends VerifyOptions {
  readonly drive?: string;
  readonly dryRun?: boolean;
}

/** `tablize deploy`: from a trained network to a verified board, real or emulated. */
export const deploy: CommandBody<DeployOptions> = async (options, run) => {
  const { output } = run;
  const { port, drive } = options;
  const board = loadBoard(options.board);
  const model = loadModel(options.model);
  const { network } = model;
  const pictures = loadPictures(options.images, options.count, network);
  const executor = requireExecutor(board, port);
  if (drive !== undefined && port === undefined) {
    throw new InputError('--drive flashes the board, but there is no port to verify it on', {
      next: 'give --port too, or use `tablize flash`',
    });
  }
  if (port !== undefined) checkFlashTarget(board, { port, drive });
  if (options.dryRun === true) return dryRun(board, network, options, run);

  const { macs, tableEntries, activationLevels, weightLevels } = measureNetwork(network);
  output.line(
    `${model.tablized ? 'tablized' : 'loaded'} ${network.name}: ${grouped(macs)} products a picture become lookups in tables of ${tableEntries} entries (${activationLevels} activations x ${weightLevels} weights); network ${networkHash(network).slice(0, 16)}`,
  );
  const firmware = await buildFirmware(board, network, options, run);
  output.line(
    `built ${board.id} firmware with ${firmware.toolchain.version} (${firmware.toolchain.why}): ${firmware.folder}`,
  );
  if (port !== undefined) {
    await executeFlash(planFlash(board, firmware.plan.products, firmware.folder, { port, drive }), {
      progress: output.progress,
      signal: run.signal,
    });
    output.line(`flashed ${board.title}`);
  } else {
    output.line(
      executor === 'host'
        ? 'running it as a program of this computer, over the serial protocol'
        : `no --port given: loading it into the emulated ${board.title} (${executor}), over its serial port`,
    );
  }
  const report = await verifyTarget({ board, network, port, firmware }, pictures, run);
  return conclude(board, report, run);
};

async function dryRun(
  board: Board,
  network: TableNetwork,
  options: DeployOptions,
  run: Run,
): Promise<typeof EXIT.ok> {
  const plan = await planDryRun(board, network, options, run);
  const folder = outFolder(board, network, options.out);
  const flash =
    options.port === undefined
      ? []
      : describeFlash(planFlash(board, plan.products, folder, { port: options.port, drive: options.drive }));
  const commands = [...plan.commands.map(describeCommand), ...flash];
  run.output.json({ board: board.id, folder, commands });
  for (const command of commands) run.output.line(command);
  return EXIT.ok;
}
