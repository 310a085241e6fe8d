import { boardOf, type BoardOptions } from './board.js';
import type { BuilderOptions } from './builder-for.js';
import { loadModel } from './model.js';
import { loadPictures } from './pictures.js';
import type { CommandBody, CommonOptions } from './run.js';
import { conclude, prepareTarget, verifyTarget } from './target.js';

export type VerifyOptions = CommonOptions &
  BoardOptions &
  BuilderOptions & {
    readonly model: string;
    readonly images?: string;
    readonly count?: number;
    readonly port?: string;
  };

/** `tablize verify`: streams pictures to a board that was flashed before, or to an emulated one, and compares every answer. */
export const verify: CommandBody<VerifyOptions> = async (options, run) => {
  const board = boardOf(options);
  const { network } = loadModel(options.model);
  const pictures = loadPictures(options.images, options.count, network);
  const target = await prepareTarget(board, network, options.port, options, run);
  const report = await verifyTarget(target, pictures, run);
  return conclude(board, report, run);
};
