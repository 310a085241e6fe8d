import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { INPUT } from '../network/index.js';
import type { FloatModel } from './float-model.js';
import { layersToKeras } from './layers-to-keras.js';
import { writeFileAtomic } from './write-file.js';

/**
 * Writes `model.json` and `weights.bin` in the TensorFlow.js Layers format, so that `tf.loadLayersModel` reads them.
 * What that format has no place for (scale and offset of the pixels, labels) is in `userDefinedMetadata`.
 *
 * @throws InputError if the model is not sound, TensorFlow.js has nothing for a layer (a hard tanh, a max pool with
 * numbers for padding on values that can be negative), or the folder cannot be written to.
 */
export function writeTfjsLayers(folder: string, model: FloatModel): void {
  const { json, weights } = tfjsLayersFiles(model);
  writeFileAtomic(join(folder, 'weights.bin'), weights);
  writeFileAtomic(join(folder, 'model.json'), json);
}

/** @throws InputError if `writeTfjsLayers` cannot write the model, wherever that is. */
export function checkTfjsLayers(model: FloatModel): void {
  layersToKeras(model);
}

/**
 * What `hashTfjsFiles` says of the files that `writeTfjsLayers` would write.
 *
 * @throws InputError as `writeTfjsLayers` for a model that cannot be written.
 */
export function hashAsTfjsLayers(model: FloatModel): string {
  const { json, weights } = tfjsLayersFiles(model);
  return createHash('sha256').update(json).update(weights).digest('hex');
}

function tfjsLayersFiles(model: FloatModel): { readonly json: string; readonly weights: Uint8Array } {
  const { layers, weights } = layersToKeras(model);
  const json = {
    format: 'layers-model',
    generatedBy: 'tablize',
    convertedBy: null,
    modelTopology: {
      class_name: 'Model',
      config: {
        name: model.name,
        layers,
        input_layers: [[INPUT, 0, 0]],
        output_layers: [[layers.at(-1)?.name, 0, 0]],
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      tablize: { scale: model.input.scale, offset: model.input.offset, labels: model.labels },
    },
  };
  return {
    json: `${JSON.stringify(json, null, 1)}\n`,
    weights: littleEndian(weights.map(({ values }) => values)),
  };
}

function littleEndian(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const values of arrays) for (const value of values) bytes.setFloat32(at++ * 4, value, true);
  return new Uint8Array(bytes.buffer);
}
