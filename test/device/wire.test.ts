import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodeError,
  decodeHello,
  decodeInference,
  decodeTraceCrcs,
  decodeTraceValues,
  encodeTraceRequest,
  packPicture,
  REQUEST,
  traceCrc,
} from '../../toolkit/device/protocol/messages.js';
import { encodeFrame, frameDecoder, type Frame } from '../../toolkit/device/protocol/frame.js';
import { createInterpreter, networkHash } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { buildToy } from '../support/toy-firmware.js';
import { requireTool } from '../support/tools.js';

const gcc = requireTool('gcc');

const network = toyNetwork();
const interpreter = createInterpreter(network);
const pictures = toyPictures(8);
const none = new Uint8Array(0);
const LONGEST_REQUEST = 64 + 7 + 8;
/** What the host sends before a repeat. */
const filler = new Uint8Array(LONGEST_REQUEST);

const hello = (sequence: number): Uint8Array => encodeFrame({ type: REQUEST.hello, sequence, payload: none });
const infer = (sequence: number): Uint8Array =>
  encodeFrame({ type: REQUEST.infer, sequence, payload: pictures[sequence % 8] ?? none });
const packed = (sequence: number): Uint8Array =>
  encodeFrame({
    type: REQUEST.inferPacked,
    sequence,
    payload: packPicture(pictures[sequence % 8] ?? none, network.input.table, 2),
  });
const trace = (sequence: number, point: number, offset: number, count: number): Uint8Array =>
  encodeFrame({
    type: REQUEST.trace,
    sequence,
    payload: encodeTraceRequest({ point, offset, count, picture: pictures[sequence % 8] ?? none }),
  });

