import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { hostLink, openDevice, parseRemotePort, type Link } from '../../toolkit/device/index.js';
import { openPort } from '../../toolkit/device/links/open-port.js';
import { rfc2217Link } from '../../toolkit/device/links/rfc2217-link.js';
import { OPTION } from '../../toolkit/device/links/telnet.js';
import { DeviceError, InputError } from '../../toolkit/errors.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { linkPair } from '../support/link-pair.js';
import { expectLocated } from '../support/planted.js';
import { pseudoTerminal } from '../support/pseudo-terminal.js';
import {
  freePort,
  listen,
  rfc2217Server,
  type Rfc2217Behaviour,
  type Rfc2217Server,
} from '../support/rfc2217-server.js';
import { buildRung } from '../support/rungs.js';
import { ser2net } from '../support/ser2net.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { describeWithTool, requireTool } from '../support/tools.js';

const network = toyNetwork();
const data = { images: Buffer.concat(toyPictures(200)), labels: null };
const host = loadFirmwareBoard('host');
const allBytes = Uint8Array.from({ length: 1024 }, (_, i) => i & 0xff);

const caught = async (promise: Promise<unknown>): Promise<DeviceError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${String(error)}`);
  return error;
};

/** What comes, once it is `count` bytes. */
const received = (link: Link, count: number): Promise<number[]> =>
  new Promise((resolve) => {
    const bytes: number[] = [];
    link.onData((more) => {
      bytes.push(...more);
      if (bytes.length >= count) resolve(bytes);
    });
  });

const SETTINGS = [
  [1, 0, 1, 0xc2, 0],
  [2, 8],
  [3, 1],
  [4, 1],
  [5, 1],
];
const DTR_ON = [5, 8];
const RTS_ON = [5, 11];
const DTR_OFF = [5, 9];
const RTS_OFF = [5, 12];
const PURGE = [12, 3];

describe('the address of a remote port', () => {
  it.each([
    ['tcp://lab:4000', 'tcp', 'lab', 4000],
    ['RFC2217://10.0.0.7:2217/', 'rfc2217', '10.0.0.7', 2217],
    ['rfc2217://[fe80::1%eth0]:23', 'rfc2217', 'fe80::1%eth0', 23],
  ] as const)('%s', (address, scheme, name, port) => {
    expect(parseRemotePort(address)).toEqual({ scheme, host: name, port, address });
  });
  it.each(['/dev/ttyACM0', 'COM3', '/dev/serial/by-id/usb-x:1.0'])('is not %s', (path) => {
    expect(parseRemotePort(path)).toBeNull();
  });
  it.each([
    'tcp://lab',
    'tcp://:1',
    'tcp://lab:0',
    'tcp://lab:65536',
    'telnet://lab:23',
    'tcp://fe80::1:23',
    'rfc2217://me@lab:23',
    'tcp://lab:23/x',
  ])('cannot be %s', async (address) => {
    expect(() => parseRemotePort(address)).toThrow(InputError);
    await expect(openPort(address, 9600)).rejects.toThrow(/no address/);
  });
});

describe('a port behind RFC 2217', () => {
  const open = async (
    behaviour: Rfc2217Behaviour = {},
    patience = 20_000,
  ): Promise<{ server: Rfc2217Server; far: Link; opening: Promise<Link> }> => {
    const [near, far] = linkPair();
    const server = rfc2217Server(far, behaviour);
    const opening = rfc2217Link(near, { baud: 115_200, where: 'there', patience });
    opening.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    return { server, far, opening };
  };

  it('is set up as a local one is', async () => {
    const { server, opening } = await open();
    const link = await opening;
    await link.write(Uint8Array.of());
    expect(server.orders).toEqual([...SETTINGS, DTR_ON, RTS_ON, PURGE]);
    await link.close();
    await link.close();
  });

  it('resets its board by letting DTR and RTS go, where the board asks for it', async () => {
    const [near, far] = linkPair();
    const server = rfc2217Server(far);
    const link = await rfc2217Link(near, { baud: 115_200, where: 'there', reset: 'dtr' });
    await link.write(Uint8Array.of());
    await new Promise((resolve) => setImmediate(resolve));
    const opened = [DTR_ON, RTS_ON, PURGE];
    expect(server.orders).toEqual([...SETTINGS, ...opened, DTR_OFF, RTS_OFF, ...opened]);
    await link.close();
  });

  it('carries bytes of all values both ways', async () => {
    const { server, opening } = await open();
    const link = await opening;
    const back = received(link, allBytes.length);
    await link.write(allBytes);
    server.send(allBytes);
    expect(await back).toEqual([...allBytes]);
    expect(server.received).toEqual([...allBytes]);
  });

  it('may have no DTR and RTS, and say nothing of them', async () => {
    const { opening } = await open({
      answer: (order) => (order[0] === 5 && order[1] !== 1 ? null : order.with(0, (order[0] ?? 0) + 100)),
    });
    await (await opening).close();
  });

  it('holds bytes back while the server wants that, and keeps their order', async () => {
    const { server, opening } = await open();
    const link = await opening;
    const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
    server.tell(Uint8Array.of(108));
    await quiet();
    const held = [1, 2, 3].map((byte) => link.write(Uint8Array.of(byte)));
    await quiet();
    expect(server.received).toEqual([]);
    server.tell(Uint8Array.of(109));
    await Promise.all([...held, link.write(Uint8Array.of(4))]);
    await quiet();
    expect(server.received).toEqual([1, 2, 3, 4]);
    server.tell(Uint8Array.of(108));
    await quiet();
    const last = link.write(Uint8Array.of(5));
    await link.close();
    await expect(last).rejects.toThrow('closed');
  });

  it.each([
    [OPTION.comPort, /refuses COM-PORT-OPTION/],
    [OPTION.binary, /refuses BINARY/],
  ])('that refuses option %i is refused', async (option, message) => {
    const { opening } = await open({ refuses: [option] });
    const error = await caught(opening);
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(/telnet\(rfc2217\)/);
    expect(error.where).toBe('there');
  });

  it('that sets another speed, or parity, is refused', async () => {
    const other = await open({
      answer: (order) => (order[0] === 1 ? Uint8Array.of(101, 0, 0, 0x25, 0x80) : order),
    });
    expect((await caught(other.opening)).message).toMatch(/does not do 115200 baud: its value is 9600/);
    const parity = await open({
      answer: (order) => (order[0] === 3 ? Uint8Array.of(103, 2) : order.with(0, (order[0] ?? 0) + 100)),
    });
    expect((await caught(parity.opening)).message).toMatch(/does not do no parity: its value is 2/);
  });

  it('that answers no order, or is no such server at all, is waited for a bounded time', async () => {
    const mute = await open({ answer: () => null }, 60);
    expect((await caught(mute.opening)).message).toMatch(/did not set its port .* 115200 baud, 8 data bits/);
    const [near] = linkPair();
    const silent = rfc2217Link(near, { baud: 9600, where: 'there', patience: 60 });
    expect((await caught(silent)).message).toMatch(/no server of RFC 2217/);
  });

  it('that hangs up while it is set up is told from one that hangs up later', async () => {
    const { opening, far } = await open({ answer: () => null });
    await far.close();
    const error = await caught(opening);
    expect(error.message).toMatch(/closed before the port was set up/);
    expect(error.next).toMatch(/another program uses the port/);
  });
});

describe('a port over TCP', () => {
  it('is the bytes as they are', async () => {
    const { port, close } = await listen((line) => {
      line.onData((bytes) => void line.write(bytes));
    });
    const link = await openPort(`tcp://localhost:${port}`, 9600);
    const back = received(link, allBytes.length);
    await link.write(allBytes);
    expect(await back).toEqual([...allBytes]);
    await link.close();
    close();
  });

  it('where nobody listens, or that has no name, says so', async () => {
    const refused = await caught(openPort(`rfc2217://localhost:${await freePort()}`, 9600));
    expect(refused.message).toMatch(/nothing listens there/);
    expect(refused.next).toMatch(/ser2net/);
    expect((await caught(openPort('tcp://no-such-machine.invalid:1', 9600))).message).toMatch(
      /no machine has this name|cannot connect/,
    );
  });

  it('that closes in the middle of a verification ends it with the reason', async () => {
    const { port, close } = await listen((line) => setTimeout(() => void line.close(), 100));
    const error = await caught(openDevice({ board: host, network, port: `tcp://localhost:${port}` }));
    expect(error.message).toBe('the line to the device closed: the other side closed the connection');
    close();
  });

  it.skipIf(!requireTool('cc'))('carries a verification', async () => {
    const { elf } = await buildRung({ board: 'host', compiler: 'gcc', tools: [] }, network);
    const { port, close } = await listen((line) => {
      const program = hostLink(elf);
      program.onData((bytes) => void line.write(bytes));
      line.onData((bytes) => void program.write(bytes).catch(() => undefined));
      line.onClose(() => void program.close());
    });
    const device = await openDevice({ board: host, network, port: `tcp://localhost:${port}` });
    expect(isExact(await verify({ network, device, data }))).toBe(true);
    await expectLocated(device, network, toyPictures(30));
    await device.close();
    close();
  });
});

