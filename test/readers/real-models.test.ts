import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateGraph, type Graph } from '../../toolkit/graph/index.js';
import { evaluateFused, fuse, inputValues } from '../../toolkit/model/index.js';
import { readModelFile } from '../../toolkit/readers/index.js';
import { readOnnx } from '../../toolkit/readers/onnx/index.js';
import { readTflite } from '../../toolkit/readers/tflite/index.js';
import { between, seeded } from '../support/random.js';

const pathOf = (file: string): string => fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));

/** What the bytes of a picture stand for where the file does not say it: MFCCs of speech, pixels. */
const SPEECH = { scale: 0.6, offset: -100 };
const PIXELS = { scale: 1, offset: 0 };
const DIGITS = { scale: 1 / 255, offset: 0 };

/**
 * `most`: the largest difference, as a part of the range of the logits. In 8-bit ResNet8 a value now and then lies between
 * two levels, as exactly as a float can tell, and is rounded to the other one; all later layers see that.
 */
const GRAPHS = [
  { file: 'models/mlperf-tiny-resnet8-float.tflite', values: PIXELS, shape: [32, 32, 3], most: 1e-4 },
  { file: 'models/mlperf-tiny-resnet8-int8.tflite', values: PIXELS, shape: [32, 32, 3], most: 0.05 },
  { file: 'models/mlperf-tiny-dscnn-float.tflite', values: SPEECH, shape: [49, 10, 1], most: 1e-4 },
  { file: 'models/mlperf-tiny-dscnn-int8.tflite', values: SPEECH, shape: [49, 10, 1], most: 1e-4 },
  { file: 'qonnx/tfc-2w2a.onnx', values: DIGITS, shape: [28, 28, 1], most: 1e-4 },
] as const;

const SEEDS = [1, 2, 3, 4, 5, 6];

function randomBytes(length: number, seed: number): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length }, () => between(random, 0, 255));
}

function graphOf(file: string): Graph {
  const path = pathOf(file);
  const bytes = readFileSync(path);
  return file.endsWith('.onnx') ? readOnnx(bytes, path) : readTflite(bytes, path);
}

/** The tensor before what only shows the logits: a softmax, the index of the largest, the rounding of these. */
function logitsOf(graph: Graph): string {
  let [name = ''] = graph.outputs;
  for (;;) {
    const node = graph.nodes.find(({ output }) => output === name);
    if (node === undefined || !['softmax', 'argMax', 'quantize', 'reshape'].includes(node.operation.kind))
      return name;
    [name = ''] = node.inputs;
  }
}

/** The largest difference, as a part of the range of what was wanted. */
function apart(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const all = Array.from(wanted);
  const range = Math.max(...all) - Math.min(...all);
  expect(got).toHaveLength(all.length);
  expect(range).toBeGreaterThan(0);
  return Math.max(...all.map((value, i) => Math.abs(value - (got[i] ?? NaN)))) / range;
}

async function evaluatorOf(file: string, values: { readonly scale: number; readonly offset: number }) {
  const { model } = await readModelFile(pathOf(file), values);
  const fused = fuse(model);
  return {
    model,
    run: (bytes: Uint8Array): Float32Array => evaluateFused(fused, inputValues(fused, bytes)),
  };
}

describe('layers give what the graph of the file gives', () => {
  it.each(GRAPHS)('$file', async ({ file, values, shape, most }) => {
    const graph = graphOf(file);
    const { model, run } = await evaluatorOf(file, values);
    expect(model.input.shape).toEqual(shape);
    const logits = logitsOf(graph);
    const differences = SEEDS.map((seed) => {
      const bytes = randomBytes(shape[0] * shape[1] * shape[2], seed);
      // What the file does to its picture first is a part of the model's own scale, so not of what the graph reads.
      const read = Float32Array.from(bytes, (byte) => byte * values.scale + values.offset);
      const wanted = evaluateGraph(graph, new Map([[graph.inputs[0]?.name ?? '', read]]), [logits]);
      return apart(run(bytes), wanted.get(logits)?.values ?? []);
    });
    expect(Math.min(...differences)).toBeLessThan(1e-4);
    expect(Math.max(...differences)).toBeLessThan(most);
  });
});

it('a network saved by Keras and by TensorFlow Lite is the same', async () => {
  const keras = await evaluatorOf('models/mlperf-tiny-resnet8.h5', PIXELS);
  const lite = await evaluatorOf('models/mlperf-tiny-resnet8-float.tflite', PIXELS);
  for (const seed of SEEDS) {
    const bytes = randomBytes(32 * 32 * 3, seed);
    expect(apart(keras.run(bytes), lite.run(bytes))).toBeLessThan(1e-4);
  }
});
