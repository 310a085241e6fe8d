import { existsSync } from 'node:fs';
import { BuildError, DeviceError } from '../../errors.js';
import { copyToDrive } from './copy-to-drive.js';
import { flashLog } from './flash-log.js';
import type { FlashPlan } from './flash-plan.js';
import { FLASHERS } from './flashers.js';
import { runFlasher, type FlashOptions } from './run-flasher.js';

/**
 * Flashes a board. Throws DeviceError (no drive, no port, in use, no answer, no rights, another chip, not kept, it takes too long), ToolMissingError,
 * BuildError when the firmware file is not there, InterruptedError.
 */
export async function executeFlash(plan: FlashPlan, options: FlashOptions = {}): Promise<void> {
  if (!existsSync(plan.file)) {
    throw new BuildError('the firmware file is not there', {
      where: plan.file,
      next: 'build the firmware first',
    });
  }
  options.progress?.(`flash ${plan.title}`);
  if (plan.kind === 'uf2-drive') {
    await copyToDrive(plan, options);
    return;
  }
  const log = flashLog(options.log);
  const { title, command, devices } = plan;
  if (plan.kind !== 'avrdude') {
    await runFlasher(FLASHERS[plan.kind], command, { title, link: { kind: 'usb', devices } }, options, log);
    return;
  }
  const { port } = plan;
  if (port === null) {
    throw new DeviceError('no serial port is named', {
      next: 'name it with --port (`tablize ports` lists them)',
    });
  }
  options.requireFree?.(port);
  await runFlasher(FLASHERS.avrdude, command, { title, link: { kind: 'port', port, devices } }, options, log);
}