describeWithTool(['ser2net', 'script', 'cc'], 'ports that ser2net serves', () => {
  let elf = '';
  beforeAll(async () => {
    ({ elf } = await buildRung({ board: 'host', compiler: 'gcc', tools: [] }, network));
  });
  const ends: (() => void)[] = [];
  afterAll(() => ends.forEach((end) => end()));

  it('carry a verification of 200 pictures, at the speed that was asked for', async () => {
    const terminal = await pseudoTerminal(elf);
    const server = await ser2net(`serialdev,${terminal.path},9600n81,local`);
    ends.push(() => terminal.close(), server.close);
    const port = `rfc2217://127.0.0.1:${server.port}`;
    const device = await openDevice({ board: host, network, port, baud: 57_600 });
    const result = await verify({ network, device, data });
    expect(result).toMatchObject({ executor: 'serial', images: 200, stopped: null });
    expect(isExact(result)).toBe(true);
    expect(terminal.speed()).toBe(57_600);
    await expectLocated(device, network, toyPictures(30));

    // It serves one program at a time.
    const second = await caught(openPort(port, 9600));
    expect(second.message).toMatch(/no server of RFC 2217|closed before the port was set up/);
    await device.close();
  });

  it('whose board goes away leave what was verified', async () => {
    const terminal = await pseudoTerminal(elf);
    const server = await ser2net(`serialdev,${terminal.path},9600n81,local`);
    ends.push(() => terminal.close(), server.close);
    const device = await openDevice({ board: host, network, port: `rfc2217://127.0.0.1:${server.port}` });
    const infer = device.infer.bind(device);
    let answered = 0;
    device.infer = async (picture) => {
      const answer = await infer(picture);
      if (++answered === 50) server.close();
      return answer;
    };
    const result = await verify({ network, device, data });
    expect(result.images).toBeGreaterThanOrEqual(50);
    expect(result.images).toBeLessThan(200);
    expect(result.mismatches).toEqual({ labels: 0, logits: 0 });
    expect(result.stopped).toMatch(/the line to the device closed/);
    await device.close();
  });

  // A pseudo-terminal has no DTR and RTS: ser2net passes them on to another server, which tells.
  it('get DTR and RTS', async () => {
    const servers: Rfc2217Server[] = [];
    const behind = await listen((line) => {
      servers.push(rfc2217Server(line));
    });
    const server = await ser2net(`telnet(rfc2217),tcp,localhost,${behind.port}`);
    ends.push(behind.close, server.close);
    const link = await openPort(`rfc2217://127.0.0.1:${server.port}`, 115_200, 'dtr');
    const far = servers.at(-1);
    const back = received(link, allBytes.length);
    far?.send(allBytes);
    await link.write(allBytes);
    expect(await back).toEqual([...allBytes]);
    expect(far?.orders).toContainEqual([1, 0, 1, 0xc2, 0]);
    const lines = far?.orders.filter(([command, value = 0]) => command === 5 && value > 3).map(String) ?? [];
    const off = lines.indexOf(String(DTR_OFF));
    expect(off).toBeGreaterThanOrEqual(0);
    expect(lines.slice(off)).toEqual([DTR_OFF, RTS_OFF, DTR_ON, RTS_ON].map(String));
    await link.close();
  });
});
