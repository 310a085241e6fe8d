import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { picture } from '../../toolkit/data/index.js';
import type { FloatModel } from '../../toolkit/model/index.js';
import { interpret } from '../../toolkit/network/index.js';
import { quantizeModel } from '../../toolkit/quantize/index.js';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';
import { readDistributions } from '../../toolkit/study/index.js';
import { measureDistributions, writeDistributions } from '../../toolkit/study/distributions.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { rowsPair } from '../support/study.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const random = randomSource(5);

/** Channels of very different size, one of them negated by its norm. */
const float: FloatModel = {
  name: 'norms',
  input: { shape: [9, 6, 1], scale: 1 / 255, offset: 0 },
  layers: [
    {
      kind: 'conv2d',
      name: 'conv',
      input: 'input',
      filters: 2,
      kernelSize: [1, 2],
      strides: [3, 2],
      padding: 'valid',
      // [tap][channel].
      kernel: Float32Array.of(1, 0.01, -2, 0.03),
      bias: new Float32Array(2),
      activation: 'linear',
    },
    {
      kind: 'batchNorm',
      name: 'norm',
      input: 'conv',
      gamma: Float32Array.of(0.5, -20),
      beta: Float32Array.of(0.3, 0.9),
      mean: new Float32Array(2),
      variance: new Float32Array(2).fill(1),
      epsilon: 0,
    },
    { kind: 'activation', name: 'relu', input: 'norm', activation: 'relu' },
    { kind: 'flatten', name: 'flat', input: 'relu' },
    {
      kind: 'dense',
      name: 'logits',
      input: 'flat',
      units: 3,
      kernel: uniformValues(54, 1, random),
      bias: new Float32Array(3),
      activation: 'linear',
    },
  ],
  labels: ['0', '1', '2'],
};

async function distributions() {
  const quantized = await quantizeModel(float, rowsPair.train, { activationLevels: 16, weightLevels: 9 });
  const network = tablize(quantized);
  const models = { float: { model: float, sourceHash: '', accuracy: 1 }, quantized, network };
  return { found: measureDistributions('my-cell', models, rowsPair.test), quantized, network };
}

describe('distributions', () => {
  test('show float weights in the unit of the levels', async () => {
    const { found, quantized } = await distributions();
    const [conv, logits] = found.weights;
    expect(found.weights.map(({ stage, kind }) => [stage, kind])).toEqual([
      ['conv', 'conv2d'],
      ['logits', 'dense'],
    ]);
    // What a weight must be is norm x weight / scale: 0.5 x 1, -1, and -20 x 0.01, 0.03.
    const stage = quantized.stages[0];
    const [one = 1, two = 1] = stage !== undefined && 'scale' in stage ? (stage.scale ?? []) : [];
    const wanted = [0.5 / one, -1 / one, -0.2 / two, -0.6 / two];
    expect(conv?.histogram.from).toBeCloseTo(Math.min(...wanted), 4);
    expect(conv?.histogram.to).toBeCloseTo(Math.max(...wanted), 4);
    // Four weights and nine levels: each weight has one of its own, which is near.
    expect(conv?.used.reduce((sum, count) => sum + count, 0)).toBe(4);
    conv?.levels.forEach((level, i) => {
      if ((conv.used[i] ?? 0) > 0)
        expect(Math.min(...wanted.map((weight) => Math.abs(weight - level)))).toBeLessThan(0.2);
    });
    expect(logits?.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(54);
    expect(logits?.histogram.counts).toHaveLength(80);
    const weights = float.layers[4]?.kind === 'dense' ? float.layers[4].kernel : new Float32Array();
    expect(logits?.histogram.from).toBeCloseTo(Math.min(...weights), 5);
    expect(logits?.used.reduce((sum, count) => sum + count, 0)).toBe(54);
  });

  test('count the activations of 200 test pictures, or of all if there are fewer', async () => {
    const { found, network } = await distributions();
    expect(found.pictures).toBe(150);
    expect(found.activations.map(({ tensor }) => tensor)).toEqual(['input', 'conv']);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 150; i++) {
      const [, conv = []] = interpret(network, picture(rowsPair.test, i), { trace: true }).trace ?? [];
      for (const index of conv) counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(found.activations[1]?.counts).toEqual(counts);
    for (const { levels, counts: own } of found.activations) {
      expect(levels).toHaveLength(own.length);
      expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    }
  });

  test('are read as they were written; what is something else is refused', async () => {
    const { found } = await distributions();
    const out = temporaryFolder('distributions');
    expect(readDistributions(out, 'my-cell')).toBeNull();
    writeDistributions(out, found);
    expect(readDistributions(out, 'my-cell')).toEqual(found);
    const path = join(out, 'distributions', 'my-cell.json');
    for (const text of ['{}', '', JSON.stringify({ ...found, cell: 'another' })]) {
      writeFileSync(path, text);
      expect(() => readDistributions(out, 'my-cell')).toThrow(expect.objectContaining({ where: path }));
    }
  });
});
