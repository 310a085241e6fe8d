import { join } from 'node:path';
import type { Board } from '../../toolkit/boards/board.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { executePlan, findToolchain, planFirmware } from '../../toolkit/plan/index.js';
import { temporaryFolder } from './temporary-folder.js';

/** Renders and compiles the firmware of a network for a board, in a new folder; paths of the products. */
export async function buildFirmware(
  board: Board,
  network: TableNetwork,
): Promise<{ readonly elf: string; readonly bin: string | null }> {
  const toolchain = await findToolchain(board.toolchain, { allowDownload: false, prefer: 'gcc' });
  const plan = planFirmware(firmwareProject(network, board), board, toolchain);
  const folder = temporaryFolder('firmware');
  await executePlan(plan, join(folder, 'out'), {});
  const { elf, bin } = plan.products;
  return { elf: join(folder, 'out', elf), bin: bin === null ? null : join(folder, 'out', bin) };
}
