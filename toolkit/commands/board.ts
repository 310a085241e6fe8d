import { loadBoard, withChanges, type Board } from '../boards/index.js';

export interface BoardOptions {
  readonly board: string;
  /** Speed of the serial line, in place of the board's own. */
  readonly baud?: number;
  /** Clock of an FPGA's design in MHz, in place of the board's own. */
  readonly clock?: number;
}

/** The board that the options name. Throws InputError. */
export function boardOf({ board, baud, clock }: BoardOptions): Board {
  const clockHz = clock === undefined ? undefined : Math.round(clock * 1e6);
  return withChanges(loadBoard(board), { baud, clockHz });
}
