import { describe, expect, test } from 'vitest';
import type { Finish, FinishParameters } from '../../toolkit/quantize/finish.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { finishBackward, finishForward } from '../support/arrays-in-memory.js';

const plain: Finish = { channels: 1, activation: 'linear', norm: 'bias', epsilon: 1e-3, rounding: null };
const none: FinishParameters = { shift: Float32Array.of(0), gamma: null, running: null, levels: null };
const numbers = (values: Iterable<number>): number[] =>
  Array.from(values, (value) => Number(value.toFixed(4)));

describe('hand-computed', () => {
  test('rounding to uniform levels: straight through inside, cut off outside, and the step learns', () => {
    const finish: Finish = { ...plain, activation: 'relu', rounding: { kind: 'uniform', count: 8, zero: 0 } };
    const parameters = { ...none, levels: Float32Array.of(0.5) };
    const z = Float32Array.of(-0.3, 0.6, 1.3, 9);
    const { y, statistics } = finishForward(z, finish, parameters);
    expect([...y]).toEqual([0, 0.5, 1.5, 3.5]);
    const back = finishBackward(z, Float32Array.of(1, 1, 1, 1), finish, parameters, statistics);
    expect([...back.z]).toEqual([0, 1, 1, 0]);
    expect([...back.shift]).toEqual([2]);
    // (1 - 1.2) + (3 - 2.6) + 7
    expect(numbers(back.levels ?? [])).toEqual([7.2]);
  });

  test('rounding to uneven levels: each level learns from its own values, but not the level 0', () => {
    const finish: Finish = { ...plain, rounding: { kind: 'uneven' } };
    const parameters = { ...none, levels: Float32Array.of(-1, 0, 3) };
    const z = Float32Array.of(-2, -0.6, 0.2, 1.4, 1.6, 5);
    const { y } = finishForward(z, finish, parameters);
    expect([...y]).toEqual([-1, -1, 0, 0, 3, 3]);
    const back = finishBackward(z, Float32Array.of(1, 2, 4, 8, 16, 32), finish, parameters, null);
    expect([...back.z]).toEqual([0, 2, 4, 8, 16, 0]);
    expect([...(back.levels ?? [])]).toEqual([3, 0, 48]);
  });

  test('batch norm: mean 2, variance 1', () => {
    const finish: Finish = { ...plain, norm: 'batch', epsilon: 0 };
    const parameters = { ...none, shift: Float32Array.of(10), gamma: Float32Array.of(3) };
    const { y, statistics } = finishForward(Float32Array.of(1, 3, 1, 3), finish, parameters);
    expect([...y]).toEqual([7, 13, 7, 13]);
    expect([...(statistics?.mean ?? []), ...(statistics?.variance ?? [])]).toEqual([2, 1]);
  });

  test('given gains: about the mean of these values, or of the given ones', () => {
    const gains = Float32Array.of(0.5);
    const running = { mean: Float32Array.of(1), variance: Float32Array.of(4) };
    const parameters = { ...none, shift: Float32Array.of(10), gamma: Float32Array.of(3), running, gains };
    const finished = (norm: Finish['norm']) =>
      finishForward(Float32Array.of(1, 3, 1, 3), { ...plain, norm, epsilon: 0 }, parameters).y;
    expect([...finished('batch')]).toEqual([9.5, 10.5, 9.5, 10.5]);
    expect([...finished('centred')]).toEqual([9.5, 10.5, 9.5, 10.5]);
    expect([...finished('running')]).toEqual([10, 11, 10, 11]);
  });

  test('a running norm takes the statistics that it is given', () => {
    const running = { mean: Float32Array.of(1), variance: Float32Array.of(4) };
    const finish: Finish = { ...plain, norm: 'running', epsilon: 0 };
    const parameters = { ...none, gamma: Float32Array.of(2), running };
    expect([...finishForward(Float32Array.of(1, 5), finish, parameters).y]).toEqual([0, 4]);
  });
});

describe('gradients agree with finite differences', () => {
  const activations = ['linear', 'relu', 'relu6', 'tanh', 'sigmoid', 'hardTanh', 'hardSigmoid'] as const;
  const norms = ['bias', 'batch', 'centred', 'running'] as const;
  const cases = activations.flatMap((activation) => norms.map((norm) => ({ activation, norm })));

  test.each(cases)('$activation, $norm', ({ activation, norm }) => {
    const channels = 3;
    const random = randomSource(11);
    const z = uniformValues(24 * channels, 2, random);
    const weights = uniformValues(z.length, 1, random);
    const finish: Finish = { channels, activation, norm, epsilon: 1e-3, rounding: null };
    const parameters: FinishParameters = {
      shift: uniformValues(channels, 0.5, random),
      gamma: norm === 'bias' ? null : uniformValues(channels, 0.5, random).map((value) => value + 1),
      running:
        norm === 'running'
          ? { mean: uniformValues(channels, 0.5, random), variance: Float32Array.of(0.8, 1, 1.3) }
          : null,
      levels: null,
      gains: norm === 'centred' ? Float32Array.of(0.5, 1, 2) : null,
    };
    const loss = (at: Float32Array, given: FinishParameters): number =>
      finishForward(at, finish, given).y.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
    const { statistics } = finishForward(z, finish, parameters);
    // The gradient that is given is used up.
    const back = finishBackward(z, weights.slice(), finish, parameters, statistics);
    const step = 1e-2;
    const slope = (array: Float32Array, i: number, run: (moved: Float32Array) => number): number => {
      const moved = (by: number) => array.map((value, k) => (k === i ? value + by : value));
      return (run(moved(step)) - run(moved(-step))) / (2 * step);
    };
    for (const i of [0, 1, 2, 10, 20, 40, 71]) {
      const expected = slope(z, i, (moved) => loss(moved, parameters));
      // A corner of the activation function within the step is allowed to differ by its share.
      expect(Math.abs((back.z[i] ?? NaN) - expected)).toBeLessThan(0.02 + 0.02 * Math.abs(expected));
    }
    for (let c = 0; c < channels; c++) {
      const shift = slope(parameters.shift, c, (moved) => loss(z, { ...parameters, shift: moved }));
      expect(Math.abs((back.shift[c] ?? NaN) - shift)).toBeLessThan(0.5);
      if (parameters.gamma === null || norm === 'centred') continue;
      const gamma = slope(parameters.gamma, c, (moved) => loss(z, { ...parameters, gamma: moved }));
      expect(Math.abs((back.gamma?.[c] ?? NaN) - gamma)).toBeLessThan(0.5);
    }
  });

  test('the curved way gives what the straight one gives, rounded', () => {
    // tanh is curved and nearly the identity for small values; hardTanh is a line.
    const z = uniformValues(60, 0.02, randomSource(3));
    const rounding = { kind: 'uniform', count: 9, zero: 4 } as const;
    const parameters = { ...none, levels: Float32Array.of(0.004) };
    const dy = uniformValues(60, 1, randomSource(4));
    const [curved, straight] = (['tanh', 'hardTanh'] as const).map((activation) => {
      const finish: Finish = { ...plain, activation, rounding };
      const { y } = finishForward(z, finish, parameters);
      return { y, ...finishBackward(z, dy.slice(), finish, parameters, null) };
    });
    expect(numbers(curved?.y ?? [])).toEqual(numbers(straight?.y ?? []));
    expect(curved?.levels?.[0]).toBeCloseTo(straight?.levels?.[0] ?? NaN, 1);
    curved?.z.forEach((value, i) => {
      expect(value).toBeCloseTo(straight?.z[i] ?? NaN, 2);
    });
  });
});
