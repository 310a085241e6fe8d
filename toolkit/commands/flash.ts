import { loadBoard } from '../boards/index.js';
import { EXIT, InputError } from '../errors.js';
import { describeCommand, describeFlash, executeFlash, planFlash } from '../plan/index.js';
import type { BuildOptions } from './build.js';
import { buildFirmware, outFolder, planDryRun } from './firmware.js';
import { checkFlashTarget } from './flash-target.js';
import { loadModel } from './model.js';
import type { CommandBody } from './run.js';

export interface FlashOptions extends BuildOptions {
  readonly port?: string;
  readonly drive?: string;
}

/** `tablize flash`: builds and flashes. */
export const flash: CommandBody<FlashOptions> = async (options, run) => {
  const { output, signal } = run;
  const { port, drive } = options;
  const board = loadBoard(options.board);
  const { network } = loadModel(options.model);
  if (board.flash.kind === 'uf2-drive' && port !== undefined) {
    throw new InputError(`${board.title} is flashed through its drive, not through a port`, {
      next: 'leave --port out; give --drive if the drive is not found by itself',
    });
  }
  if (options.dryRun === true) {
    const plan = await planDryRun(board, network, options, run);
    const flashing = planFlash(board, plan.products, outFolder(board, network, options.out), { port, drive });
    const commands = [...plan.commands.map(describeCommand), ...describeFlash(flashing)];
    output.json({ board: board.id, commands });
    for (const command of commands) output.line(command);
    return EXIT.ok;
  }
  checkFlashTarget(board, { port, drive });
  const firmware = await buildFirmware(board, network, options, run);
  await executeFlash(planFlash(board, firmware.plan.products, firmware.folder, { port, drive }), {
    progress: output.progress,
    signal,
  });
  output.json({ board: board.id, model: network.name, flashed: true, size: firmware.size });
  output.line(
    `flashed ${board.title} with ${network.name}; check it with \`tablize verify --board ${board.id} --model ${options.model}${port === undefined ? ' --port <port>' : ` --port ${port}`}\``,
  );
  return EXIT.ok;
};
