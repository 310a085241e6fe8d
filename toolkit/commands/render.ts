import { loadBoard } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { buildScript, writeFiles } from '../plan/index.js';
import { outFolder, renderFirmware } from './firmware.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface RenderOptions extends CommonOptions {
  readonly board: string;
  readonly model: string;
  readonly out?: string;
}

/** `tablize render`: writes the C project, with its build.sh; needs no compiler. */
export const render: CommandBody<RenderOptions> = (options, { output }) => {
  const board = loadBoard(options.board);
  const { network } = loadModel(options.model);
  const project = renderFirmware(board, network);
  const folder = outFolder(board, network, options.out);
  const contents = new Map([...project.files, ['build.sh', buildScript(project, board)]]);
  writeFiles(contents, folder);
  const files = [...contents.keys()].sort();
  output.json({ board: board.id, model: network.name, folder, files });
  output.line(`${files.length} files in ${folder}; build them with build.sh there`);
  return EXIT.ok;
};
