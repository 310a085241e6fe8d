import type { Board } from './board.js';

/** Bytes of a frame around its payload (docs/protocol.md, section 1). */
const FRAME_OVERHEAD = 8;

/** The receive window that a device announces which can hold so many bytes: of use only when a whole picture fits, of so many bytes in its shortest form. */
export function receiveWindow(holds: number, picture: number): number {
  return holds >= picture + FRAME_OVERHEAD ? holds : 0;
}

/** A board's title as it may stand in a comment of C or Verilog. */
export function plainTitle({ title }: Pick<Board, 'title'>): string {
  return title.replace(/[^\w ().-]/g, ' ');
}
