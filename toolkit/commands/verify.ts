import { InputError } from '../errors.js';
import { type BoardOptions } from './board.js';
import type { BuilderOptions } from './builder-for.js';
import { modelOf, type ModelOptions } from './model-of.js';
import { loadPictures, type ImagesOptions } from './pictures.js';
import type { CommandBody, CommonOptions } from './run.js';
import { conclude, verifyTarget } from './target.js';
import { placesOf, prepareTargets, verifyTargets, type BoardPlace } from './verify-boards.js';
import { journalOf, type JournalOptions } from './verify-journal.js';

export type VerifyOptions = CommonOptions &
  BoardOptions &
  BuilderOptions &
  ImagesOptions &
  ModelOptions & {
    readonly port?: string;
  };

export type VerifyBoardsOptions = Omit<VerifyOptions, 'board'> &
  JournalOptions & { readonly board?: readonly BoardPlace[] };

/**
 * `tablize verify`: streams pictures to boards that were flashed before, or to emulated ones, and compares every answer. A journal keeps
 * the answers of a long run.
 */
export const verify: CommandBody<VerifyBoardsOptions> = async (options, run) => {
  const model = await modelOf(options, run);
  const { network } = model;
  const places = placesOf(options.board, options.port);
  const pictures = loadPictures(options, model);
  const targets = await prepareTargets(places, network, options, run);
  const [target] = targets;
  if (target === undefined) throw new InputError('no board');
  if (targets.length > 1) return verifyTargets(targets, model, pictures, options, run);
  const record = journalOf(options, targets, network, pictures);
  try {
    const report = await verifyTarget({ ...target, floatModel: model.floatModel }, pictures, run, record);
    return conclude(target.board, report, pictures, run);
  } finally {
    record?.close();
  }
};
