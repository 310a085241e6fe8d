import { EXIT } from '../errors.js';
import { writeFiles } from '../plan/index.js';
import { boardOf, type BoardOptions } from './board.js';
import { builderFor, type BuilderOptions } from './builder-for.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface RenderOptions extends CommonOptions, BoardOptions {
  readonly model: string;
  readonly out?: string;
}

/** `tablize render`: writes the project in C or Verilog; needs no compiler. */
export const render: CommandBody<RenderOptions & BuilderOptions> = (options, { output }) => {
  const board = boardOf(options);
  const { network } = loadModel(options.model);
  const builder = builderFor(board, network, options);
  const { folder } = builder;
  const { files: contents, next } = builder.render();
  writeFiles(contents, folder);
  const files = [...contents.keys()].sort();
  output.json({ board: board.id, model: network.name, folder, files });
  output.line(`${files.length} files in ${folder}; ${next}`);
  return EXIT.ok;
};
