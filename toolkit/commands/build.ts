import { join } from 'node:path';
import { loadBoard } from '../boards/index.js';
import { EXIT } from '../errors.js';
import { networkHash } from '../network/index.js';
import { describeCommand } from '../plan/index.js';
import { firmwareLines } from '../report/deployment.js';
import { buildFirmware, outFolder, planDryRun, type FirmwareOptions } from './firmware.js';
import { loadModel } from './model.js';
import type { RenderOptions } from './render.js';
import type { CommandBody } from './run.js';

export interface BuildOptions extends RenderOptions, FirmwareOptions {
  readonly dryRun?: boolean;
}

/** `tablize build`: renders, compiles, measures, and proves that no multiplication is left. */
export const build: CommandBody<BuildOptions> = async (options, run) => {
  const { output } = run;
  const board = loadBoard(options.board);
  const { network } = loadModel(options.model);
  if (options.dryRun === true) {
    const commands = (await planDryRun(board, network, options, run)).commands.map(describeCommand);
    output.json({ board: board.id, folder: outFolder(board, network, options.out), commands });
    for (const command of commands) output.line(command);
    return EXIT.ok;
  }
  const firmware = await buildFirmware(board, network, options, run);
  const { products } = firmware.plan;
  const paths = [products.elf, products.bin, products.hex, products.uf2]
    .filter((path) => path !== null)
    .map((path) => join(firmware.folder, path));
  output.json({
    board: board.id,
    model: { name: network.name, hash: networkHash(network) },
    folder: firmware.folder,
    products: paths,
    toolchain: firmware.toolchain.version,
    size: firmware.size,
    multiplies: firmware.multiplies,
  });
  for (const line of firmwareLines(board, firmware.size, firmware.multiplies, firmware.toolchain.version))
    output.line(line);
  for (const path of paths) output.line(path);
  return EXIT.ok;
};
