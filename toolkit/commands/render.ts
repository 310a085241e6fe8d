import { EXIT } from '../errors.js';
import { writeFiles } from '../plan/index.js';
import { boardOf, type BoardOptions } from './board.js';
import { builderFor, type BuilderOptions } from './builder-for.js';
import { modelOf, type ModelOptions } from './model-of.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface RenderOptions extends CommonOptions, BoardOptions, ModelOptions {
  readonly out?: string;
}

/** `tablize render`: writes the project in C or Verilog; needs no compiler. */
export const render: CommandBody<RenderOptions & BuilderOptions> = async (options, run) => {
  const { output } = run;
  const board = boardOf(options);
  const { network } = await modelOf(options, run);
  const builder = builderFor(board, network, options);
  const { folder } = builder;
  const { files: contents, next } = builder.render();
  writeFiles(contents, folder);
  const files = [...contents.keys()].sort();
  output.json({ board: board.id, model: network.name, folder, files });
  output.line(`${files.length} files in ${folder}; ${next}`);
  return EXIT.ok;
};
