import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assetPath } from '../../toolkit/assets.js';
import { hostLink } from '../../toolkit/device/links/host-link.js';
import { serialDevice } from '../../toolkit/device/serial-device.js';
import { PIPE_TIMING } from '../../toolkit/device/timing.js';
import type { Device } from '../../toolkit/device/index.js';
import { hdlProject, type Folding, type HdlBoard, type HdlProject } from '../../toolkit/hdl/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export const BOARD: HdlBoard = {
  id: 'a-board',
  title: 'A board',
  clockHz: 12_000_000,
  baud: 1_500_000,
  receiveBuffer: 256,
};

/** What takes the fewest logic cells: no bytes are held while it works, and TRACE is unknown. */
export const SMALLEST_BOARD: HdlBoard = { ...BOARD, baud: 375_000, receiveBuffer: 0, trace: false };

/** The whole design, verilated; its program speaks the protocol on its standard streams. */
export function verilate(network: TableNetwork, folding: Folding, board = BOARD): string {
  return verilateProject(hdlProject(network, board, folding));
}

/** As `verilate`, any design, driven by what `main` names; `optimize` takes longer to build and less to run. */
export function verilateProject(
  { files, sources, top, clocksPerBit }: HdlProject,
  main = assetPath('hdl-templates/simulation/board.cpp'),
  optimize = false,
): string {
  const folder = temporaryFolder('verilated');
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  const options = ['--cc', '--exe', '--build', '--top-module', top, '--Mdir', 'obj', '--x-initial', 'unique'];
  const flags = `-DCLOCKS_PER_BIT=${clocksPerBit}${optimize ? ' -O2' : ''}`;
  execFileSync('verilator', [...options, '-CFLAGS', flags, ...sources, main], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return join(folder, 'obj', `V${top}`);
}

export function openSimulated(program: string, network: TableNetwork): Promise<Device> {
  const common = { network, board: BOARD.id, executor: 'rtl' as const, timing: PIPE_TIMING };
  return serialDevice(hostLink(program, { folder: dirname(dirname(program)) }), {
    ...common,
    where: program,
  });
}
