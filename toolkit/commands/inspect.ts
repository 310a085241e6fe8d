import { listBoards, type Board } from '../boards/index.js';
import { BuildError, EXIT } from '../errors.js';
import { checkFit, networkMemory, type NetworkMemory } from '../firmware/index.js';
import type { TableNetwork } from '../network/index.js';
import { inspectLines, inspectNetwork, type BoardFit } from '../report/inspect.js';
import { loadModel } from './model.js';
import type { CommandBody, CommonOptions } from './run.js';

interface InspectOptions extends CommonOptions {
  readonly model: string;
  readonly tables?: boolean;
}

/** `tablize inspect`: what is known of a network before it is built. */
export const inspect: CommandBody<InspectOptions> = ({ model, tables = false }, { output }) => {
  const { network } = loadModel(model);
  const memory = networkMemory(network);
  const report = inspectNetwork(
    network,
    listBoards().map((board) => fit(network, memory, board)),
  );
  output.json(report);
  for (const line of inspectLines(network, report, tables)) output.line(line);
  return EXIT.ok;
};

function fit(
  network: TableNetwork,
  { tableBytes, weightBytes, workspaceBytes }: NetworkMemory,
  board: Board,
): BoardFit {
  return {
    board: board.id,
    flash: { tables: tableBytes + weightBytes, has: board.memory?.flash.size ?? null },
    ram: { workspace: workspaceBytes, has: board.memory?.ram.size ?? null },
    problem: problemOf(() => {
      checkFit(network, board);
    }),
  };
}

function problemOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}
