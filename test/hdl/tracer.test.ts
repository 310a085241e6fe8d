import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc16 } from '../../toolkit/device/protocol/crc.js';
import { describeWithTool } from '../support/tools.js';
import { runBench } from './bench.js';

/** Values of an answer, at most; and elements of a trace point here. */
const MOST_VALUES = 60;
const MOST = 80;
const INDEX_BITS = 5;
const ALL = 0xff;

/** docs/protocol.md, section 4.3. */
interface Request {
  readonly point: number;
  readonly offset: number;
  readonly count: number;
}

function bytes(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => (value >> (8 * at)) & 255);
}

/** The answer's payload in hexadecimal digits, for what is at each trace point, the logits last. */
function answer({ point, offset, count }: Request, points: readonly (readonly number[])[]): string {
  const hex = (payload: readonly number[]): string => Buffer.from(payload).toString('hex');
  if (point === ALL)
    return hex(
      points.flatMap((values, at) => {
        const width = at === points.length - 1 ? 4 : 1;
        return bytes(crc16(values.flatMap((value) => bytes(value, width))), 2);
      }),
    );
  const values = points[point] ?? [];
  if (count < 1 || count > MOST_VALUES || offset + count > values.length) return 'wrong';
  const wanted = values.slice(offset, offset + count);
  return hex([point, ...bytes(offset, 4), ...wanted.flatMap((value) => bytes(value, 4))]);
}

const anyCount = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: MOST_VALUES + 2 }), fc.nat({ max: 0xffff }));
const anyOffset = fc.oneof(
  fc.nat({ max: 6 }),
  fc.nat({ max: MOST }),
  fc.constantFrom(0x1_0000, 0x0100_0000, 0xffff, 0x7fff_ffff),
);
const request: fc.Arbitrary<Request> = fc.record({
  point: fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 3 }) },
    { weight: 2, arbitrary: fc.constant(ALL) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 254 }) },
  ),
  offset: anyOffset,
  count: anyCount,
});

describeWithTool(['iverilog', 'vvp'], 'the tracer', () => {
  const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(one, { minLength: 1, maxLength: MOST });
  const indices = some(fc.nat({ max: 2 ** INDEX_BITS - 1 }));
  const stimulus = fc.record({
    stages: fc.tuple(indices, indices, indices),
    logits: some(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    requests: fc.array(request, { minLength: 1, maxLength: 40 }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  });

  it('answers as the protocol says, stage after stage, or finds the arguments wrong', () => {
    fc.assert(
      fc.property(stimulus, ({ stages, logits, requests, seed }) => {
        const filled = (values: readonly number[]): string[] =>
          Array.from({ length: MOST }, (_, at) => ((values[at] ?? 0) >>> 0).toString(16));
        // The point comes first, in the lowest byte.
        const words = requests.map(({ point, offset, count }) =>
          Buffer.from([...bytes(count, 2).reverse(), ...bytes(offset, 4).reverse(), point]).toString('hex'),
        );
        const [picture, first, second] = stages;
        const lines = runBench(
          'tracer_bench',
          {
            ...{ PICTURE: picture.length, FIRST: first.length, SECOND: second.length },
            ...{ LOGITS: logits.length, MOST, REQUESTS: requests.length, SEED: seed },
          },
          {
            'requests.hex': words.join('\n'),
            'values.hex': stages.flatMap(filled).join('\n'),
            'logits.hex': filled(logits).join('\n'),
          },
        );
        expect(lines).toEqual(requests.map((one) => answer(one, [...stages, logits])));
      }),
      { numRuns: 12 },
    );
  });
});
