import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activationFunction } from '../../toolkit/model/activations.js';
import type { Finish, FinishParameters } from '../../toolkit/quantize/finish.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import {
  finishBackward,
  finishForward,
  sumsOfDepthwiseFilter,
  sumsOfFilter,
} from '../support/arrays-in-memory.js';

const anyChannels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 48);
const seeds = fc.integer({ min: 1, max: 1e6 });

/** Differences of at most `tolerance` times the largest of `scale`. */
function near(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  scale: ArrayLike<number> = expected,
): void {
  expect(found).toHaveLength(expected.length);
  const limit = tolerance * Math.max(1e-3, ...Array.from(scale, Math.abs));
  const differences = Array.from(expected, (value, i) => Math.abs((found[i] ?? NaN) - value));
  expect(Math.max(0, ...differences)).toBeLessThanOrEqual(limit);
}

describe('finish agrees with a naive reading of its formulas', () => {
  const finishes = fc.record({
    channels: anyChannels,
    places: fc.integer({ min: 2, max: 150 }),
    activation: fc.constantFrom('linear', 'relu', 'relu6', 'hardTanh', 'hardSigmoid'),
    norm: fc.constantFrom('bias', 'batch', 'running'),
    rounding: fc.option(
      fc.record({ count: fc.integer({ min: 2, max: 17 }), zero: fc.integer({ min: 0, max: 8 }) }),
    ),
    offset: fc.constantFrom(0, 0, 30),
    seed: seeds,
  });

  test('for any channels, places, activation, norm and levels', () => {
    fc.assert(
      fc.property(finishes, ({ channels, places, activation, norm, rounding, offset, seed }) => {
        const random = randomSource(seed);
        const values = (count: number, size: number, from = 0): Float32Array =>
          uniformValues(count, size, random).map((value) => value + from);
        const z = values(places * channels, 3, offset);
        const dy = values(z.length, 1);
        const finish: Finish = {
          channels,
          activation,
          norm,
          epsilon: 1e-3,
          rounding:
            rounding === null
              ? null
              : { kind: 'uniform', count: rounding.count, zero: Math.min(rounding.zero, rounding.count - 1) },
        };
        const parameters: FinishParameters = {
          shift: values(channels, 1),
          gamma: norm === 'bias' ? null : values(channels, 0.5, 1),
          running:
            norm === 'running'
              ? { mean: values(channels, 1, offset), variance: values(channels, 0.5, 1) }
              : null,
          levels: rounding === null ? null : Float32Array.of(0.21),
        };
        const { y, statistics } = finishForward(z, finish, parameters);
        const back = finishBackward(z, dy, finish, parameters, statistics);
        const naive = naiveFinish(z, dy, finish, parameters);
        if (norm === 'batch') {
          near(statistics?.mean ?? [], naive.mean, 1e-5, z);
          near(statistics?.variance ?? [], naive.variance, 1e-4, [1]);
        }
        // What lies next to an edge may fall on either side of it: those values are told apart and left out.
        const clear = (values: ArrayLike<number>): number[] =>
          Array.from(values).filter((_, i) => !naive.nearEdge[i]);
        near(clear(y), clear(naive.y), 1e-4, [1, ...naive.y]);
        const slack = 1e-4 * z.length + naive.nearEdge.filter(Boolean).length * 12;
        if (naive.nearEdge.some(Boolean)) {
          expect(Math.abs((back.levels?.[0] ?? 0) - naive.step)).toBeLessThan(
            slack + 1e-3 * Math.abs(naive.step),
          );
          return;
        }
        near(back.shift, naive.shift, 1e-4, [places / 10]);
        if (back.gamma !== null) near(back.gamma, naive.gamma, 1e-4, [places]);
        if (back.levels !== null) near(back.levels, [naive.step], 1e-4, [z.length]);
        near(back.z, naive.z, 2e-4, [1, ...naive.z]);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

/** y and the gradients of the sum of y * dy, one value after the other in f64. */
function naiveFinish(
  z: Float32Array,
  dy: Float32Array,
  { channels, activation, norm, epsilon, rounding }: Finish,
  { shift, gamma, running, levels }: FinishParameters,
) {
  const { line, least, greatest } = activationFunction(activation);
  if (line === null || rounding?.kind === 'uneven') throw new Error('not a line');
  const n = z.length / channels;
  const of = (c: number): number[] => Array.from({ length: n }, (_, place) => z[place * channels + c] ?? NaN);
  const all = Array.from({ length: channels }, (_, c) => c);
  const mean = all.map((c) =>
    norm === 'batch' ? of(c).reduce((sum, value) => sum + value, 0) / n : (running?.mean[c] ?? 0),
  );
  const variance = all.map((c) =>
    norm === 'batch'
      ? of(c).reduce((sum, value) => sum + (value - (mean[c] ?? NaN)) ** 2, 0) / n
      : (running?.variance[c] ?? 1 - epsilon),
  );
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const step = levels?.[0] ?? 1;
  const result = {
    y: [] as number[],
    nearEdge: [] as boolean[],
    mean,
    variance,
    shift: all.map(() => 0),
    gamma: all.map(() => 0),
    step: 0,
    z: [] as number[],
  };
  const du: number[] = [];
  const normal: number[] = [];
  for (let i = 0; i < z.length; i++) {
    const c = i % channels;
    const x = ((z[i] ?? NaN) - (mean[c] ?? NaN)) * (inverse[c] ?? NaN);
    const u = x * (gamma?.[c] ?? 1) + (shift[c] ?? NaN);
    const a = Math.min(Math.max(line.gain * u + line.offset, least), greatest);
    const lowest = rounding === null ? -Infinity : -rounding.zero * step;
    const highest = rounding === null ? Infinity : lowest + (rounding.count - 1) * step;
    const index = Math.floor(Math.min(Math.max(a, lowest), highest) / step + 0.5);
    const from = Math.max(least, lowest);
    const to = Math.min(greatest, highest);
    const before = line.gain * u + line.offset;
    const inside = before > from && before < to;
    const through = inside ? (dy[i] ?? NaN) : 0;
    result.y.push(rounding === null ? a : index * step);
    if (rounding !== null) result.step += (dy[i] ?? NaN) * index - through * (before / step);
    const edges = [before - from, before - to].map(Math.abs);
    const atHalf = rounding === null ? 1 : Math.abs(a / step + 0.5 - Math.round(a / step + 0.5));
    result.nearEdge.push(Math.min(...edges, atHalf) < 1e-4);
    du.push(through * line.gain);
    normal.push(x);
    result.shift[c] = (result.shift[c] ?? NaN) + through * line.gain;
    result.gamma[c] = (result.gamma[c] ?? NaN) + through * line.gain * x;
  }
  result.z = du.map((d, i) => {
    const c = i % channels;
    const k = (gamma?.[c] ?? 1) * (inverse[c] ?? NaN);
    if (norm !== 'batch') return d * k;
    return k * (d - (result.shift[c] ?? NaN) / n - ((normal[i] ?? NaN) * (result.gamma[c] ?? NaN)) / n);
  });
  return result;
}

describe('sums of filters agree with naive ones for any channels, filter, stride and padding', () => {
  const sizes = fc.record({
    pictures: fc.integer({ min: 1, max: 3 }),
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 12 }),
    channels: anyChannels,
    outputs: anyChannels,
    filter: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    seed: seeds,
  });

  test.each([false, true])('depthwise: %s', (depthwise) => {
    fc.assert(
      fc.property(sizes, ({ pictures, rows, columns, channels, outputs, filter, stride, padding, seed }) => {
        const [height, width] = filter;
        const [top, left] = [Math.min(padding[0], height - 1), Math.min(padding[1], width - 1)];
        // Without what is padded at the end; at least one value must be left.
        const xRows = Math.max((rows - 1) * stride[0] + height - top - padding[2], 1);
        const xColumns = Math.max((columns - 1) * stride[1] + width - left - padding[3], 1);
        const backChannels = depthwise ? channels : outputs;
        const random = randomSource(seed);
        const x = uniformValues(pictures * xRows * xColumns * channels, 1, random);
        const dy = uniformValues(pictures * rows * columns * backChannels, 1, random);
        const found = (depthwise ? sumsOfDepthwiseFilter : sumsOfFilter)(
          x,
          [pictures, xRows, xColumns, channels],
          dy,
          [pictures, rows, columns, backChannels],
          { filter, stride, top, left },
        );
        const valueAt = (n: number, i: number, j: number, c: number): number =>
          i < 0 || j < 0 || i >= xRows || j >= xColumns
            ? 0
            : (x[((n * xRows + i) * xColumns + j) * channels + c] ?? NaN);
        const expected = Array.from({ length: found.length }, (_, weight) => {
          const o = weight % backChannels;
          const c = depthwise ? o : Math.floor(weight / outputs) % channels;
          const tap = Math.floor(weight / (depthwise ? channels : outputs * channels));
          const [ky, kx] = [Math.floor(tap / width), tap % width];
          let sum = 0;
          for (let n = 0; n < pictures; n++)
            for (let row = 0; row < rows; row++)
              for (let column = 0; column < columns; column++)
                sum +=
                  valueAt(n, row * stride[0] + ky - top, column * stride[1] + kx - left, c) *
                  (dy[((n * rows + row) * columns + column) * backChannels + o] ?? NaN);
          return sum;
        });
        expect(found).toHaveLength(height * width * channels * (depthwise ? 1 : outputs));
        near(found, expected, 1e-5, [1, ...expected]);
      }),
      { numRuns: depthwise ? 200 : 60, seed: 5 },
    );
  });
});
