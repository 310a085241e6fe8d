import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateStage } from '../../toolkit/model/evaluate-float.js';
import type { FusedConv2d, FusedDense, FusedDepthwise, FusedWeighted } from '../../toolkit/model/fuse.js';
import { cholesky, solve } from '../../toolkit/quantize/cholesky.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { roundWeights } from '../../toolkit/quantize/round-weights.js';
import { levelsAt, nearestLevels } from '../../toolkit/quantize/weight-levels.js';
import { windowMoments } from '../../toolkit/quantize/window-moments.js';

const seeds = fc.nat({ max: 10_000 });
const common = { input: 'input', norm: null, activation: 'linear' } as const;

function dense(inputs: number, units: number, kernel: Float32Array): FusedDense {
  const shapes = { inputShape: [1, 1, inputs], shape: [1, 1, units] } as const;
  return { ...common, ...shapes, name: 'dense', kind: 'dense', kernel, bias: new Float32Array(units) };
}

/** Values from -1 to 1 of which each resembles the one before it. */
function smooth(length: number, random: () => number): Float32Array {
  let last = 0;
  return Float32Array.from({ length }, () => (last = 0.7 * last + 0.3 * (2 * random() - 1)));
}

const values = (length: number, random: () => number): Float32Array =>
  Float32Array.from({ length }, () => 2 * random() - 1);

/** A stage of each kind, with stride and with padding on some sides. */
function stages(random: () => number): readonly FusedWeighted[] {
  const windowed = {
    ...common,
    kernelSize: [3, 2],
    stride: [2, 1],
    padding: { top: 1, bottom: 0, left: 0, right: 1 },
    inputShape: [6, 5, 3],
  } as const;
  const conv: FusedConv2d = {
    ...windowed,
    name: 'conv',
    kind: 'conv2d',
    shape: [3, 5, 4],
    kernel: values(3 * 2 * 3 * 4, random),
    bias: values(4, random),
  };
  const depthwise: FusedDepthwise = {
    ...windowed,
    name: 'depthwise',
    kind: 'depthwiseConv2d',
    shape: [3, 5, 3],
    kernel: values(3 * 2 * 3, random),
    bias: values(3, random),
  };
  return [dense(90, 5, values(450, random)), conv, depthwise];
}

/** What a stage reads and what it then gives. */
function runs(stage: FusedWeighted, random: () => number, count = 300) {
  const size = stage.inputShape.reduce((a, b) => a * b);
  const inputs = Array.from({ length: count }, () => {
    const bright = 2 * random() - 1;
    return smooth(size, random).map((value) => value + bright);
  });
  return { inputs, sums: inputs.map((input) => evaluateStage(stage, [input])) };
}

/** Squared error of a stage's sums, without what biases can make good. */
function errorOf(stage: FusedWeighted, inputs: readonly Float32Array[], sums: readonly Float32Array[]) {
  const channels = stage.bias.length;
  const off = inputs.flatMap((input, i) =>
    Array.from(evaluateStage(stage, [input]), (value, k) => value - (sums[i]?.[k] ?? 0)),
  );
  const totals = new Float64Array(channels);
  off.forEach((value, k) => (totals[k % channels] = (totals[k % channels] ?? 0) + value));
  const mean = (k: number): number => ((totals[k % channels] ?? 0) * channels) / off.length;
  return off.reduce((sum, value, k) => sum + (value - mean(k)) ** 2, 0);
}

describe("Cholesky's factor", () => {
  test('squared is the matrix, and solves it', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, n) => {
        const random = randomSource(seed);
        const rows = Array.from({ length: n + 3 }, () => values(n, random));
        const a = new Float64Array(n * n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            a[i * n + j] = rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), i === j ? 0.1 : 0);
        const r = cholesky(a, n);
        expect(r).not.toBeNull();
        if (r === null) return;
        const b = Float64Array.from(values(n, random));
        const x = solve(r, b);
        for (let i = 0; i < n; i++) {
          let got = 0;
          for (let j = 0; j < n; j++) {
            let square = 0;
            for (let k = 0; k < n; k++) square += (r[k * n + i] ?? 0) * (r[k * n + j] ?? 0);
            expect(square).toBeCloseTo(a[i * n + j] ?? 0, 8);
            if (j < i) expect(r[i * n + j]).toBe(0);
            got += (a[i * n + j] ?? 0) * (x[j] ?? 0);
          }
          expect(got).toBeCloseTo(b[i] ?? 0, 6);
        }
      }),
    );
  });

  test('does not exist where the matrix is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(cholesky(Float64Array.of(0), 1)).toBeNull();
    expect(cholesky(Float64Array.of(NaN), 1)).toBeNull();
  });
});

