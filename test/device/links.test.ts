import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFirmwareBoards, loadFirmwareBoard } from '../../toolkit/boards/index.js';
import {
  hostLink,
  likelyBoards,
  listPorts,
  openDevice,
  PIPE_TIMING,
  serialDevice,
  serialPortLink,
} from '../../toolkit/device/index.js';
import { openError } from '../../toolkit/device/links/open-error.js';
import { DeviceError, InputError } from '../../toolkit/errors.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { expectLocated } from '../support/planted.js';
import { pseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.js';
import { buildToy, writeTemporary } from '../support/toy-firmware.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { requireTool } from '../support/tools.js';

const network = toyNetwork();
const pictures = toyPictures(100);
const data = { images: Buffer.concat(pictures), labels: null };
const board = { ...loadFirmwareBoard('arduino-uno'), id: 'toy' };
const gcc = requireTool('gcc');

const caught = async (promise: Promise<unknown>): Promise<DeviceError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${String(error)}`);
  return error;
};

describe('a local program', () => {
  const options = { network, executor: 'host', timing: PIPE_TIMING, where: 'program' } as const;

  it('that cannot be started says why', async () => {
    const error = await caught(serialDevice(hostLink('/nowhere/at-all'), options));
    expect(error.message).toMatch(/cannot run \/nowhere\/at-all: .*ENOENT/);
    const folder = writeTemporary({ program: 'not a program' });
    expect((await caught(serialDevice(hostLink(`${folder}/program`), options))).message).toMatch(/EACCES/);
  });

  it('that ends says how, with its last words', async () => {
    const error = await caught(serialDevice(hostLink('/bin/false'), options));
    expect(error.message).toMatch(/\/bin\/false ended \(exit code 1\)/);
  });

  it('that writes noise is silent', async () => {
    const link = hostLink('/bin/ls');
    expect((await caught(serialDevice(link, options))).message).toMatch(/ended/);
  });

  it.skipIf(!gcc)('is killed on close, which may be called twice', async () => {
    const link = hostLink(buildToy(network));
    const closed = new Promise<string | null>((resolve) => link.onClose(resolve));
    await link.close();
    await link.close();
    expect(await closed).toMatch(/SIGKILL/);
    await expect(link.write(Uint8Array.of(1))).rejects.toThrow(DeviceError);
  });
});

describe.skipIf(!gcc || !requireTool('script'))('a serial port', () => {
  let terminal: PseudoTerminal;
  let program = '';
  beforeAll(async () => {
    program = buildToy(network, { window: 1024 });
    terminal = await pseudoTerminal(program);
  });
  afterAll(() => terminal.close());

  it('shows where a board parts from a reference with one other weight', async () => {
    const device = await openDevice({ board, network, port: terminal.path });
    await expectLocated(device, network, pictures);
    await device.close();
  });

  it('carries a verification', async () => {
    const device = await openDevice({ board, network, port: terminal.path });
    const result = await verify({ network, device, data });
    expect(device.executor).toBe('serial');
    expect(isExact(result)).toBe(true);
    const [picture = new Uint8Array(0)] = pictures;
    const points = createInterpreter(network).infer(picture, { trace: true }).trace ?? [];
    expect(await device.traceStage(picture, 1, 70)).toEqual(points[1]);
    await device.close();
  });

  it('can be opened again after it was closed, and by one program at a time', async () => {
    const device = await openDevice({ board, network, port: terminal.path });
    const error = await caught(serialPortLink(terminal.path, 115200));
    expect(error.message).toBe('another program has this port open');
    expect(error.where).toBe(terminal.path);
    expect(error.next).toMatch(/close/);
    await device.close();
    const again = await openDevice({ board, network, port: terminal.path });
    await again.close();
  });

  it('carries bytes of all values', async () => {
    const echo = await pseudoTerminal('/bin/cat');
    const link = await serialPortLink(echo.path, 115200);
    const sent = Uint8Array.from({ length: 1024 }, (_, i) => i & 0xff);
    const received: number[] = [];
    const done = new Promise<void>((resolve) => {
      link.onData((bytes) => {
        received.push(...bytes);
        if (received.length >= sent.length) resolve();
      });
    });
    await link.write(sent);
    await done;
    expect(received).toEqual([...sent]);
    await link.close();
    echo.close();
  });

  it('whose board stops half-way gives what was verified', async () => {
    const other = await pseudoTerminal(program);
    const link = await serialPortLink(other.path, 115200);
    const timing = {
      first: 700,
      least: 700,
      repeats: 1,
      hello: { patience: 500, repeats: 3 },
      perByte: 0,
    };
    const device = await serialDevice(link, { network, executor: 'serial', timing, where: other.path });
    let answered = 0;
    const infer = device.infer.bind(device);
    device.infer = async (picture) => {
      const answer = await infer(picture);
      if (++answered === 20) other.killProgram();
      return answer;
    };
    const result = await verify({ network, device, data });
    expect(result.images).toBeGreaterThanOrEqual(20);
    expect(result.images).toBeLessThan(100);
    expect(result.mismatches).toEqual({ labels: 0, logits: 0 });
    expect(result.stopped).toMatch(/does not answer|closed/);
    await device.close();
    other.close();
  });
});

describe('a port that cannot be opened', () => {
  it('because it is not there', async () => {
    const error = await caught(openDevice({ board, network, port: '/dev/ttyNOWHERE' }));
    expect(error.message).toBe('there is no such port');
    expect(error.next).toMatch(/tablize ports/);
  });
  it('because it is no port', async () => {
    const folder = writeTemporary({ file: '' });
    const error = await caught(serialPortLink(`${folder}/file`, 115200));
    expect(error.message).toMatch(/no serial port/);
  });
  it.each([
    ['Error: Permission denied, cannot open /dev/x', /may not open/, /dialout/],
    ['Error Resource temporarily unavailable Cannot lock port', /another program/, /close/],
    ['Opening COM3: Access denied', /another program/, /close/],
    ['Opening COM9: File not found', /no such port/, /ports/],
    ['Error: Device or resource busy, cannot open /dev/x', /another program/, /close/],
    ['Unknown error code 31', /cannot open the port: Unknown/, /unplug/],
  ])('%s', (said, message, next) => {
    const error = openError('/dev/x', 115200, new Error(said));
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(next);
  });
});

describe('what to open', () => {
  const bare = { ...loadFirmwareBoard('arduino-uno'), emulator: null };
  it('needs a port where there is no emulator', async () => {
    await expect(openDevice({ board: bare, network })).rejects.toThrow(InputError);
  });
  it('needs an image where there is one', async () => {
    await expect(openDevice({ board: loadFirmwareBoard('arduino-uno'), network })).rejects.toThrow(
      InputError,
    );
    const image = { elf: 'x', bin: '/nowhere.bin' };
    const error = await caught(openDevice({ board: loadFirmwareBoard('arduino-uno'), network, image }));
    expect(error.message).toMatch(/cannot read/);
  });
});

describe('ports of this machine', () => {
  it('are listed', async () => {
    for (const { path } of await listPorts()) expect(path).not.toBe('');
  });
  it('are matched with boards by their USB ids', () => {
    const pico = loadFirmwareBoard('raspberry-pi-pico').serial.usb[0];
    expect(likelyBoards(pico ?? { vendor: null, product: null }, listFirmwareBoards())).toContain(
      'raspberry-pi-pico',
    );
    expect(likelyBoards({ vendor: 'ffff', product: '0001' }, listFirmwareBoards())).toEqual([]);
    expect(likelyBoards({ vendor: null, product: null }, listFirmwareBoards())).toEqual([]);
  });
});
