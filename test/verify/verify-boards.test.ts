import { describe, expect, it } from 'vitest';
import { serialDevice, type Device, type Timing } from '../../toolkit/device/index.js';
import { DeviceError } from '../../toolkit/errors.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { verifyBoards, type BoardsVerification } from '../../toolkit/verify/index.js';
import { work } from '../../toolkit/verify/work.js';
import { fakeDevice, type FakeDevice, type FakeOptions } from '../support/fake-device.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const interpreter = createInterpreter(network);
const pictures = toyPictures(200);
const labels = pictures.map((picture) => interpreter.infer(picture).label);
const data = { images: Buffer.concat(pictures), labels };

const patient: Timing = {
  first: 30_000,
  least: 30_000,
  repeats: 1,
  hello: { patience: 30_000, repeats: 1 },
  perByte: 0,
};
/** For a device that stops: short enough to wait for, long enough for a busy machine. */
const quick: Timing = { ...patient, first: 400, least: 400 };

interface Fake {
  readonly link: FakeDevice;
  readonly open: () => Promise<Device>;
}
/** Small windows, so that no board takes much at a time. */
const fake = (options: FakeOptions = {}, timing = patient, wait = 0): Fake => {
  const link = fakeDevice(network, { ...options, info: { window: 0, ...options.info } });
  return {
    link,
    open: async () => {
      await new Promise((resolve) => setTimeout(resolve, wait));
      return serialDevice(link, { network, executor: 'serial', timing, where: 'fake' });
    },
  };
};
const run = (fakes: readonly Fake[], signal?: AbortSignal): Promise<BoardsVerification> =>
  verifyBoards({
    network,
    boards: fakes.map(({ open }) => open),
    data,
    ...(signal === undefined ? {} : { signal }),
  });
/** How often each picture was asked for, of all boards. */
const asked = (fakes: readonly Fake[]): number[] =>
  pictures.map(
    (picture) =>
      fakes
        .flatMap(({ link }) => link.requests)
        .filter(({ payload }) => Buffer.compare(payload, picture) === 0).length,
  );
const flipped = {
  ...network,
  stages: network.stages.map((stage) =>
    stage.name === 'logits' && stage.kind === 'dense' ? { ...stage, bias: stage.bias.with(3, 999) } : stage,
  ),
};

