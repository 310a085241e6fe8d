import { loadBoard } from '../boards/index.js';
import { BuildError, InputError } from '../errors.js';
import type { CoreDesign } from '../export/index.js';
import { chooseFolding, PLAIN, type Folding } from '../hdl/index.js';
import type { TableNetwork } from '../network/index.js';

export interface DesignOptions {
  readonly board?: string;
  readonly engine?: 'sequential' | 'unrolled';
  readonly folding?: Folding;
}

/** Some fifteen hundred lookup tables, which most parts have. */
const USUAL_FOLDING: Folding = { banks: 4, filters: 8 };

/**
 * How a core is to compute: as the options say, or with the folding that takes the fewest clocks in what the part of `--board` has. Throws
 * InputError for options that do not go together, BuildError for a network that the part has no room for.
 */
export function coreDesign(network: TableNetwork, { board: id, engine, folding }: DesignOptions): CoreDesign {
  const board = id === undefined ? null : loadBoard(id);
  if (board !== null && board.kind !== 'fpga')
    throw new InputError(`${board.title} has no FPGA`, {
      where: '--board',
      next: 'choose a board with one (`tablize boards` lists all), or leave --board out',
    });
  if (engine === 'unrolled') {
    if (folding === undefined) return { engine };
    throw new InputError('--folding is for the sequential engine', {
      where: '--folding',
      next: 'leave it out, or leave --engine out',
    });
  }
  if (board === null || folding !== undefined)
    return { engine: 'sequential', folding: folding ?? USUAL_FOLDING, store: PLAIN };
  // What only a flash memory fills stays out of a core without a board around it.
  const resources = { ...board.cells, sprams: 0, flash: false };
  const choice = chooseFolding(network, resources, { receiveBuffer: 0, trace: false });
  if (choice.fits) return { engine: 'sequential', folding: choice.folding, store: choice.store };
  const short = choice.short.map(
    ({ resource, needed, available }) =>
      `${needed} ${resource === 'blockRams' ? 'block RAMs' : 'logic cells'} of ${available}`,
  );
  const { banks, filters } = choice.nearest.folding;
  throw new BuildError(
    `"${network.name}" does not fit ${board.part} with its weights in block RAM: the folding that comes nearest, ${banks}x${filters}, needs ${short.join(', ')}`,
    {
      where: board.title,
      next: 'choose a board with more, or name a folding for another part with --folding',
    },
  );
}
