import { beforeAll, describe, expect, it } from 'vitest';
import { hostLink, serialDevice, type Link, type Timing } from '../../toolkit/device/index.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { faultyLink, type Faults } from '../support/faulty-link.js';
import { buildToy } from '../support/toy-firmware.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';
import { requireTool } from '../support/tools.js';

const network = toyNetwork();
const pictures = toyPictures(100);
const interpreter = createInterpreter(network);
const data = {
  images: Buffer.concat(pictures),
  labels: pictures.map((picture) => interpreter.infer(picture).label),
};

const patient: Timing = {
  first: 60,
  least: 20,
  repeats: 60,
  hello: { patience: 30, repeats: 60 },
  perByte: 0,
};

const kinds: readonly Faults[] = [
  { drop: 0.1 },
  { flip: 0.1 },
  { duplicate: 0.1 },
  { delay: 0.1 },
  { cut: 0.1 },
  { garbage: 0.1 },
  { drop: 0.03, flip: 0.03, duplicate: 0.03, delay: 0.03, cut: 0.03, garbage: 0.03 },
];

describe.skipIf(!requireTool('gcc'))('a line with faults, between the host and the C program', () => {
  it('answers the first repeat of a request that lost bytes', async () => {
    const inner = hostLink(buildToy(network, { window: 0, packedBits: 0 }));
    const sent: number[] = [];
    const link: Link = {
      ...inner,
      write(bytes) {
        sent.push(bytes.length);
        // The first INFER, cut in the middle of the picture.
        return inner.write(sent.length === 2 ? Buffer.concat([bytes.slice(0, 20), bytes.slice(50)]) : bytes);
      },
    };
    // One time-out is waited for; a busy machine must not make more of them.
    const timing: Timing = { ...patient, first: 1500, hello: { patience: 30_000, repeats: 1 } };
    const device = await serialDevice(link, { network, executor: 'host', timing, where: 'toy' });
    await device.infer(pictures[0] ?? new Uint8Array(0));
    await device.close();
    expect(sent).toEqual([8, 72, 79, 72]);
  });

  for (const window of [4096, 0]) {
    describe(`window ${window}`, () => {
      let program = '';
      beforeAll(() => {
        program = buildToy(network, { window });
      });
      it.each(kinds.map((faults, i) => ({ faults, seed: i + 1 })))(
        'verifies exactly with $faults',
        async ({ faults, seed }) => {
          const { link, struck } = faultyLink(hostLink(program), faults, seed);
          const options = { network, executor: 'host', timing: patient, where: 'toy' } as const;
          const device = await serialDevice(link, options);
          try {
            const result = await verify({ network, device, data });
            expect(result.stopped).toBeNull();
            expect(isExact(result)).toBe(true);
            expect(result.accuracy).toEqual({ reference: 1, device: 1 });
            expect([...struck.values()].reduce((a, b) => a + b)).toBeGreaterThan(5);
            // Tracing survives as well.
            const [picture = new Uint8Array(0)] = pictures;
            const points = interpreter.infer(picture, { trace: true }).trace ?? [];
            for (const [point, values] of points.entries()) {
              expect(await device.traceStage(picture, point, values.length)).toEqual(values);
            }
          } finally {
            await device.close();
          }
        },
      );
    });
  }
});
