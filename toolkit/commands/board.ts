import { loadBoard, withBaud, withClock, type Board } from '../boards/index.js';

export interface BoardOptions {
  readonly board: string;
  /** Speed of the serial line, in place of the board's own. */
  readonly baud?: number;
  /** Clock of an FPGA's design in MHz, in place of the board's own. */
  readonly clock?: number;
}

/** The board that the options name. Throws InputError. */
export function boardOf({ board: name, baud, clock }: BoardOptions): Board {
  const board = loadBoard(name);
  const clocked = clock === undefined ? board : withClock(board, Math.round(clock * 1e6));
  return baud === undefined ? clocked : withBaud(clocked, baud);
}
