import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { picture, type DataSet } from '../../toolkit/data/index.js';
import {
  evaluateFused,
  fuse,
  inputValues,
  type FloatLayer,
  type FloatModel,
  type FusedModel,
} from '../../toolkit/model/index.js';
import { loadBackend, type Backend } from '../../toolkit/quantize/index.js';
import { observe, predict } from '../../toolkit/quantize/optimize.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { floatSubject, weightParameters } from '../../toolkit/quantize/subjects.js';
import { everyLayer, randomModel } from '../model/random-model.js';

/*
 * The forward pass of the trainer, on its backend and with the finishing of its own, against the pure evaluator.
 */

let backend: Backend;
beforeAll(async () => {
  backend = await loadBackend();
});

function randomPictures(model: FusedModel, count: number): DataSet {
  const random = randomSource(count);
  const [height, width, channels] = model.input.shape;
  const size = height * width * channels;
  return {
    name: 'random',
    shape: model.input.shape,
    images: Uint8Array.from({ length: count * size }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(count),
    classes: model.labels,
  };
}

/** A random network in which some of the activations are those that TensorFlow.js does not have. */
function anyModel(seed: number): FloatModel {
  const random = randomSource(seed + 1);
  const model = randomModel(seed);
  return {
    ...model,
    input: { ...model.input, scale: 1 / 100, offset: -1 },
    layers: model.layers.map((layer): FloatLayer =>
      layer.kind === 'activation' && random() < 0.3 ? { ...layer, activation: 'hardTanh' } : layer,
    ),
  };
}

/** Every tensor and the logits, within 1e-4 of their size. */
function expectSame(model: FloatModel): void {
  const fused = fuse(model);
  const data = randomPictures(fused, 3);
  const subject = floatSubject(fused);
  const parameters = weightParameters(fused);
  const logits = predict(backend.tf, subject, parameters, data);
  const seen = observe(backend.tf, subject, parameters, data, 3);
  const compare = (got: ArrayLike<number>, wanted: Float32Array, what: string): void => {
    const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(got.length, what).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(Math.abs((got[i] ?? NaN) - value), `${what}, value ${i}`).toBeLessThan(1e-4 * size);
    });
  };
  data.labels.forEach((_, p) => {
    const last = evaluateFused(fused, inputValues(fused, picture(data, p)), (stage, output) => {
      const all = seen.get(stage.name) ?? new Float32Array();
      const own = all.subarray(p * output.length, (p + 1) * output.length);
      compare(
        own,
        output,
        `${stage.kind} "${stage.name}" on ${'inputShape' in stage ? stage.inputShape.join(' x ') : ''}`,
      );
      return output;
    });
    compare(logits.subarray(p * last.length, (p + 1) * last.length), last, 'logits');
  });
}

test('every kind of layer and activation', () => {
  expectSame(everyLayer);
});

test('random networks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      expectSame(anyModel(seed));
    }),
    { numRuns: 60 },
  );
});
