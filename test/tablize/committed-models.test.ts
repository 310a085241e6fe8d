import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadDataSet, picture, take } from '../../toolkit/data/index.js';
import { hashTfjsFiles, readTfjsLayers } from '../../toolkit/model/index.js';
import {
  analyse,
  createInterpreter,
  measureNetwork,
  parseNetwork,
  productForm,
  serializeNetwork,
  signedBits,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { parseQuantized, quantizedEvaluator, type QuantizedModel } from '../../toolkit/quantize/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { describeWithDataSet } from '../support/data-sets.js';

/**
 * `least`: accuracy on the first `pictures` test pictures; the first 1,000 of MNIST are of the harder half. `bits`: of the widest
 * accumulator.
 */
const MODELS = [
  { name: 'mnist-mlp', data: 'mnist', levels: [8, 5], bits: 16, least: 0.96, pictures: 2000 },
  { name: 'mnist-small', data: 'mnist', levels: [8, 5], bits: 16, least: 0.94, pictures: 2000 },
  { name: 'mnist-16', data: 'mnist-16', levels: [8, 5], bits: 16, least: 0.975, pictures: 2000 },
  { name: 'mnist-cnn', data: 'mnist', levels: [8, 5], bits: 16, least: 0.988, pictures: 1000 },
  ...['mobilenet', 'resnet', 'alexnet'].flatMap((network) => [
    { ...fashion(network, [8, 5]), bits: 16, least: 0.88 },
    { ...fashion(network, [20, 16]), bits: 32, least: 0.89 },
  ]),
  { ...fashion('mobilenet', [16, 5]), bits: 16, least: 0.89 },
];

function fashion(network: string, levels: readonly [number, number]) {
  return { name: `fashion-${network}-${levels.join('x')}`, data: 'fashion-mnist', levels, pictures: 500 };
}

const NO_TABLE = { activations: 0, weights: 0, values: [] };

const fileOf = (model: string, file: string): string =>
  fileURLToPath(new URL(`../../models/${model}/${file}`, import.meta.url));
const quantizedOf = (model: string): QuantizedModel =>
  parseQuantized(readFileSync(fileOf(model, 'quantized.json'), 'utf8'), model);
const networkOf = (model: string): TableNetwork =>
  parseNetwork(readFileSync(fileOf(model, 'table-network.json'), 'utf8'), model);

describe.each([
  { name: 'fashion-mobilenet-16x5', tables: 10, channels: 1072, thresholds: 15 },
  { name: 'mnist-16', tables: 3, channels: 40, thresholds: 7 },
])('$name', ({ name, tables, channels, thresholds }) => {
  test('the factors of a layer are -2, -1, 0, 1 and 2 times one whole number', () => {
    const products = Object.values(networkOf(name).products);
    expect(products).toHaveLength(tables);
    for (const table of products) {
      const factors = productForm(table)?.factors ?? [];
      const one = factors[3] ?? NaN;
      expect(factors).toEqual([-2 * one, -one, 0, one, 2 * one]);
    }
  });

  test('the thresholds of a channel are a power of two of such numbers apart', () => {
    const { stages, products } = networkOf(name);
    const rows = stages.flatMap((stage) => {
      if (!('weights' in stage) || stage.requantize?.kind !== 'thresholds') return [];
      const one = productForm(products[stage.products] ?? NO_TABLE)?.factors[3] ?? NaN;
      return stage.requantize.values.map((row) =>
        row.slice(1).map((value, k) => (value - (row[k] ?? 0)) / one),
      );
    });
    expect(rows).toHaveLength(channels);
    for (const [first = NaN, ...others] of rows) {
      expect(Number.isInteger(Math.log2(first))).toBe(true);
      expect(first).toBeGreaterThanOrEqual(1);
      expect(others).toEqual(Array.from({ length: thresholds - 2 }, () => first));
    }
  });
});

describe.each(MODELS)('$name', ({ name, data: set, levels, bits, least, pictures }) => {
  const [activations = 0, weights = 0] = levels;

  test('its tables are what its quantized model gives', () => {
    expect(readFileSync(fileOf(name, 'table-network.json'), 'utf8')).toBe(
      serializeNetwork(tablize(quantizedOf(name))),
    );
  });

  test(`${activations} x ${weights} levels, and a source that is the float model beside it`, () => {
    const network = networkOf(name);
    expect(measureNetwork(network)).toMatchObject({
      tableEntries: activations * weights,
      activationLevels: activations,
      weightLevels: weights,
    });
    for (const { bounds } of analyse(network).stages) {
      if (bounds !== null) expect(signedBits(bounds.partial)).toBeLessThanOrEqual(bits);
    }
    const source = fileOf(name, 'float/model.json');
    expect(network.provenance.sourceHash).toBe(hashTfjsFiles(source));
    expect(readTfjsLayers(source).name).toBe(name);
  });

  describeWithDataSet(set, 'on pictures', () => {
    test(`accuracy with the tables on ${pictures} pictures`, () => {
      const data = take(loadDataSet(`${set}:test`), pictures);
      const network = networkOf(name);
      const interpreter = createInterpreter(network);
      const right = data.labels.filter(
        (label, i) => interpreter.infer(picture(data, i)).label === label,
      ).length;
      expect(right / pictures).toBeGreaterThanOrEqual(least);
      if (pictures === network.provenance.testPictures) {
        expect(right / pictures).toBeGreaterThan((network.provenance.floatAccuracy ?? 1) - 0.005);
      }
    });

    test('integers and real numbers choose the same label for at least 97 of 100 pictures', () => {
      const data = take(loadDataSet(`${set}:test`), 300);
      const real = quantizedEvaluator(quantizedOf(name));
      const interpreter = createInterpreter(networkOf(name));
      const agreeing = data.labels.filter((_, i) => {
        const logits = real(picture(data, i));
        return logits.indexOf(Math.max(...logits)) === interpreter.infer(picture(data, i)).label;
      });
      expect(agreeing.length).toBeGreaterThanOrEqual(291);
    });
  });
});
