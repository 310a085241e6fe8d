import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listBoards, loadBoard } from '../../toolkit/boards/index.js';
import { choosePort } from '../../toolkit/commands/choose-port.js';
import { portHolders, requireFreePort, type PortInfo } from '../../toolkit/device/index.js';
import { DeviceError, InputError } from '../../toolkit/errors.js';
import { portRights, usbRights } from '../../toolkit/plan/flash/udev-advice.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const port = (path: string, vendor: string | null, product: string | null): PortInfo => ({
  path,
  vendor,
  product,
  manufacturer: null,
  serialNumber: null,
});
const uno = loadBoard('arduino-uno');
const UNO = port('/dev/ttyACM0', '2341', '0043');
const NANO = port('/dev/ttyUSB0', '1a86', '7523');

describe('the port of a board', () => {
  it('is the only one that fits', () => {
    expect(choosePort(uno, [NANO, UNO])).toBe(UNO);
  });

  it('is not guessed: none', () => {
    const choose = () => choosePort(uno, [NANO], listBoards());
    expect(choose).toThrow(DeviceError);
    expect(choose).toThrow('no port fits Arduino Uno; there are /dev/ttyUSB0 (1a86:7523, arduino-nano)');
    expect(() => choosePort(uno, [])).toThrow(/there are no serial ports/);
  });

  it('is not guessed: several', () => {
    const choose = () => choosePort(uno, [UNO, { ...UNO, path: '/dev/ttyACM1' }]);
    expect(choose).toThrow(InputError);
    expect(choose).toThrow(/ttyACM0 .*ttyACM1/);
  });

  it('is an adapter where the board has none', () => {
    expect(() => choosePort(loadBoard('seeed-xiao-samd21'), [UNO])).toThrow(/no USB port of its own/);
  });
});

describe.skipIf(process.platform !== 'linux')('a port that another program has', () => {
  it('is told with its name and number, until that ends', async () => {
    const file = join(temporaryFolder('port'), 'port');
    writeFileSync(file, '');
    expect(portHolders(file)).toEqual([]);
    const child = spawn('tail', ['-f', file], { stdio: ['ignore', 'pipe', 'ignore'] });
    const held = async (wanted: number): Promise<void> => {
      for (let i = 0; i < 500 && portHolders(file).length !== wanted; i++)
        await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await held(1);
    expect(portHolders(file)).toEqual([{ program: 'tail', pid: child.pid }]);
    expect(() => requireFreePort(file)).toThrow(
      `another program has this port open: tail (pid ${child.pid})`,
    );
    child.kill('SIGKILL');
    await held(0);
    expect(portHolders(file)).toEqual([]);
  });

  it('by ModemManager, with what to do about it', () => {
    const folder = temporaryFolder('proc');
    const file = join(folder, 'port');
    writeFileSync(file, '');
    mkdirSync(join(folder, '4711/fd'), { recursive: true });
    symlinkSync(file, join(folder, '4711/fd/7'));
    writeFileSync(join(folder, '4711/comm'), 'ModemManager\n');
    const take = () => requireFreePort(file, folder);
    expect(take).toThrow('another program has this port open: ModemManager (pid 4711)');
    expect(take).toThrow(
      expect.objectContaining({ next: expect.stringContaining('ID_MM_DEVICE_IGNORE') as string }),
    );
  });
});

describe('rights', () => {
  it('are one rule for a device, and one for a vendor of many', () => {
    expect(portRights([{ vendor: '2341', product: '0043' }])).toContain(
      'SUBSYSTEM=="tty", ATTRS{idVendor}=="2341", ATTRS{idProduct}=="0043", TAG+="uaccess"',
    );
    const many = ['3748', '374b', '3752'].map((product) => ({ vendor: '0483', product }));
    expect(usbRights(many)).toContain('`SUBSYSTEM=="usb", ATTR{idVendor}=="0483", TAG+="uaccess"`');
    expect(usbRights([])).toBeNull();
  });
});
