import { beforeAll, describe, expect, it } from 'vitest';
import { hostLink, PIPE_TIMING, serialDevice, type Device, type Timing } from '../../toolkit/device/index.js';
import { InputError } from '../../toolkit/errors.js';
import { createInterpreter, type DenseStage, type TableNetwork } from '../../toolkit/network/index.js';
import { isExact, verify, type Verification } from '../../toolkit/verify/index.js';
import { fakeDevice, type FakeDevice, type FakeOptions } from '../support/fake-device.js';
import { differenceBetween, type Difference } from '../support/planted.js';
import { buildToy } from '../support/toy-firmware.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { requireTool } from '../support/tools.js';

const network = toyNetwork();
const interpreter = createInterpreter(network);
const pictures = toyPictures(50);
const images = Buffer.concat(pictures);
const answers = pictures.map((picture) => interpreter.infer(picture, { trace: true }));
/** Every tenth label is wrong. */
const labels = answers.map(({ label }, i) => (i % 10 === 0 ? (label + 1) % 5 : label));
const data = { images, labels };

const patient: Timing = {
  first: 30_000,
  least: 30_000,
  repeats: 1,
  hello: { patience: 30_000, repeats: 1 },
  perByte: 0,
};
/** For a device that stops: short enough to wait for, long enough for a busy machine. */
const quick: Timing = { ...patient, first: 400, least: 400 };
const fake = (options: FakeOptions = {}, more: object = {}): Promise<Device> =>
  serialDevice(fakeDevice(network, options), {
    network,
    executor: 'serial',
    timing: patient,
    where: 'fake',
    ...more,
  });

/** A network with one stage changed. */
function changed(name: string, change: (stage: DenseStage) => DenseStage): TableNetwork {
  return {
    ...network,
    stages: network.stages.map((stage) =>
      stage.name === name && stage.kind === 'dense' ? change(stage) : stage,
    ),
  };
}

/** What `verify` should find when the device runs `planted`. */
function expectedMismatch(planted: TableNetwork): Difference {
  const difference = differenceBetween(network, planted, pictures);
  if (difference === undefined) throw new Error('it does not show');
  return difference;
}

const flippedWeight = changed('narrow', (stage) => ({
  ...stage,
  weights: stage.weights.with(77, ((stage.weights[77] ?? 0) + 1) % 3),
}));
const flippedBias = changed('logits', (stage) => ({ ...stage, bias: stage.bias.with(3, 999) }));
const flippedInput: TableNetwork = {
  ...network,
  input: { ...network.input, table: network.input.table.with(0xa5, 0) },
};

/** Whether the n-th request is about this picture. */
const isPicture = (image: number, link: FakeDevice, n: number): boolean =>
  Buffer.compare(link.requests[n]?.payload ?? new Uint8Array(0), pictures[image] ?? images) === 0;

