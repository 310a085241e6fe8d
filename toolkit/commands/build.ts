import { EXIT } from '../errors.js';
import { networkHash } from '../network/index.js';
import { sizeLines } from '../report/deployment.js';
import { boardOf } from './board.js';
import { builderFor, type BuilderOptions } from './builder-for.js';
import { modelOf } from './model-of.js';
import type { RenderOptions } from './render.js';
import type { CommandBody } from './run.js';

export type BuildOptions = RenderOptions &
  BuilderOptions & {
    readonly dryRun?: boolean;
  };

/** `tablize build`: renders, compiles or synthesizes, measures, and proves that no multiplication is left. */
export const build: CommandBody<BuildOptions> = async (options, run) => {
  const { output } = run;
  const board = boardOf(options);
  const { network } = await modelOf(options, run);
  const builder = builderFor(board, network, options);
  if (options.dryRun === true) {
    const commands = await builder.describe('flash', null, run);
    output.json({ board: board.id, folder: builder.folder, commands });
    for (const command of commands) output.line(command);
    return EXIT.ok;
  }
  const { folder, products, facts } = await builder.build('flash', run);
  output.json({
    board: board.id,
    model: { name: network.name, hash: networkHash(network) },
    folder,
    products,
    ...facts,
  });
  for (const line of sizeLines(board, facts)) output.line(line);
  for (const path of products) output.line(path);
  return EXIT.ok;
};
