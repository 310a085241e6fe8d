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

/** Requests of points that have so many elements: most of what is there, some of a little more, a few of anything. */
function anyRequest(lengths: readonly number[]): fc.Arbitrary<Request> {
  const there = fc.nat({ max: lengths.length - 1 }).chain((point) => {
    const length = lengths[point] ?? 0;
    return fc.nat({ max: length }).chain((offset) =>
      fc.record({
        point: fc.constant(point),
        offset: fc.constant(offset),
        count: fc.oneof(
          fc.nat({ max: Math.min(MOST_VALUES + 1, length - offset + 1) }),
          fc.constantFrom(length - offset, length - offset + 1, MOST_VALUES, MOST_VALUES + 1),
        ),
      }),
    );
  });
  const all = fc.record({ point: fc.constant(ALL), offset: fc.nat(), count: fc.nat({ max: 0xffff }) });
  const anything = fc.record({
    point: fc.nat({ max: 254 }),
    offset: fc.constantFrom(0, 1, 0xffff, 0x1_0000, 0x0100_0000, 0x7fff_ffff),
    count: fc.oneof(fc.constant(1), fc.nat({ max: 0xffff })),
  });
  const farther = there.chain((one) =>
    fc.constantFrom(2 ** 16, 2 ** 24, 2 ** 30).map((far) => ({ ...one, offset: one.offset + far })),
  );
  return fc.oneof(
    { weight: 6, arbitrary: there },
    { weight: 2, arbitrary: all },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: farther },
  );
}

describeWithTool(['iverilog', 'vvp'], 'the tracer', () => {
  const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.oneof(
      fc.array(one, { minLength: 1, maxLength: 12 }),
      fc.array(one, { minLength: MOST_VALUES, maxLength: MOST }),
    );
  const indices = some(fc.nat({ max: 2 ** INDEX_BITS - 1 }));
  const stimulus = fc
    .record({
      stages: fc.tuple(indices, indices, indices),
      logits: some(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      seed: fc.integer({ min: 1, max: 2 ** 30 }),
    })
    .chain((network) => {
      const lengths = [...network.stages, network.logits].map(({ length }) => length);
      return fc.record({
        network: fc.constant(network),
        requests: fc.array(anyRequest(lengths), { minLength: 20, maxLength: 40 }),
      });
    });

  it('answers as the protocol says, stage after stage, or finds the arguments wrong', () => {
    fc.assert(
      fc.property(stimulus, ({ network: { stages, logits, seed }, requests }) => {
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
