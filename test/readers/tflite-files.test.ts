import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { elements, evaluateGraph, graphSizes, type Graph } from '../../toolkit/graph/index.js';
import { readTflite } from '../../toolkit/readers/tflite/index.js';
import { readTfliteFile } from '../../toolkit/readers/tflite/tflite-file.js';

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/models/mlperf-tiny-${name}.tflite`, import.meta.url));

function load(name: string): Graph {
  return readTflite(readFileSync(pathOf(name)), pathOf(name));
}

/** What a network makes of a picture of bytes, and of what goes into its softmax. */
function run(
  graph: Graph,
  picture: Float32Array,
): { readonly scores: Float32Array; readonly logits: Float32Array } {
  const softmax = graph.nodes.find((node) => node.operation.kind === 'softmax');
  const [logits = ''] = softmax?.inputs ?? [];
  const [output = ''] = graph.outputs;
  const given = evaluateGraph(graph, new Map([[graph.inputs[0]?.name ?? '', picture]]), [output, logits]);
  const values = (name: string): Float32Array => Float32Array.from(given.get(name)?.values ?? []);
  return { scores: values(output), logits: values(logits) };
}

/** Coefficients as those of speech: the first is large and negative, the others fade and change slowly. */
function spectrum(number: number): Float32Array {
  return Float32Array.from({ length: 49 * 10 }, (_, i) => {
    const [time, c] = [Math.floor(i / 10), i % 10];
    if (c === 0) return -60 + 40 * Math.sin(time / 7 + number);
    return (12 / c) * Math.sin(time / (3 + c + number / 3) + c * number);
  });
}

/** Soft colours: waves across the picture. */
function photograph(number: number): Float32Array {
  return Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % 32, Math.floor(i / 96)];
    return Math.round(
      128 + 60 * Math.sin(x / (3 + number) + c) + 60 * Math.cos(y / (9 - number) + number * c),
    );
  });
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const moment = (x: Float32Array, mx: number, y: Float32Array, my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? 0) - my), 0);
  return moment(a, ma, b, mb) / Math.sqrt(moment(a, ma, a, ma) * moment(b, mb, b, mb));
}

/** The weights of convolutions and matrices, and the steps between their levels: 0 where they have none. */
function kernels(graph: Graph): { readonly values: readonly number[]; readonly steps: readonly number[] }[] {
  const layers = graph.nodes.filter(({ operation: { kind } }) => kind === 'conv2d' || kind === 'matmul');
  return layers.map(({ inputs: [, kernel = ''] }) => {
    const rounding = graph.nodes.find(({ output }) => output === kernel);
    const steps = rounding?.operation.kind === 'quantize' ? rounding.operation.levels.step : [0];
    return { values: [...(graph.constants.get(rounding?.inputs[0] ?? kernel)?.values ?? [])], steps };
  });
}

const label = (scores: Float32Array): number => scores.indexOf(Math.max(...scores));

describe.each(['resnet8', 'dscnn'])('%s of MLPerf Tiny', (name) => {
  const float = load(`${name}-float`);
  const int8 = load(`${name}-int8`);

  it.each([`${name}-float`, `${name}-int8`])('%s: every tensor has the sizes that the file says', (file) => {
    const said = new Map(
      readTfliteFile(readFileSync(pathOf(file)), file).tensors.map((tensor) => [tensor.name, tensor.sizes]),
    );
    const graph = load(file);
    const checked = [...graphSizes(graph)].filter(
      ([tensor]) => said.has(tensor) && !graph.constants.has(tensor),
    );
    expect(checked.length).toBeGreaterThan(5);
    for (const [tensor, sizes] of checked) expect(sizes, tensor).toEqual(said.get(tensor));
  });

  it('integers give what floats give, for smooth inputs', () => {
    let agree = 0;
    for (let i = 0; i < 8; i++) {
      const picture = name === 'resnet8' ? photograph(i) : spectrum(i);
      const [exact, rounded] = [run(float, picture), run(int8, picture)];
      expect(correlation(exact.logits, rounded.logits)).toBeGreaterThan(0.98);
      expect(exact.scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 5);
      if (label(exact.scores) === label(rounded.scores)) agree++;
    }
    expect(agree).toBeGreaterThanOrEqual(7);
  });

  it('weights of the integer network are those of the float one, rounded to the nearest level', () => {
    const [exact, rounded] = [kernels(float), kernels(int8)];
    expect(rounded.length).toBe(10);
    for (const [layer, { values, steps }] of rounded.entries()) {
      const { values: floats = [], steps: floatSteps = [0] } = exact[layer] ?? {};
      expect(values.length).toBe(floats.length);
      for (const [i, value] of values.entries()) {
        const step = steps[i % steps.length] ?? NaN;
        const half = 0.5001 * (step + (floatSteps[i % floatSteps.length] ?? NaN));
        const isNear = Math.abs(value - (floats[i] ?? NaN)) <= half;
        const isLevel = Math.abs(value / step - Math.round(value / step)) < 1e-4;
        if (!isNear || !isLevel) expect.fail(`layer ${layer}, weight ${i}: ${value} for ${floats[i] ?? NaN}`);
      }
    }
  });

  it('its input is one picture, its output one value per class', () => {
    expect(float.name).toBe(`mlperf-tiny-${name}-float`);
    const picture = name === 'resnet8' ? [1, 32, 32, 3] : [1, 49, 10, 1];
    expect(float.inputs.map(({ sizes, byte }) => ({ sizes, byte }))).toEqual([
      { sizes: picture, byte: null },
    ]);
    const sizes = graphSizes(float).get(float.outputs[0] ?? '') ?? [];
    expect(elements(sizes)).toBe(name === 'resnet8' ? 10 : 12);
    expect(float.labels).toBeNull();
  });
});
