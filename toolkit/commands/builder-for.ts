import type { Board } from '../boards/index.js';
import type { TableNetwork } from '../network/index.js';
import type { Builder } from './builder.js';
import { firmwareBuilder, type FirmwareOptions } from './firmware.js';
import { fpgaBuilder, type FpgaOptions } from './fpga.js';

export type BuilderOptions = FirmwareOptions & FpgaOptions;

export function builderFor(board: Board, network: TableNetwork, options: BuilderOptions): Builder {
  return board.kind === 'fpga'
    ? fpgaBuilder(board, network, options)
    : firmwareBuilder(board, network, options);
}