describe('boards that share pictures', () => {
  it('compare every picture once, and each takes its part', async () => {
    const fakes = [fake(), fake(), fake()];
    const result = await run(fakes);
    expect(result).toMatchObject({
      images: 200,
      asked: 200,
      mismatches: { labels: 0, logits: 0 },
      accuracy: { reference: 1, device: 1 },
      firstMismatch: null,
      interrupted: false,
    });
    expect(asked(fakes)).toEqual(pictures.map(() => 1));
    expect(result.boards.reduce((sum, { images }) => sum + images, 0)).toBe(200);
    for (const { images, stopped, latency } of result.boards) {
      expect(images).toBeGreaterThan(20);
      expect(stopped).toBeNull();
      expect(latency?.unit).toBe('clocks');
    }
  });

  it('take over what one leaves that goes silent, or away, or cannot be opened', async () => {
    const silent = fake({ answer: (frame, n) => (n <= 10 ? [frame] : []), info: { window: 300 } }, quick);
    const gone = fake({
      answer: (frame, n, link) => {
        if (n === 15) link.end('unplugged');
        return [frame];
      },
    });
    const missing: Fake = {
      ...fake(),
      open: () => Promise.reject(new DeviceError('there is no such port', { next: 'connect it' })),
    };
    const result = await run([silent, fake(), gone, missing]);
    expect(result).toMatchObject({ images: 200, mismatches: { labels: 0, logits: 0 }, firstMismatch: null });
    const [first, second, third, fourth] = result.boards;
    expect(first).toMatchObject({ images: 10 });
    expect(first?.stopped).toMatch(/does not answer .*; check that/);
    expect(second?.stopped).toBeNull();
    expect(third?.stopped).toMatch(/unplugged/);
    expect(fourth).toMatchObject({
      executor: null,
      info: null,
      images: 0,
      latency: null,
      stopped: 'there is no such port; connect it',
    });
  });

  it('leave pictures over when all stop', async () => {
    const until = (last: number): FakeOptions => ({ answer: (frame, n) => (n <= last ? [frame] : []) });
    const result = await run([fake(until(30), quick), fake(until(50), quick)]);
    expect(result).toMatchObject({ images: 80, asked: 200, firstMismatch: null, interrupted: false });
    expect(result.boards.map(({ images }) => images)).toEqual([30, 50]);
  });

  it('are told apart when one is wrong', async () => {
    const result = await run([fake(), fake({ runs: flipped })]);
    const [right, wrong] = result.boards;
    expect(right).toMatchObject({ mismatches: { labels: 0, logits: 0 }, firstMismatch: null });
    expect(wrong?.mismatches.logits).toBe(wrong?.images);
    expect(wrong?.images).toBeGreaterThan(0);
    expect(wrong?.firstMismatch).toMatchObject({
      stage: 'logits',
      index: 3,
      got: expect.any(Number) as number,
    });
    expect(result.mismatches).toEqual(wrong?.mismatches);
    expect(result.firstMismatch).toEqual(wrong?.firstMismatch);
  });

  it('take by how fast they are; one that comes too late finds nothing left', async () => {
    const slow = fake({
      answer: (frame, n, link) => {
        if (n === 0) return [frame];
        setTimeout(() => link.say(frame), 60);
        return [];
      },
    });
    const late = fake({}, patient, 3000);
    const result = await run([fake(), slow, late]);
    const [quickShare, slowShare, lateShare] = result.boards.map(({ images }) => images);
    expect(quickShare).toBeGreaterThan(3 * (slowShare ?? 0));
    expect(lateShare).toBe(0);
    expect(result).toMatchObject({ images: 200 });
  });

  it('wait for one another: a late board does what an early one left', async () => {
    const early = fake({ answer: (frame, n) => (n <= 40 ? [frame] : []) }, quick);
    const result = await run([early, fake({}, patient, 1500)]);
    expect(result.boards.map(({ images }) => images)).toEqual([40, 160]);
  });

  it('stop together when the user stops them', async () => {
    const abort = new AbortController();
    const answer: FakeOptions['answer'] = (frame, n) => {
      if (n === 20) abort.abort();
      return [frame];
    };
    const result = await run([fake({ answer }), fake()], abort.signal);
    expect(result.interrupted).toBe(true);
    expect(result.images).toBeLessThan(200);
    for (const { stopped } of result.boards) expect(stopped).toBe('interrupted');
  });

  it('end, closed, with the defect of one', async () => {
    const broken = fake();
    const open = async (): Promise<Device> => ({
      ...(await broken.open()),
      infer: () => Promise.reject(new TypeError('a defect')),
    });
    const other = fake({ answer: (frame, n) => (n <= 100 ? [frame] : []) });
    const closed = new Promise((resolve) => other.link.onClose(resolve));
    await expect(run([{ ...broken, open }, other])).rejects.toThrow('a defect');
    await closed;
  });
});

describe('work', () => {
  it('is taken once, given back in front, and over when all of it is done', async () => {
    const shared = work([4, 5, 6]);
    expect([shared.take(), shared.take(), shared.take(), shared.take()]).toEqual([4, 5, 6, undefined]);
    const waiting = [shared.more(), shared.more()];
    shared.done();
    shared.giveBack([5, 6]);
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect([shared.take(), shared.take(), shared.take()]).toEqual([5, 6, undefined]);
    const last = shared.more();
    shared.done();
    shared.done();
    expect(await last).toBe(false);
    expect(await shared.more()).toBe(false);
    expect(await work([]).more()).toBe(false);
  });
});
