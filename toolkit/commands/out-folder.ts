import { join, resolve } from 'node:path';
import type { Board } from '../boards/index.js';
import type { TableNetwork } from '../network/index.js';

/** Where a build goes unless `--out` says otherwise: build/<board>/<network> in the current folder. */
export function outFolder(board: Board, network: TableNetwork, out: string | undefined): string {
  return resolve(out ?? join('build', board.id, network.name));
}
