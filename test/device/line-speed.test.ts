import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serialDevice, serialTiming, type Traffic } from '../../toolkit/device/index.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { repository, tablize } from '../support/cli.js';
import { pacedLink } from '../support/paced-line.js';
import { pacedServer } from '../support/paced-server.js';
import { pseudoTerminal } from '../support/pseudo-terminal.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { virtualBoard } from '../support/virtual-board.js';
import { virtualTime } from '../support/virtual-time.js';

const network = toyNetwork();
const COUNT = 500;
const data = { images: Buffer.concat(toyPictures(COUNT)), labels: null };
const BAUD = 115_200;
/** Milliseconds of a byte. */
const BYTE = 10_000 / BAUD;
/** Bytes of frames: of a raw picture of 64 pixels, of one with 2 bits a pixel, of an answer with 5 logits. */
const [RAW, PACKED, ANSWER] = [64 + 8, 16 + 8, 6 + 4 * 5 + 8];

/** Verifies a virtual board behind a line of 115200 baud, in virtual time; how long that took, and what went over the line. */
async function timed(options: {
  readonly window: number;
  readonly packedBits: 0 | 2;
  readonly inference: number;
}): Promise<{ readonly ms: number; readonly sent: number; readonly received: number }> {
  const time = virtualTime();
  const { clock } = time;
  const board = virtualBoard({ clock, network, runs: network, boot: 0, ...options });
  const work = async (): Promise<{ ms: number; sent: number; received: number }> => {
    const device = await serialDevice(pacedLink(board.connect(), clock, BAUD), {
      network,
      executor: 'serial',
      timing: serialTiming(BAUD),
      where: 'virtual',
      clock,
    });
    // The input table of a board that takes packed pictures is asked for first.
    await verify({ network, device, data, limit: 1 });
    const before: Traffic = device.traffic();
    const started = clock.now();
    const result = await verify({ network, device, data });
    const after = device.traffic();
    const ms = clock.now() - started;
    await device.close();
    expect(isExact(result)).toBe(true);
    expect(after.repeats).toBe(0);
    return { ms, sent: after.sent - before.sent, received: after.received - before.received };
  };
  return time.run(work());
}

describe('the line, in virtual time', () => {
  it('is full on the way to a board that computes as fast as pictures come', async () => {
    const { ms, sent, received } = await timed({ window: 300, packedBits: 0, inference: 5 });
    expect([sent, received]).toEqual([COUNT * RAW, COUNT * ANSWER]);
    expect((sent * BYTE) / ms).toBeGreaterThan(0.97);
  });

  it('is full on the way back where answers are longer than packed pictures', async () => {
    const { ms, received } = await timed({ window: 300, packedBits: 2, inference: 1 });
    expect((received * BYTE) / ms).toBeGreaterThan(0.93);
  });

  it('never keeps a board waiting that is slower than the line', async () => {
    const { ms } = await timed({ window: 200, packedBits: 0, inference: 20 });
    expect((COUNT * 20) / ms).toBeGreaterThan(0.97);
  });

  it('waits for a board that holds no second picture, and for nothing else', async () => {
    const { ms, sent } = await timed({ window: RAW - 1, packedBits: 0, inference: 5 });
    const turn = (RAW + ANSWER) * BYTE + 5;
    expect(ms).toBeGreaterThan(COUNT * turn * 0.999);
    // Deliveries are a millisecond apart, one on each way.
    expect(ms).toBeLessThan(COUNT * (turn + 2));
    expect((sent * BYTE) / ms).toBeLessThan(0.6);
  });

  it('carries a packed picture in a third of the time', async () => {
    const options = { window: RAW - 1, inference: 0 };
    const [raw, packed] = [
      await timed({ ...options, packedBits: 0 }),
      await timed({ ...options, packedBits: 2 }),
    ];
    expect(raw.sent).toBe(COUNT * RAW);
    // And one TRACE of the input table, 64 pixels of 256 at a time.
    expect(packed.sent).toBe(COUNT * PACKED + 4 * (RAW + 7));
  });
});

/** Set by scripts/line-speed.mjs: pictures, rates, and where the result goes. */
const { LINE_SPEED_OUT: out, LINE_SPEED_COUNT: count = '10000', LINE_SPEED_BAUDS: bauds = '' } = process.env;

interface Measured {
  readonly images: number;
  readonly mismatches: object;
  readonly link: { readonly seconds: number; readonly line: { readonly share: number } };
}

describe.runIf(out !== undefined)('the line, in real time', () => {
  it('is used to 90 % and more', { timeout: 3_600_000 }, async () => {
    const model = join(repository, 'models/mnist-small');
    const cwd = temporaryFolder('line-speed');
    const built = await tablize(['build', '--board', 'host', '--model', model], { cwd });
    expect(built.code).toBe(0);
    const program = join(cwd, 'build/host/mnist-small/build/firmware');
    const measure = async (port: string, baud: number): Promise<Measured> => {
      const where = ['--board', 'host', '--port', port, '--baud', String(baud)];
      const run = await tablize(['verify', '--model', model, '--count', count, ...where, '--json'], { cwd });
      expect(run.code, run.stderr).toBe(0);
      return JSON.parse(run.stdout) as Measured;
    };
    const onTerminal = async (baud: number): Promise<object> => {
      const terminal = await pseudoTerminal(program, { baud });
      const { images, mismatches, link } = await measure(terminal.path, baud);
      terminal.close();
      return { over: 'pseudo-terminal', images, mismatches, ...link };
    };
    const onTcp = async (baud: number): Promise<object> => {
      const server = await pacedServer(program, baud);
      const { images, mismatches, link } = await measure(server.address, baud);
      server.close();
      return { over: 'TCP', images, mismatches, ...link };
    };
    const results: object[] = [];
    for (const baud of bauds.split(',').map(Number)) {
      for (const way of [onTerminal, onTcp]) results.push(await way(baud));
    }
    const machine = { node: process.version, processor: cpus()[0]?.model ?? '', threads: cpus().length };
    mkdirSync(dirname(out ?? ''), { recursive: true });
    writeFileSync(out ?? '', `${JSON.stringify({ model: 'mnist-small', machine, results }, null, 2)}\n`);
    for (const each of results as Measured['link'][]) expect(each.line.share).toBeGreaterThanOrEqual(0.9);
  });
});
