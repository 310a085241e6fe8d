import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { randomSource, uniformValues } from '../../toolkit/quantize/random.js';

/**
 * TensorFlow.js on its reference backend: of the WebAssembly one, convolutions with padding "same" are all zero if the
 * window is smaller than its stride along one axis and needs padding along the other.
 */
export { tf };
await tf.setBackend('cpu');

/** Reads a model from files for tf.loadLayersModel. */
export function fileHandler(modelFolder: string): tf.io.IOHandler {
  return {
    load: () => {
      const json = JSON.parse(readFileSync(join(modelFolder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      const paths = json.weightsManifest.flatMap((group) => group.paths);
      const bytes = Buffer.concat(paths.map((path) => readFileSync(join(modelFolder, path))));
      return Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: Uint8Array.from(bytes).buffer,
      });
    },
  };
}

/** Saves a model of TensorFlow.js as files, its weights through `pack`; returns the path of model.json. */
export async function save(
  model: layers.LayersModel,
  modelFolder: string,
  pack = (weights: Uint8Array, specs: tf.io.WeightsManifestEntry[]) => ({ weights, specs }),
): Promise<string> {
  mkdirSync(modelFolder, { recursive: true });
  await model.save({
    save: (artifacts) => {
      const data = artifacts.weightData as ArrayBuffer;
      const { weights, specs } = pack(new Uint8Array(data), artifacts.weightSpecs ?? []);
      const half = Math.floor(weights.length / 2) + 1;
      writeFileSync(join(modelFolder, 'shard1.bin'), weights.subarray(0, half));
      writeFileSync(join(modelFolder, 'shard2.bin'), weights.subarray(half));
      const json = {
        format: 'layers-model',
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: ['shard1.bin', 'shard2.bin'], weights: specs }],
      };
      writeFileSync(join(modelFolder, 'model.json'), JSON.stringify(json));
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    },
  });
  return join(modelFolder, 'model.json');
}

/** What a model of TensorFlow.js gives for one picture. */
export function predict(model: layers.LayersModel, input: Float32Array): Float32Array {
  const [, ...shape] = model.inputs[0]?.shape ?? [];
  const sizes = shape.map((size) => size ?? 1);
  return tf.tidy(
    () => (model.predict(tf.tensor(input, [1, ...sizes])) as tf.Tensor).dataSync() as Float32Array,
  );
}

/** Gives a model random weights, and variances above zero. */
export function randomWeights<M extends layers.LayersModel>(model: M, seed = 1): M {
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const values = uniformValues(weight.size, 0.5, randomSource(seed + i));
      const isVariance = model.weights[i]?.name.includes('variance') === true;
      return tf.tensor(isVariance ? values.map((value) => value + 1) : values, weight.shape);
    }),
  );
  return model;
}

export const softmax = (logits: Float32Array): Float32Array => {
  const exponentials = logits.map(Math.exp);
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((value) => value / sum);
};

export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs((got[i] ?? NaN) - (expected[i] ?? NaN)), `value ${i}`).toBeLessThan(tolerance);
  }
}
