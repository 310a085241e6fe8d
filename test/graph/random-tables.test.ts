import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DataSet } from '../../toolkit/data/index.js';
import { evaluateFused, floatModelFromGraph, fuse, inputValues } from '../../toolkit/model/index.js';
import { checkNetwork, createInterpreter } from '../../toolkit/network/index.js';
import {
  parseQuantized,
  quantizedEvaluator,
  quantizeModel,
  serializeQuantized,
} from '../../toolkit/quantize/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { compareOnHost } from '../firmware/run-on-host.js';
import { randomGraph } from '../support/random-graph.js';
import { seeded } from '../support/random.js';
import { describeWithTool } from '../support/tools.js';

/** A model of a random graph, and random pictures for it. */
function drawn(seed: number, count: number) {
  const model = floatModelFromGraph(randomGraph(seed).graph, { name: 'random' });
  const { shape } = model.input;
  const random = seeded(seed ^ 0xface);
  const size = shape[0] * shape[1] * shape[2];
  const data: DataSet = {
    name: 'random',
    shape,
    images: Uint8Array.from({ length: count * size }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(count),
    classes: model.labels,
  };
  const pictures = Array.from({ length: count }, (_, i) => data.images.subarray(i * size, (i + 1) * size));
  return { model, data, pictures };
}

const FINE = { activationLevels: 256, weightLevels: 255 };

/** How far values are off, as a part of the spread of those wanted. */
function error(got: readonly number[], wanted: readonly number[]): number {
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
  const spread = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 1e-3);
  return Math.sqrt(got.reduce((sum, value, i) => sum + (value - (wanted[i] ?? 0)) ** 2, 0) / spread);
}

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

test('with many levels a quantized model gives about what the float model gives, and its tables the same labels', async () => {
  let [same, all] = [0, 0];
  for (const seed of SEEDS) {
    const { model, data, pictures } = drawn(seed, 24);
    const quantized = await quantizeModel(model, data, FINE);
    expect(parseQuantized(serializeQuantized(quantized), 'here')).toEqual(quantized);
    const fused = fuse(model);
    const evaluate = quantizedEvaluator(quantized);
    const wanted = pictures.flatMap((bytes) => [...evaluateFused(fused, inputValues(fused, bytes))]);
    const got = pictures.map((bytes) => [...evaluate(bytes)]);
    expect(error(got.flat(), wanted), `seed ${seed}`).toBeLessThan(0.2);
    const network = tablize(quantized);
    checkNetwork(network, `seed ${seed}`);
    const { infer } = createInterpreter(network);
    pictures.forEach((bytes, i) => {
      const logits = got[i] ?? [];
      if (infer(bytes).label === logits.indexOf(Math.max(...logits))) same++;
      all++;
    });
  }
  expect(same / all).toBeGreaterThan(0.95);
}, 60_000);

describeWithTool('gcc', 'on the host, under sanitizers', () => {
  test('tables of graphs are what interpret() computes', async () => {
    const subjects = await Promise.all(
      [2, 5, 11, 17].map(async (seed) => {
        const { model, data, pictures } = drawn(seed, 6);
        const quantized = await quantizeModel(model, data, { activationLevels: 12, weightLevels: 9 });
        return { network: { ...tablize(quantized), name: `graph-${seed}` }, pictures, options: {} };
      }),
    );
    const folder = mkdtempSync(join(tmpdir(), 'tablize-graphs-'));
    try {
      expect(await compareOnHost(folder, subjects)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);
});
