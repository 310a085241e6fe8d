import { InputError } from '../errors.js';
import type { Board } from './board.js';
import { boardIds, parseBoard } from './registry.js';

/** What a new board is called. */
export interface BoardNames {
  readonly id: string;
  /** The id in words where it is not given. */
  readonly title?: string | undefined;
}

/**
 * The text of a board file like that of another board, under other names: a start, whose other fields are edited next. Throws
 * InputError for an id or title that no board may have, or an id that a shipped one has.
 */
export function derivedBoard(like: Board, { id, title }: BoardNames): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new InputError(`"${id.slice(0, 80)}" cannot be the id of a board`, {
      next: 'use small letters and digits, with single hyphens between, such as my-board-2',
    });
  }
  if (boardIds().includes(id)) {
    throw new InputError(`there is a board "${id}" already`, {
      next: 'choose another id; `tablize boards` lists all that are taken',
    });
  }
  const board = { ...like, id, title: title ?? inWords(id) };
  const text = `${JSON.stringify(board, null, 2)}\n`;
  parseBoard(text, `${id}.json`);
  return text;
}

/** "my-board-2" as "My board 2". */
function inWords(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
