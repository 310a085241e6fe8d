import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { DeviceError } from '../../toolkit/errors.js';
import { executeFlash, planFlash } from '../../toolkit/plan/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

/** Nothing is plugged in, whatever this machine has. */
const NO_USB = { sys: '/nowhere', dev: '/nowhere' };

describeWithTool(['openocd', 'dfu-util'], 'the true tools without a board', () => {
  it.each([
    ['nucleo-f401re', /^no ST Nucleo-F401RE is plugged in; openocd says/, 'USB 0483:*'],
    ['microbit-v2', /^no BBC micro:bit \(second edition\) is plugged in; openocd says/, 'USB 0d28:0204'],
    ['netduinoplus2', /^the boot loader of Netduino Plus 2 does not run; dfu-util says/, 'USB 0483:df11'],
  ])('%s', async (id, message, where) => {
    const folder = temporaryFolder('tools');
    writeFileSync(join(folder, 'firmware.hex'), ':00000001FF\n');
    writeFileSync(join(folder, 'firmware.bin'), 'the image');
    const products = {
      elf: 'firmware.elf',
      bin: 'firmware.bin',
      hex: 'firmware.hex',
      uf2: null,
      assembly: [],
    };
    const plan = planFlash(loadFirmwareBoard(id), products, folder);
    const failure = executeFlash(plan, { usb: NO_USB });
    await expect(failure).rejects.toThrow(DeviceError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ where });
  });
});
