import { listBoards } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { columns } from '../report/text.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize boards`: the boards that come with the toolkit. */
export const boards: CommandBody<CommonOptions> = (_options, { output }) => {
  const all = listBoards();
  output.json(all);
  const kilobytes = (size: number | undefined): string =>
    size === undefined ? '-' : `${Math.round(size / 1024)} KB`;
  const lines = columns([
    ['id', 'board', 'part', 'flash', 'RAM', 'flashed with', 'emulator'],
    ...all.map((board) => [
      board.id,
      board.title,
      board.part,
      kilobytes(board.memory?.flash.size),
      kilobytes(board.memory?.ram.size),
      board.flash.kind === 'none' ? '-' : board.flash.kind,
      board.emulator?.kind ?? '-',
    ]),
  ]);
  for (const line of lines) output.line(line);
  return EXIT.ok;
};
