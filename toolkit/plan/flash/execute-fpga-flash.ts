import { existsSync, statSync } from 'node:fs';
import { BuildError } from '../../errors.js';
import { flashLog } from './flash-log.js';
import { FLASHERS } from './flashers.js';
import type { FpgaFlashPlan } from './fpga-flash.js';
import { runFlasher, type FlashOptions } from './run-flasher.js';

/**
 * Puts a bitstream onto a board. Throws DeviceError (no board, no rights, in use, another chip, not kept, it takes too long),
 * ToolMissingError, BuildError when a file is not there or the bitstream reaches into the data, InterruptedError.
 */
export async function executeFpgaFlash(plan: FpgaFlashPlan, options: FlashOptions = {}): Promise<void> {
  checkFiles(plan);
  const log = flashLog(options.log);
  for (const command of plan.commands) {
    options.progress?.(command.title);
    await runFlasher(FLASHERS[plan.flasher], command, plan, options, log);
  }
}

function checkFiles({ bitstream, data, together }: FpgaFlashPlan): void {
  for (const [path, what] of [[bitstream, 'bitstream'] as const, [data?.path, 'data file'] as const]) {
    if (path === undefined || existsSync(path)) continue;
    throw new BuildError(`the ${what} is not there`, { where: path, next: 'build the design first' });
  }
  const { size } = statSync(bitstream);
  if (data !== null && together && size > data.offset) {
    throw new BuildError(
      `the bitstream of ${size} bytes reaches into the data, which begin at ${data.offset}`,
      { where: bitstream, next: 'let the data begin behind it' },
    );
  }
}
