import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostLink, type Link } from '../../toolkit/device/index.js';
import {
  encodeFrame,
  FRAME_OVERHEAD,
  frameDecoder,
  type Frame,
} from '../../toolkit/device/protocol/frame.js';
import { decodeHello, decodeInference, TRACE_HEADER } from '../../toolkit/device/protocol/messages.js';
import { createInterpreter, elements } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { randomNetwork } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { framesOn, type SeenFrame } from './frames-on-a-line.js';
import { BOARD, SMALLEST_BOARD, verilate } from './simulated-board.js';

/** A convolution and a dense stage on 30 pixels. */
const network = randomNetwork(72);
const { infer } = createInterpreter(network);
const pixels = elements(network.input.shape);
const [HELLO, INFER, TRACE, ERROR] = [0x01, 0x02, 0x04, 0xff];
const PATIENCE_MS = 20_000;

const random = seeded(5);
const picture = (): Uint8Array => Uint8Array.from({ length: pixels }, () => between(random, 0, 255));
const bytesOf = (type: number, sequence: number, payload: Uint8Array): number[] =>
  Array.from(encodeFrame({ type, sequence, payload }));

/** What must come back to a whole frame, but for the latency. */
function answerTo({ type, sequence, length, payload }: SeenFrame, knowsTrace: boolean): object {
  const error = (code: number): object => ({ type: ERROR, sequence, error: code });
  if (type === HELLO) return length === 0 ? { type: 0x81, sequence, board: BOARD.id } : error(2);
  if (type === INFER) {
    if (length !== pixels) return error(2);
    const { label, logits } = infer(Uint8Array.from(payload));
    return { type: 0x82, sequence, label, logits: Array.from(logits) };
  }
  return knowsTrace && type === TRACE ? error(length === pixels + TRACE_HEADER ? 3 : 2) : error(1);
}

function readAnswer({ type, sequence, payload }: Frame): object {
  if (type === ERROR) return { type, sequence, error: payload[0] };
  if (type === 0x81) return { type, sequence, board: decodeHello(payload)?.board };
  const inference = decodeInference(payload, network.output.labels.length);
  return { type, sequence, label: inference?.label, logits: Array.from(inference?.logits ?? []) };
}

/** The bytes that come back, as answers; it fails when there are others among them. */
function listen(link: Link): (count: number) => Promise<readonly object[]> {
  const decoder = frameDecoder();
  const answers: object[] = [];
  let bytes = 0;
  let wake = (): void => undefined;
  link.onData((data) => {
    bytes += data.length;
    for (const frame of decoder.push(data)) {
      bytes -= frame.payload.length + FRAME_OVERHEAD;
      answers.push(readAnswer(frame));
    }
    wake();
  });
  return async (count) => {
    const late = Date.now() + PATIENCE_MS;
    while (answers.length < count && Date.now() < late)
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    expect(bytes).toBe(0);
    return answers.splice(0);
  };
}

/** Every way in which one byte of a frame may be lost, changed or invented, at every place of it; and the frame cut there. */
function faults(frame: readonly number[]): { readonly what: string; readonly bytes: readonly number[] }[] {
  return frame.flatMap((byte, at) => {
    const [before, after] = [frame.slice(0, at), frame.slice(at + 1)];
    return [
      {
        what: `byte ${at} with its bit ${at % 8} flipped`,
        bytes: [...before, byte ^ (1 << (at % 8)), ...after],
      },
      { what: `byte ${at} replaced`, bytes: [...before, between(random, 0, 255), ...after] },
      { what: `byte ${at} replaced by a start byte`, bytes: [...before, 0xa5, ...after] },
      { what: `byte ${at} dropped`, bytes: [...before, ...after] },
      { what: `byte ${at} twice`, bytes: [...before, byte, byte, ...after] },
      { what: `a byte before byte ${at}`, bytes: [...before, between(random, 0, 255), byte, ...after] },
      { what: `cut before byte ${at}`, bytes: before },
    ];
  });
}

const DESIGNS = [
  { title: 'with TRACE and a buffer', board: BOARD, folding: { banks: 2, filters: 2 }, knowsTrace: true },
  { title: 'the smallest', board: SMALLEST_BOARD, folding: { banks: 1, filters: 1 }, knowsTrace: false },
];

describeWithTool(['verilator', 'c++'], 'a verilated board on a line with faults', () => {
  describe.each(DESIGNS)('$title', ({ board, folding, knowsTrace }) => {
    // That of TRACE, which is answered with an error where it is unknown.
    const longest = pixels + TRACE_HEADER;
    const filler = Array.from({ length: longest + FRAME_OVERHEAD }, () => 0);
    let program = '';
    let open: Link | undefined;

    beforeAll(() => {
      program = verilate(network, folding, board);
    }, 60_000);
    afterAll(() => open?.close());

    /** Sends bytes and a filler, awaits what a device makes of them, and then the answer to a good request. */
    const survives = async (
      link: Link,
      answers: (count: number) => Promise<readonly object[]>,
      bytes: readonly number[],
    ): Promise<void> => {
      const due = framesOn([...bytes, ...filler], longest).filter(({ isWhole }) => isWhole);
      await link.write(Uint8Array.from([...bytes, ...filler]));
      expect(await answers(due.length)).toEqual(due.map((frame) => answerTo(frame, knowsTrace)));
      const good = bytesOf(INFER, between(random, 0, 255), picture());
      await link.write(Uint8Array.from(good));
      expect(await answers(1)).toEqual(framesOn(good, longest).map((frame) => answerTo(frame, knowsTrace)));
    };

    it('answers the next good request to the bit, whichever byte of one was lost, changed or invented', async () => {
      open = hostLink(program, { folder: dirname(dirname(program)) });
      const answers = listen(open);
      for (const { what, bytes } of faults(bytesOf(INFER, 77, picture())))
        await survives(open, answers, bytes).catch((error: unknown) => {
          throw new Error(what, { cause: error });
        });
    }, 60_000);

    it('refuses what it does not know, and requests of wrong length or argument', async () => {
      open ??= hostLink(program, { folder: dirname(dirname(program)) });
      const answers = listen(open);
      for (const bytes of [
        bytesOf(0x00, 1, new Uint8Array(0)),
        bytesOf(0x03, 2, picture()),
        bytesOf(0xff, 3, new Uint8Array(longest)),
        bytesOf(0xa5, 0xa5, Uint8Array.of(0xa5, 0xa5)),
        bytesOf(HELLO, 4, new Uint8Array(0)),
        bytesOf(HELLO, 5, Uint8Array.of(0)),
        bytesOf(INFER, 6, new Uint8Array(0)),
        bytesOf(INFER, 7, new Uint8Array(pixels - 1)),
        bytesOf(TRACE, 8, new Uint8Array(longest)),
        bytesOf(TRACE, 9, Uint8Array.of(1, 2, 3)),
        bytesOf(INFER, 10, new Uint8Array(longest + 1)),
      ])
        await survives(open, answers, bytes);
    });

    it('answers after a break in the middle of a request', async () => {
      const frame = bytesOf(INFER, 3, picture());
      for (const at of [3, frame.length >> 1, frame.length - 1]) {
        const broken = hostLink(program, { args: [String(at)], folder: dirname(dirname(program)) });
        try {
          // It falls between two bytes, so none is lost.
          await survives(broken, listen(broken), frame);
        } finally {
          await broken.close();
        }
      }
    });
  });
});