test('moments: sums vary with what is under the taps as the kernel says', () => {
  const random = randomSource(7);
  for (const stage of stages(random)) {
    const { inputs, sums } = runs(stage, random, 60);
    const groups = windowMoments(stage, inputs, sums);
    const channels = stage.bias.length;
    const outputs = channels / groups.length;
    groups.forEach(({ taps, gram, cross }, g) => {
      cross.forEach((row, o) => {
        const c = g * outputs + o;
        row.forEach((value, tap) => {
          let sum = 0;
          for (let k = 0; k < taps; k++)
            sum += (gram[tap * taps + k] ?? 0) * (stage.kernel[k * channels + c] ?? 0);
          expect(value, `${stage.name} ${c} ${tap}`).toBeCloseTo(sum, 5);
        });
      });
    });
  }
});

describe('weights rounded together', () => {
  const found = (weights: Float32Array, weightLevels: Float32Array, scale: Float32Array | null = null) => ({
    weights,
    weightLevels,
    scale,
    bias: new Float32Array(),
  });

  test('of two that always see the same, one makes good for the other', () => {
    const stage = dense(2, 1, Float32Array.of(0.3, 0.3));
    const inputs = Array.from({ length: 200 }, (_, i) => Float32Array.of(i / 200, i / 200));
    const sums = inputs.map(([x = 0]) => Float32Array.of(0.6 * x));
    const levels = Float32Array.of(0, 0.5);
    // Each at its nearest level: 0.5 and 0.5, which is 0.4 too much; one of them is 0.1 too little.
    const { weights } = roundWeights(stage, inputs, sums, found(stage.kernel, levels));
    expect([...weights].sort()).toEqual([0, 0.5]);
  });

  test('a channel with a scale is fitted to its sums without it', () => {
    const stage = dense(1, 1, Float32Array.of(0.5));
    const inputs = Array.from({ length: 200 }, (_, i) => Float32Array.of(i / 200));
    const sums = inputs.map(([x = 0]) => Float32Array.of(4 * x + 9));
    const levels = Float32Array.of(0, 0.5, 1, 2);
    const { weights } = roundWeights(stage, inputs, sums, found(stage.kernel, levels, Float32Array.of(4)));
    expect([...weights]).toEqual([1]);
  });

  test('weights that lie at levels stay, where the stage reads what the float network does', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomSource(seed);
        const levels = Float32Array.of(-1, -0.25, 0, 0.5, 1);
        for (const stage of stages(random)) {
          const kernel = stage.kernel.map(() => levels[Math.floor(5 * random())] ?? 0);
          const exact = { ...stage, kernel };
          const { inputs, sums } = runs(exact, random);
          expect(roundWeights(exact, inputs, sums, found(kernel, levels)).weights).toEqual(kernel);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('are levels, and give sums that are nearer than those of weights at their nearest levels', () => {
    const levels = Float32Array.of(-0.7, 0, 0.7);
    const errors = new Map<string, { together: number; alone: number }>();
    for (let seed = 0; seed < 6; seed++) {
      const random = randomSource(seed);
      for (const stage of stages(random)) {
        const { inputs, sums } = runs(stage, random, 200);
        const { weights } = roundWeights(stage, inputs, sums, found(stage.kernel, levels));
        for (const weight of weights) expect(levels).toContain(weight);
        const nearest = levelsAt(levels, nearestLevels(levels, stage.kernel));
        const before = errors.get(stage.name) ?? { together: 0, alone: 0 };
        errors.set(stage.name, {
          together: before.together + errorOf({ ...stage, kernel: weights }, inputs, sums),
          alone: before.alone + errorOf({ ...stage, kernel: nearest }, inputs, sums),
        });
      }
    }
    for (const [name, { together, alone }] of errors)
      expect(together / alone, name).toBeLessThan(name === 'depthwise' ? 0.9 : 0.75);
  });

  test('pictures that show nothing leave each weight to its nearest level', () => {
    const stage = dense(3, 2, Float32Array.of(0.1, 0.9, 0.4, 0.6, -0.2, 0.2));
    const inputs = Array.from({ length: 5 }, () => new Float32Array(3));
    const levels = Float32Array.of(0, 0.5, 1);
    const same = roundWeights(
      stage,
      inputs,
      inputs.map(() => new Float32Array(2)),
      found(stage.kernel, levels),
    );
    expect(same.weights).toEqual(stage.kernel);
  });
});
