import { listFirmwareBoards } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { doctor as examine } from '../plan/index.js';
import { loadBackend } from '../quantize/index.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize doctor`: which tools are found, which are used, and why. */
export const doctor: CommandBody<CommonOptions> = async (_options, { output }) => {
  const tools = await examine({ boards: listFirmwareBoards(), backend: loadBackend });
  output.json(tools);
  for (const { name, purpose, found, version, where, use, install } of tools) {
    output.line(
      `${found ? 'ok     ' : 'missing'}  ${name}${version === null ? '' : ` ${version}`}: ${purpose}`,
    );
    output.line(`         ${use}${where === null ? '' : ` (${where})`}`);
    if (install !== null) output.line(`         to get it: ${install}`);
  }
  return EXIT.ok;
};