describe.skipIf(!gcc)('the C side of the protocol, spoken to by the TypeScript codec', () => {
  let program = '';
  beforeAll(() => {
    program = buildToy(network);
  });

  /** Sends everything and returns all answers; anything that is no frame is an error. */
  const converse = (...parts: Uint8Array[]): Frame[] => {
    const { stdout, stderr, status } = spawnSync(program, {
      input: Buffer.concat(parts),
      maxBuffer: 1 << 28,
    });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    const frames = frameDecoder().push(stdout);
    expect(frames.reduce((sum, { payload }) => sum + payload.length + 8, 0)).toBe(stdout.length);
    return frames;
  };
  const expectInference = (frame: Frame | undefined, type: number, sequence: number): void => {
    expect(frame?.type).toBe(type | 0x80);
    expect(frame?.sequence).toBe(sequence);
    const got = decodeInference(frame?.payload ?? none, 5);
    const expected = interpreter.infer(pictures[sequence % 8] ?? none);
    expect(got?.logits).toEqual(expected.logits);
    expect(got?.label).toBe(expected.label);
  };
  const sequences = (frames: readonly Frame[]): number[] => frames.map(({ sequence }) => sequence);

  it('says who it is', () => {
    const [answer, ...more] = converse(hello(200));
    expect(more).toEqual([]);
    expect(answer?.type).toBe(0x81);
    expect(answer?.sequence).toBe(200);
    expect(decodeHello(answer?.payload ?? none)).toEqual({
      protocol: 1,
      board: 'toy',
      networkHash: networkHash(network).slice(0, 16),
      clockHz: 1_000_000,
      latencyUnit: 'nanoseconds',
      pixels: 64,
      logits: 5,
      stages: 3,
      packedBits: 2,
      window: 4096,
    });
  });

  it('infers raw and packed pictures', () => {
    const answers = converse(...[0, 1, 2, 3].map(infer), ...[4, 5, 6, 7].map(packed));
    expect(answers).toHaveLength(8);
    answers.forEach((answer, i) => {
      expectInference(answer, i < 4 ? REQUEST.infer : REQUEST.inferPacked, i);
    });
  });

  it('traces every point', () => {
    const points = interpreter.infer(pictures[3] ?? none, { trace: true }).trace ?? [];
    const answers = converse(
      trace(3, 0xff, 0, 0),
      trace(3, 0, 4, 60),
      trace(3, 1, 60, 10),
      trace(3, 2, 5, 1),
      trace(3, 3, 0, 5),
    );
    expect(decodeTraceCrcs(answers[0]?.payload ?? none, 4)).toEqual(
      points.map((point, i) => traceCrc(point, i === 3 ? 'logits' : 'indices')),
    );
    const parts = [
      { point: 0, offset: 4, count: 60 },
      { point: 1, offset: 60, count: 10 },
      { point: 2, offset: 5, count: 1 },
      { point: 3, offset: 0, count: 5 },
    ];
    parts.forEach(({ point, offset, count }, i) => {
      expect(decodeTraceValues(answers[i + 1]?.payload ?? none)).toEqual({
        point,
        offset,
        values: points[point]?.slice(offset, offset + count),
      });
    });
  });

  it('answers wrong requests with what is wrong', () => {
    const wrong: [Uint8Array, string][] = [
      [encodeFrame({ type: 0x05, sequence: 1, payload: none }), 'type'],
      [encodeFrame({ type: 0x82, sequence: 2, payload: Uint8Array.of(1, 2, 3) }), 'type'],
      [encodeFrame({ type: REQUEST.hello, sequence: 3, payload: Uint8Array.of(0) }), 'length'],
      [encodeFrame({ type: REQUEST.infer, sequence: 4, payload: new Uint8Array(63) }), 'length'],
      [encodeFrame({ type: REQUEST.infer, sequence: 5, payload: new Uint8Array(65) }), 'length'],
      [encodeFrame({ type: REQUEST.inferPacked, sequence: 6, payload: new Uint8Array(17) }), 'length'],
      [encodeFrame({ type: REQUEST.trace, sequence: 7, payload: new Uint8Array(64) }), 'length'],
      [trace(8, 4, 0, 1), 'argument'],
      [trace(9, 0, 64, 1), 'argument'],
      [trace(10, 0, 5, 60), 'argument'],
      [trace(11, 0, 0, 61), 'argument'],
      [trace(12, 0, 0, 0), 'argument'],
      [trace(13, 0, 0xffffffff, 1), 'argument'],
      [trace(14, 3, 5, 1), 'argument'],
      [trace(15, 0xfe, 0, 1), 'argument'],
    ];
    const answers = converse(...wrong.map(([bytes]) => bytes));
    expect(sequences(answers)).toEqual(wrong.map((_, i) => i + 1));
    answers.forEach(({ type, payload }, i) => {
      expect(type).toBe(0xff);
      expect(decodeError(payload)).toContain(wrong[i]?.[1] ?? '?');
    });
  });

  it('takes a header for noise that says more than the longest request', () => {
    const long = encodeFrame({ type: REQUEST.infer, sequence: 1, payload: new Uint8Array(64 + 8) });
    expect(sequences(converse(long, hello(2)))).toEqual([2]);
  });

  it('finds requests between noise without a start byte, and after any noise with filler', () => {
    const random = seeded(5);
    for (let round = 0; round < 20; round++) {
      const noise = Uint8Array.from({ length: between(random, 0, 300) }, () => between(random, 0, 255));
      const quiet = noise.map((byte) => (byte === 0xa5 ? 0 : byte));
      expect(sequences(converse(quiet, infer(1), quiet, infer(2)))).toEqual([1, 2]);
      expect(sequences(converse(noise, filler, infer(1), noise, filler, hello(2)))).toEqual([1, 2]);
    }
  });

  it('finds a request right after start bytes and broken headers', () => {
    const starts = Uint8Array.from({ length: 5 }, () => 0xa5);
    for (let count = 0; count <= 5; count++) {
      for (let kept = 0; kept <= 5; kept++) {
        const broken = hello(9).subarray(0, kept);
        expect(sequences(converse(starts.subarray(0, count), broken, hello(1), filler, hello(2)))).toEqual([
          1, 2,
        ]);
      }
    }
  });

  it('never answers a frame with a flipped bit, and answers the first repeat', () => {
    for (const good of [hello(1), packed(1), infer(1), trace(1, 1, 0, 4)]) {
      const parts: Uint8Array[] = [];
      for (let bit = 0; bit < good.length * 8; bit++) {
        const bad = good.slice();
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        parts.push(bad, filler, hello(2));
      }
      expect(sequences(converse(...parts))).toEqual(Array.from({ length: good.length * 8 }, () => 2));
    }
  });

  it('answers the first repeat after bytes were lost anywhere', () => {
    for (const good of [packed(1), infer(5), trace(1, 0xff, 0, 0)]) {
      const parts: Uint8Array[] = [];
      for (let from = 0; from < good.length; from++) {
        for (const lost of [1, 2, 9]) {
          parts.push(good.subarray(0, from), good.subarray(from + lost), filler, infer(2));
        }
      }
      const answers = converse(...parts);
      expect(answers.map(({ type, sequence }) => [type, sequence])).toEqual(
        Array.from({ length: good.length * 3 }, () => [0x82, 2]),
      );
      answers.forEach((answer) => expectInference(answer, REQUEST.infer, 2));
    }
  });

  it('takes packed pictures only as it announces them', () => {
    for (const packedBits of [0, 3, 8]) {
      const other = buildToy(network, { packedBits });
      const payload = packPicture(pictures[1] ?? none, network.input.table, packedBits || 4);
      const request = encodeFrame({ type: REQUEST.inferPacked, sequence: 1, payload });
      const [answer] = frameDecoder().push(spawnSync(other, { input: request }).stdout);
      if (packedBits === 0) expect(decodeError(answer?.payload ?? none)).toContain('type');
      else expectInference(answer, REQUEST.inferPacked, 1);
    }
  });

  it('answers a request that comes twice two times, alike', () => {
    const [first, second, ...more] = converse(trace(3, 1, 0, 60), trace(3, 1, 0, 60));
    expect(more).toEqual([]);
    expect(second).toEqual(first);
  });

  it('does not mind where the line splits the bytes', async () => {
    const { hostLink } = await import('../../toolkit/device/links/host-link.js');
    const link = hostLink(program);
    const decoder = frameDecoder();
    let answered = 0;
    let wake: () => void = () => undefined;
    link.onData((bytes) => {
      const frames = decoder.push(bytes);
      answered += frames.length;
      if (frames.length > 0) wake();
    });
    const frame = infer(1);
    for (let split = 1; split < frame.length; split++) {
      await link.write(frame.subarray(0, split));
      await new Promise((resolve) => setTimeout(resolve, 1));
      const answer = new Promise<void>((resolve) => (wake = resolve));
      await link.write(frame.subarray(split));
      await answer;
      expect(answered).toBe(split);
    }
    await link.close();
  });
});

