import { describe, expect, it } from 'vitest';
import { serialDevice, serialTiming } from '../../toolkit/device/index.js';
import { DeviceError } from '../../toolkit/errors.js';
import { isExact, verify, type Verification } from '../../toolkit/verify/index.js';
import { faultyLink, type Fault } from '../support/faulty-link.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { virtualBoard, type VirtualBoardOptions } from '../support/virtual-board.js';
import { virtualTime } from '../support/virtual-time.js';

const network = toyNetwork();
const data = { images: Buffer.concat(toyPictures(12)), labels: null };
const FAULTS: readonly Fault[] = [
  'drop',
  'flip',
  'duplicate',
  'reorder',
  'delay',
  'stall',
  'cut',
  'garbage',
  'reset',
  'hangUp',
];
const timing = serialTiming(115_200);
const usual = { network, runs: network, window: 100, packedBits: 0, inference: 20, boot: 1500 } as const;

/** Verifies over a line on which one fault strikes one chunk. */
async function verified(
  fault: Fault,
  chunk: number,
  options: Partial<VirtualBoardOptions>,
): Promise<{ result: Verification; struck: number }> {
  const time = virtualTime();
  const board = virtualBoard({ ...usual, clock: time.clock, ...options });
  const { link, struck } = faultyLink(board.connect(), {}, chunk, {
    clock: time.clock,
    latency: 0.3,
    script: new Map([[chunk, fault]]),
    reset: () => board.reset(),
  });
  const work = async (): Promise<Verification> => {
    const device = await serialDevice(link, {
      network,
      executor: 'serial',
      timing,
      where: 'virtual',
      clock: time.clock,
    });
    const result = await verify({ network, device, data });
    await device.close();
    return result;
  };
  return { result: await time.run(work()), struck: struck.get(fault) ?? 0 };
}

describe.each([
  { window: 300, packedBits: 0 },
  { window: 0, packedBits: 2 },
] as const)('one fault anywhere, with %j', (options) => {
  it.each(FAULTS)('%s: the truth, or that the line ended', async (fault) => {
    let times = 0;
    // The first two chunks are HELLO and its answer: without them there is no device.
    for (let chunk = fault === 'hangUp' ? 2 : 0; chunk < 26; chunk++) {
      const { result, struck } = await verified(fault, chunk, options);
      times += struck;
      expect(result.mismatches).toEqual({ labels: 0, logits: 0 });
      expect(result.firstMismatch).toBeNull();
      if (fault === 'hangUp') expect(result.stopped).toMatch(/pulled the cable/);
      else expect(isExact(result)).toBe(true);
    }
    // A chunk overtakes another only where two are under way.
    expect(times).toBeGreaterThan(fault === 'reorder' ? (options.window === 0 ? -1 : 2) : 20);
  });
});

describe('a silence', () => {
  it.each([20, 100_000])('ends in bounded time, after answers of %i ms too', async (inference) => {
    const time = virtualTime();
    const { clock } = time;
    const board = virtualBoard({ ...usual, clock, inference, boot: Infinity });
    const open = serialDevice(board.connect(), {
      network,
      executor: 'serial',
      timing,
      where: 'virtual',
      clock,
    });
    const device = await time.run(open);
    const [picture = new Uint8Array(0)] = toyPictures(1);
    await time.run(device.infer(picture));
    await time.run(device.infer(picture));
    board.reset();
    const since = clock.now();
    await expect(time.run(device.infer(picture))).rejects.toThrow(DeviceError);
    // Six tries, each twice as patient as the one before, at most eight times; four times the first patience is the most.
    expect(clock.now() - since).toBeLessThan((1 + 2 + 4 + 8 + 8 + 8) * 4 * timing.first + 1000);
    await device.close();
  });

  it('without any time-out is found: virtual time ends', async () => {
    await expect(virtualTime().run(new Promise(() => undefined))).rejects.toThrow(/waits for ever/);
  });
});
