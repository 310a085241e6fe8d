import { loadBoard, withBaud, type Board } from '../boards/index.js';

export interface BoardOptions {
  readonly board: string;
  /** Speed of the serial line, in place of the board's own. */
  readonly baud?: number;
}

/** The board that the options name. Throws InputError. */
export function boardOf({ board: name, baud }: BoardOptions): Board {
  const board = loadBoard(name);
  return baud === undefined ? board : withBaud(board, baud);
}
