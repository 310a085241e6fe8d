import '@tensorflow/tfjs-backend-cpu';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { loadBackend, type Backend } from '../../toolkit/quantize/backend.js';
import type { Tf } from '../../toolkit/quantize/tf.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { crossEntropy } from '../../toolkit/quantize/tensor-graph.js';

let backend: Backend;
beforeAll(async () => {
  // The cpu backend advertises another one on its first use.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  backend = await loadBackend();
});

test('a backend is loaded and says why', () => {
  expect(['tfjs-node', 'wasm']).toContain(backend.name);
  expect(backend.why).not.toBe('');
});

describe('gradients of conv2d agree with the cpu backend', () => {
  const cases = [
    { input: [2, 7, 6, 3], filter: [3, 2, 3, 4], strides: [1, 1], pad: 'valid' },
    { input: [2, 7, 6, 3], filter: [3, 3, 3, 4], strides: [1, 1], pad: 'same' },
    { input: [3, 8, 8, 1], filter: [5, 5, 1, 2], strides: [3, 3], pad: 'valid' },
    { input: [1, 9, 7, 2], filter: [2, 3, 2, 5], strides: [2, 2], pad: 'same' },
    { input: [2, 5, 8, 2], filter: [1, 1, 2, 3], strides: [2, 1], pad: 'valid' },
    { input: [1, 10, 10, 2], filter: [3, 3, 2, 2], strides: [4, 3], pad: 'valid' },
    { input: [2, 6, 6, 2], filter: [4, 4, 2, 3], strides: [1, 2], pad: 'same' },
    { input: [3, 7, 7, 12], filter: [1, 1, 12, 20], strides: [1, 1], pad: 'same' },
    { input: [3, 7, 7, 16], filter: [3, 3, 16, 9], strides: [2, 2], pad: 'same' },
  ] as const;

  test.each(cases)('$input by $filter, strides $strides, $pad', async ({ input, filter, strides, pad }) => {
    await agree(input, filter, (tf, x, w) => tf.conv2d(x, w, [...strides], pad));
  });

  test('explicit padding', async () => {
    const padding: ExplicitPadding = [
      [0, 0],
      [0, 1],
      [2, 1],
      [0, 0],
    ];
    await agree([2, 6, 7, 2], [3, 3, 2, 4], (tf, x, w) => tf.conv2d(x, w, [2, 2], padding));
    await agree([2, 6, 7, 2], [3, 3, 2, 1], (tf, x, w) => tf.depthwiseConv2d(x, w, [2, 2], padding));
  });
});

describe('gradients of depthwiseConv2d agree with the cpu backend', () => {
  const cases = [
    { input: [2, 7, 6, 3], filter: [3, 3, 3, 1], strides: [1, 1], pad: 'same' },
    { input: [2, 7, 6, 3], filter: [3, 2, 3, 1], strides: [1, 1], pad: 'valid' },
    { input: [3, 8, 8, 2], filter: [3, 3, 2, 1], strides: [2, 2], pad: 'same' },
    { input: [1, 9, 7, 4], filter: [5, 3, 4, 1], strides: [2, 2], pad: 'valid' },
    { input: [2, 5, 5, 1], filter: [1, 1, 1, 1], strides: [1, 1], pad: 'valid' },
    { input: [2, 9, 11, 10], filter: [3, 3, 10, 1], strides: [1, 1], pad: 'same' },
    { input: [2, 9, 11, 16], filter: [3, 3, 16, 1], strides: [2, 2], pad: 'same' },
  ] as const;

  test.each(cases)('$input by $filter, strides $strides, $pad', async ({ input, filter, strides, pad }) => {
    await agree(input, filter, (tf, x, w) => tf.depthwiseConv2d(x, w, [...strides], pad));
  });
});

describe('gradients of avgPool agree with the cpu backend', () => {
  const cases = [
    { input: [2, 7, 7, 16], window: [7, 7], strides: [7, 7] },
    { input: [3, 6, 7, 3], window: [2, 3], strides: [2, 3] },
    { input: [1, 7, 6, 5], window: [3, 3], strides: [2, 1] },
  ] as const;

  test.each(cases)('$input by $window, strides $strides', async ({ input, window, strides }) => {
    // A filter of one weight per channel before it, so that there are two gradients.
    await agree(input, [1, 1, input[3], 1], (tf, x, w) =>
      tf.avgPool(tf.depthwiseConv2d(x, w, 1, 'valid'), [...window], [...strides], 'valid'),
    );
  });
});

type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

/** The values and both gradients of a convolution, on our backend and on the cpu one. */
async function agree(
  input: readonly [number, number, number, number],
  filter: readonly [number, number, number, number],
  convolve: (tf: Tf, x: Tensor4D, w: Tensor4D) => Tensor4D,
): Promise<void> {
  const { tf, name } = backend;
  const random = randomSource(7);
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b);
  const x = uniformValues(size(input), 1, random);
  const w = uniformValues(size(filter), 1, random);
  const seed = uniformValues(10_000, 1, random);
  const run = async (on: string): Promise<readonly Float32Array[]> => {
    await tf.setBackend(on);
    return tf.tidy(() => {
      const gradients = tf.grads((a, b) => {
        const y = convolve(tf, a as Tensor4D, b as Tensor4D);
        // Unequal weights of the outputs, so that a swapped or shifted output is seen.
        return tf.sum(tf.mul(y, tf.tensor(seed.subarray(0, y.size), y.shape)));
      })([tf.tensor4d(x, [...input]), tf.tensor4d(w, [...filter])]);
      const values = convolve(tf, tf.tensor4d(x, [...input]), tf.tensor4d(w, [...filter]));
      return [values, ...gradients].map((tensor) => tensor.dataSync() as Float32Array);
    });
  };
  const own = await run(name === 'wasm' ? 'wasm' : 'tensorflow');
  const cpu = await run('cpu');
  await tf.setBackend(name === 'wasm' ? 'wasm' : 'tensorflow');
  for (const k of [0, 1, 2]) {
    expect(own[k]).toHaveLength(cpu[k]?.length ?? -1);
    const worst = own[k]?.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (cpu[k]?.[i] ?? NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-4);
  }
}

describe('own operations, hand-computed', () => {
  test('cross-entropy of equal logits is ln 2, its gradient softmax minus target', () => {
    const { tf } = backend;
    tf.tidy(() => {
      const logits = tf.tensor2d([[3, 3]]);
      const target = tf.tensor2d([[1, 0]]);
      expect(crossEntropy(tf, logits, target).dataSync()[0]).toBeCloseTo(Math.LN2, 5);
      const gradient = tf.grad((z) => crossEntropy(tf, z as Tensor2D, target))(logits);
      expect([...gradient.dataSync()]).toEqual([-0.5, 0.5]);
    });
  });
});
