import { listFirmwareBoards } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { doctor as examine, TOOL_GROUPS, type ToolReport } from '../plan/index.js';
import { loadBackend } from '../quantize/index.js';
import type { CommandBody, CommonOptions } from './run.js';

/** `tablize doctor`: which tools are found, which are used, and why. */
export const doctor: CommandBody<CommonOptions> = async (_options, { output }) => {
  const tools = await examine({ boards: listFirmwareBoards(), backend: loadBackend });
  output.json(tools);
  for (const group of TOOL_GROUPS) {
    output.line(group);
    for (const tool of tools.filter((one) => one.group === group)) lines(tool).forEach(output.line);
  }
  return EXIT.ok;
};

function lines({ name, purpose, found, version, where, use, install }: ToolReport): string[] {
  return [
    `${found ? 'ok     ' : 'missing'}  ${name}${version === null ? '' : ` ${version}`}: ${purpose}`,
    `         ${use}${where === null ? '' : ` (${where})`}`,
    ...(install === null ? [] : [`         to get it: ${install}`]),
  ];
}
