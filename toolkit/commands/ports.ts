import { listBoards } from '../boards/index.js';
import { likelyBoards, listPorts, portHolders } from '../device/index.js';
import { EXIT } from '../errors.js';
import { columns } from '../report/text.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize ports`: serial ports, the boards that they may belong to, and the programs that have them open. */
export const ports: CommandBody<CommonOptions> = async (_options, { output }) => {
  const boards = listBoards();
  const found = (await listPorts()).map((port) => ({
    ...port,
    boards: likelyBoards(port, boards),
    heldBy: portHolders(port.path),
  }));
  output.json(found);
  if (found.length === 0) {
    output.line('no serial ports: connect a board, and on Linux see that you are in the group dialout');
    output.line('a board on another machine: --port rfc2217://host:port or tcp://host:port (docs/ports.md)');
    return EXIT.ok;
  }
  const rows = found.map(({ path, vendor, product, manufacturer, boards: likely, heldBy }) => [
    path,
    vendor === null ? '-' : `${vendor}:${product ?? '?'}`,
    manufacturer ?? '-',
    likely.join(', ') || '-',
    heldBy.map(({ program, pid }) => `${program} (${pid})`).join(', ') || '-',
  ]);
  for (const line of columns([['port', 'usb', 'made by', 'likely board', 'held by'], ...rows]))
    output.line(line);
  return EXIT.ok;
};