describe('frames from the device, as the host receives them', () => {
  const frames: Frame[] = [
    { type: 0x81, sequence: 0, payload: none },
    { type: 0x82, sequence: 255, payload: Uint8Array.from({ length: 30 }, (_, i) => (i % 3 ? i : 0xa5)) },
    { type: 0x84, sequence: 7, payload: Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5) },
  ];
  const stream = Buffer.concat(frames.map(encodeFrame));

  it('come whole from any split', () => {
    for (let split = 0; split <= stream.length; split++) {
      const decoder = frameDecoder();
      expect([...decoder.push(stream.subarray(0, split)), ...decoder.push(stream.subarray(split))]).toEqual(
        frames,
      );
    }
    const decoder = frameDecoder();
    expect([...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)))).toEqual(frames);
  });

  it('are never made of a frame with a flipped bit, and the next one is found', () => {
    const [, bad, good] = frames.map(encodeFrame);
    if (bad === undefined || good === undefined) throw new Error('no frames');
    for (let bit = 0; bit < bad.length * 8; bit++) {
      const flipped = bad.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const decoder = frameDecoder();
      const found = [...decoder.push(flipped), ...decoder.push(good), ...decoder.giveUp()];
      expect(found).toEqual([frames[2]]);
    }
  });

  it('are found inside a frame whose end never came', () => {
    const [, , cut, good] = [...frames, frames[1]].map((frame) =>
      encodeFrame(frame ?? { type: 0, sequence: 0, payload: none }),
    );
    if (cut === undefined || good === undefined) throw new Error('no frames');
    for (let kept = 0; kept < cut.length; kept++) {
      const decoder = frameDecoder();
      const found = [...decoder.push(cut.subarray(0, kept)), ...decoder.push(good)];
      found.push(...decoder.giveUp());
      expect(found).toEqual([frames[1]]);
    }
  });

  it('are only those that can be expected', () => {
    const decoder = frameDecoder((type, length) => type === 0x82 && length === 30);
    expect(decoder.push(stream)).toEqual([frames[1]]);
  });
});
