import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assetPath } from '../assets.js';
import { derivedBoard, loadBoard, parseBoard } from '../boards/index.js';
import { EXIT, InputError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { writeFiles } from '../plan/index.js';
import { builderFor } from './builder-for.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

export interface BoardsNewOptions extends CommonOptions {
  readonly id: string;
  readonly like: string;
  readonly title?: string;
  readonly model?: string;
  readonly out?: string;
}

/** A shipped model that all boards have room for. */
const MODEL = 'models/mnist-small';

/** `tablize boards new`: a board file like another, checked, and a project for it. Nothing is written unless all is well. */
export const boardsNew: CommandBody<BoardsNewOptions> = (options, { output }) => {
  const { id, like, title } = options;
  const file = resolve(options.out ?? `${id}.json`);
  if (!file.endsWith('.json'))
    throw new InputError('a board file ends in .json', { where: file, next: 'name another with --out' });
  const text = derivedBoard(loadBoard(like), { id, title });
  const board = parseBoard(text, file);
  const { network } = loadModel(options.model ?? assetPath(MODEL));
  const builder = builderFor(board, network, {});
  const { files: contents, next } = builder.render();
  writeNew(file, text);
  writeFiles(contents, builder.folder);
  const files = [...contents.keys()].sort();
  output.json({ board: id, like, file, model: network.name, folder: builder.folder, files });
  output.line(`${file}: a board like ${like}; edit what differs (part, memory, clock, serial line, links)`);
  output.line(`${files.length} files of ${network.name} for it in ${builder.folder}; ${next}`);
  return EXIT.ok;
};

function writeNew(file: string, text: string): void {
  try {
    makeFolder(dirname(file));
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InputError(
      code === 'EEXIST'
        ? 'there is such a file already'
        : `the board file cannot be written: ${(cause as Error).message}`,
      { where: file, next: 'name another file with --out', cause },
    );
  }
}
