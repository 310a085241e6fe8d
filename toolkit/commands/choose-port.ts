import { listBoards, type Board } from '../boards/index.js';
import { likelyBoards, listPorts, type PortInfo } from '../device/index.js';
import { DeviceError, InputError } from '../errors.js';
import type { Output } from './output.js';

/** What stands for a port that is to be found. */
export const AUTO = 'auto';

/** How a port is told: its path, its USB ids, and the boards that it may belong to. */
export function describePort(port: PortInfo, boards: readonly Board[]): string {
  const { path, vendor, product, manufacturer } = port;
  const usb = vendor === null ? 'no USB port' : `${vendor}:${product ?? '?'}`;
  const likely = likelyBoards(port, boards).join(' or ');
  return `${path} (${[usb, manufacturer, likely].filter((word) => word !== null && word !== '').join(', ')})`;
}

/**
 * The one port that fits a board by its USB ids. Throws DeviceError where none does, InputError where several do; both tell what
 * ports there are.
 */
export function choosePort(
  board: Board,
  ports: readonly PortInfo[],
  boards: readonly Board[] = [board],
): PortInfo {
  const fitting = ports.filter((port) => likelyBoards(port, [board]).length > 0);
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return first;
  const told = (which: readonly PortInfo[]): string =>
    which.map((port) => describePort(port, boards)).join(', ');
  if (first !== undefined) {
    throw new InputError(`several ports fit ${board.title}: ${told(fitting)}`, {
      next: 'name the one that you mean with --port',
    });
  }
  const there = ports.length === 0 ? 'there are no serial ports' : `there are ${told(ports)}`;
  const isAdapter = board.serial.usb.length === 0;
  throw new DeviceError(
    isAdapter
      ? `the serial line of ${board.title} has no USB port of its own; ${there}`
      : `no port fits ${board.title}; ${there}`,
    {
      next: `${isAdapter ? 'name the port of your adapter' : 'plug the board in with a cable that carries data, or name its port'} with --port`,
    },
  );
}

/** The port that was named, or for `auto` the one that fits the board, told in one line. Throws as `choosePort`. */
export async function resolvePort(board: Board, port: string, output: Output): Promise<string> {
  if (port !== AUTO) return port;
  const boards = listBoards();
  const chosen = choosePort(board, await listPorts(), boards);
  output.line(`port: ${describePort(chosen, [board])}, the only one that fits ${board.title}`);
  return chosen.path;
}
