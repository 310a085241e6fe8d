import { listBoards } from '../boards/index.js';
import { listPorts } from '../device/index.js';
import { EXIT } from '../errors.js';
import { columns } from '../report/text.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize ports`: serial ports and the boards that they may belong to. */
export const ports: CommandBody<CommonOptions> = async (_options, { output }) => {
  const found = await listPorts(listBoards());
  output.json(found);
  if (found.length === 0) {
    output.line('no serial ports: connect a board, and on Linux see that you are in the group dialout');
    return EXIT.ok;
  }
  const rows = found.map(({ path, usb, manufacturer, boards }) => [
    path,
    usb === null ? '-' : `${usb.vendor}:${usb.product}`,
    manufacturer ?? '-',
    boards.join(', ') || '-',
  ]);
  for (const line of columns([['port', 'usb', 'made by', 'likely board'], ...rows])) output.line(line);
  return EXIT.ok;
};
