import { listBoards, type Board } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { levelsOf } from '../plan/index.js';
import { columns } from '../report/text.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize boards`: the boards that come with the toolkit. */
export const boards: CommandBody<CommonOptions> = (_options, { output }) => {
  const all = listBoards();
  output.json(all);
  const lines = columns([
    ['id', 'board', 'part', 'has', 'flashed with', 'without the board'],
    ...all.map((board) => [
      board.id,
      board.title,
      board.part,
      has(board),
      board.flash.kind === 'none' ? '-' : board.flash.kind,
      emulated(board),
    ]),
  ]);
  for (const line of lines) output.line(line);
  return EXIT.ok;
};

function has(board: Board): string {
  const kilobytes = (size: number): string => `${Math.round(size / 1024)} KB`;
  if (board.kind === 'fpga') return `${board.cells.luts} LUTs, ${board.cells.blockRams} block RAMs`;
  if (board.memory === null) return '-';
  return `${kilobytes(board.memory.flash.size)} flash, ${kilobytes(board.memory.ram.size)} RAM`;
}

function emulated(board: Board): string {
  if (board.kind !== 'fpga') return board.emulator?.kind ?? '-';
  return levelsOf(board.toolchain).join(', ');
}
