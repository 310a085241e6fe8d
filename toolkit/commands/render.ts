import { loadBoard } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { writeFiles } from '../plan/index.js';
import { outFolder, planBuild, type FirmwareOptions } from './firmware.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface RenderOptions extends CommonOptions, FirmwareOptions {
  readonly board: string;
  readonly model: string;
}

/** `tablize render`: writes the C project, with its build.sh, and compiles nothing. */
export const render: CommandBody<RenderOptions> = async (options, run) => {
  const board = loadBoard(options.board);
  const { network } = loadModel(options.model);
  const { plan } = await planBuild(board, network, options, run);
  const folder = outFolder(board, network, options.out);
  writeFiles(plan.files, folder);
  const files = [...plan.files.keys()].sort();
  run.output.json({ board: board.id, model: network.name, folder, files });
  run.output.line(`${files.length} files in ${folder}; build them with build.sh there`);
  return EXIT.ok;
};