describe('verification of a device', () => {
  it('that is right', async () => {
    const device = await fake();
    const result = await verify({ network, device, data });
    expect(result).toEqual<Verification>({
      executor: 'serial',
      info: await device.info(),
      images: 50,
      asked: 50,
      resumed: 0,
      mismatches: { labels: 0, logits: 0 },
      accuracy: { reference: 0.9, device: 0.9 },
      latency: { unit: 'clocks', median: 10 + 26, max: 10 + 51, clockHz: 1000 },
      link: {
        sent: 50 * (64 + 8),
        received: 50 * (6 + 4 * 5 + 8),
        repeats: 0,
        seconds: expect.any(Number) as number,
        waited: expect.any(Number) as number,
      },
      firstMismatch: null,
      stopped: null,
      interrupted: false,
    });
    expect(isExact(result)).toBe(true);
  });

  it('without labels, with a limit, and with a clock that measures nothing', async () => {
    const device = await fake({ info: { latencyUnit: 'none' } });
    const result = await verify({ network, device, data: { images, labels: null }, limit: 7 });
    expect(result).toMatchObject({
      images: 7,
      asked: 7,
      accuracy: { reference: null, device: null },
      latency: null,
    });
    const none = await verify({ network, device, data: { images: new Uint8Array(0), labels: [] } });
    expect(none).toMatchObject({ images: 0, asked: 0, accuracy: { device: null }, stopped: null });
  });

  it.each([
    ['a weight', flippedWeight],
    ['a bias of the last stage', flippedBias],
    ['an entry of the input table', flippedInput],
  ])('that has %s flipped', async (_, planted) => {
    const expected = expectedMismatch(planted);
    expect(expected.logits).toBeGreaterThan(0);
    const result = await verify({ network, device: await fake({ runs: planted }), data });
    expect(result.mismatches).toEqual({ labels: expected.labels, logits: expected.logits });
    expect(result.firstMismatch).toEqual(expected.first);
    expect(isExact(result)).toBe(false);
    expect(result.stopped).toBeNull();
  });

  it('whose answer is damaged once where no check sees it: neither right nor different', async () => {
    const device = await fake({
      answer: (frame, n) =>
        n === 4 ? [{ ...frame, payload: frame.payload.with(6, (frame.payload[6] ?? 0) ^ 1) }] : [frame],
    });
    const result = await verify({ network, device, data });
    expect(result).toMatchObject({ images: 3, mismatches: { labels: 0, logits: 0 }, firstMismatch: null });
    expect(result.stopped).toMatch(/picture 3 was wrong once, and right .* again; run the command again/);
    expect(isExact(result)).toBe(false);
  });

  it('whose answers to a picture are damaged where no check sees it', async () => {
    const device = await fake({
      answer: (frame, n, link) =>
        frame.type === 0x82 && isPicture(3, link, n)
          ? [{ ...frame, payload: frame.payload.with(6, (frame.payload[6] ?? 0) ^ 1) }]
          : [frame],
    });
    const result = await verify({ network, device, data });
    const right = answers[3]?.logits[0] ?? 0;
    expect(result.mismatches).toEqual({ labels: 0, logits: 1 });
    expect(result.firstMismatch).toEqual({
      image: 3,
      stage: 'logits',
      index: 0,
      expected: right,
      got: right ^ 1,
      note: expect.stringContaining('transport or requantize of logits') as string,
    });
  });

  it('whose label alone is wrong', async () => {
    const right = answers[1]?.label ?? 0;
    const device = await fake({
      answer: (frame, n, link) =>
        isPicture(1, link, n) ? [{ ...frame, payload: frame.payload.with(0, (right + 1) % 5) }] : [frame],
    });
    const result = await verify({ network, device, data });
    expect(result.mismatches).toEqual({ labels: 1, logits: 0 });
    expect(result.firstMismatch).toMatchObject({
      image: 1,
      stage: 'label',
      expected: right,
      got: (right + 1) % 5,
    });
    expect(isExact(result)).toBe(false);
  });

  it('that stops half-way', async () => {
    const device = await fake({ answer: (frame, n) => (n <= 20 ? [frame] : []) }, { timing: quick });
    const result = await verify({ network, device, data });
    expect(result).toMatchObject({ images: 20, asked: 50, interrupted: false });
    expect(result.stopped).toMatch(/does not answer .*; check that/);
    expect(result.accuracy.device).toBe(0.9);
    expect(isExact(result)).toBe(false);
  });

  it('that has no TRACE: the first difference is told without its stage, and all pictures are compared', async () => {
    const answer: FakeOptions['answer'] = (frame) => [
      frame.type === 0x84 ? { ...frame, type: 0xff, payload: Uint8Array.of(1) } : frame,
    ];
    const device = await fake({ runs: flippedBias, answer });
    const result = await verify({ network, device, data });
    expect(result).toMatchObject({ images: 50, stopped: null, mismatches: { logits: 50 } });
    expect(result.firstMismatch).toMatchObject({ image: 0, stage: 'logits', index: 3 });
    expect(result.firstMismatch?.note).toMatch(/no TRACE/);
  });

  it('that stops while the first difference is searched', async () => {
    const answer: FakeOptions['answer'] = (frame) => (frame.type === 0x84 ? [] : [frame]);
    const device = await fake({ runs: flippedBias, answer }, { timing: quick });
    const result = await verify({ network, device, data });
    expect(result.images).toBe(1);
    expect(result.stopped).toMatch(/does not answer/);
    expect(result.firstMismatch).toMatchObject({ image: 0, stage: 'logits', index: 3 });
    expect(result.firstMismatch?.note).toMatch(/stage is not known/);
  });

  it('that the user stops', async () => {
    for (const toDevice of [true, false]) {
      const abort = new AbortController();
      const { signal } = abort;
      const answer: FakeOptions['answer'] = (frame, n) => {
        if (n === 10) abort.abort();
        return n < 10 ? [frame] : [];
      };
      const device = await fake({ answer }, toDevice ? { signal } : {});
      const result = await verify({ network, device, data, signal });
      expect(result.images).toBeLessThanOrEqual(9);
      expect(result.interrupted).toBe(true);
      expect(result.stopped).toBe('interrupted');
      await device.close();
    }
  });

  it('refuses pictures and labels that do not fit', async () => {
    const device = await fake();
    const wrong = { images: images.subarray(1), labels: null };
    await expect(verify({ network, device, data: wrong })).rejects.toThrow(InputError);
    await expect(verify({ network, device, data: { images, labels: [1] } })).rejects.toThrow(InputError);
  });

  it('reports progress now and then, and at the end', async () => {
    const lines: string[] = [];
    const slow = await fake({}, { window: 0 });
    const many = { images: Buffer.concat(Array.from({ length: 40 }, () => images)), labels: null };
    const start = performance.now();
    await verify({ network, device: slow, data: many, progress: (line) => lines.push(line) });
    expect(lines.length).toBeLessThanOrEqual(1 + (performance.now() - start) / 1000);
    expect(lines.at(-1)).toMatch(/^verified 2000 of 2000 pictures, 0 differ, \d+ pictures\/s$/);
  });
});

describe.skipIf(!requireTool('gcc'))('verification of the C program', () => {
  const run = async (program: string): Promise<Verification> => {
    const device = await serialDevice(hostLink(program), {
      network,
      executor: 'host',
      timing: PIPE_TIMING,
      where: program,
    });
    try {
      return await verify({ network, device, data });
    } finally {
      await device.close();
    }
  };
  let programs: readonly string[] = [];
  beforeAll(() => {
    programs = [network, flippedWeight, flippedInput].map((planted) =>
      buildToy(network, { planted: () => planted, packedBits: 0 }),
    );
  });

  it('that is right', async () => {
    expect(isExact(await run(programs[0] ?? ''))).toBe(true);
  });
  it.each([
    [1, flippedWeight],
    [2, flippedInput],
  ])('that has an entry of a table flipped (%i)', async (program, planted) => {
    const expected = expectedMismatch(planted);
    const result = await run(programs[program] ?? '');
    expect(result.mismatches).toEqual({ labels: expected.labels, logits: expected.logits });
    expect(result.firstMismatch).toEqual(expected.first);
  });
});
