import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import { elements, fuse, type FloatModel } from '../../toolkit/model/index.js';
import { analyse, checkNetwork } from '../../toolkit/network/index.js';
import { prepareQuantization, quantizeModel, type LevelCounts } from '../../toolkit/quantize/index.js';
import { randomSource } from '../../toolkit/quantize/random.js';
import { countsText, planLevels, tableStages } from '../../toolkit/quantize/stage-levels.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { everyLayer, randomModel } from '../model/random-model.js';

const levels = { activationLevels: 8, weightLevels: 5 };
const counts = (activations: number, weights: number): LevelCounts => ({ activations, weights });

function picturesFor({ input: { shape } }: FloatModel, count = 6): DataSet {
  const random = randomSource(count);
  return {
    name: 'random',
    shape,
    images: Uint8Array.from({ length: count * elements(shape) }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(count),
    classes: ['a', 'b', 'c'],
  };
}

/** The sizes of a network's product tables by stage. */
const sizes = (model: Parameters<typeof tablize>[0]): Record<string, LevelCounts> =>
  Object.fromEntries(
    Object.entries(tablize(model).products).map(([name, { activations, weights }]) => [
      name,
      { activations, weights },
    ]),
  );

describe('levels per stage', () => {
  const fused = fuse(everyLayer);
  const plan = (stages: Record<string, LevelCounts>): Record<string, number> =>
    Object.fromEntries(
      planLevels(fused, { ...levels, stageLevels: new Map(Object.entries(stages)) }).tensors,
    );

  test('without exceptions all tensors have the same number', () => {
    expect(new Set(Object.values(plan({})))).toEqual(new Set([8]));
  });

  test('the one that wants most has its way, through max pooling too', () => {
    const found = plan({ side: counts(16, 3) });
    expect(found).toMatchObject({ conv_a: 16, pool: 16, depth: 8, side: 8, input: 8 });
    expect(plan({ side: counts(4, 3) })).toMatchObject({ conv_a: 8, pool: 8 });
    expect(plan({ 'conv-a': counts(2, 3) })).toMatchObject({ input: 2, conv_a: 8 });
  });

  test('stages without weights hand on what is wanted of them', () => {
    expect(plan({ 'conv-c': counts(20, 3) })).toMatchObject({ mean: 20, conv_b: 20, padded: 8 });
    // Read by the sum and the side branch, which are joined for a stage that wants fewer.
    expect(plan({ padded: counts(4, 3) })).toMatchObject({ joined: 4, sum: 4, side: 4, depth: 4, pool: 8 });
  });

  test('who reads what', () => {
    expect(tableStages(fused)).toContainEqual({ name: 'depth', reads: 'conv-a' });
    expect(tableStages(fused)[0]).toEqual({ name: 'conv-a', reads: 'input' });
  });

  test('tables of random networks have the sizes that were promised', async () => {
    const size = fc.record({
      activations: fc.integer({ min: 2, max: 40 }),
      weights: fc.integer({ min: 2, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.array(size, { minLength: 8, maxLength: 8 }), async (seed, wanted) => {
        const model = randomModel(seed);
        const prepared = prepareQuantization(model, picturesFor(model));
        const stageLevels = new Map(
          // Not all of them, so that some follow the network.
          prepared.stages.flatMap(({ name }, i) =>
            i % 3 === 2 ? [] : [[name, wanted[i % 8] ?? counts(2, 2)]],
          ),
        );
        const options = { ...levels, stageLevels };
        const network = tablize(await prepared.quantize(options));
        checkNetwork(network, 'here');
        const promised = prepared.tableSizes(options);
        expect([...promised.keys()]).toEqual(
          network.stages.filter((stage) => 'products' in stage).map(({ name }) => name),
        );
        for (const { stage, inputs } of analyse(network).stages) {
          const table = promised.get(stage.name);
          if (!('products' in stage) || table === undefined) continue;
          const own = network.products[stage.products];
          expect(own?.activations).toBe(table.activations);
          // Some levels are beyond what an activation function gives.
          expect(inputs[0]?.levels).toBeLessThanOrEqual(table.activations);
          expect(table.activations).toBeGreaterThanOrEqual(stageLevels.get(stage.name)?.activations ?? 8);
          // Fewer where the weights have no use for more.
          expect(own?.weights).toBeLessThanOrEqual(stageLevels.get(stage.name)?.weights ?? 5);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('the same counts for each stage are those of the network', async () => {
    const data = picturesFor(everyLayer);
    const prepared = prepareQuantization(everyLayer, data);
    const stageLevels = new Map(prepared.stages.map(({ name }) => [name, counts(8, 5)]));
    const apart = await prepared.quantize({ activationLevels: 8, weightLevels: 5, stageLevels });
    expect(apart).toEqual(await quantizeModel(everyLayer, data, levels));
  });

  test('what was prepared gives the same model whatever was asked of it before', async () => {
    const data = picturesFor(everyLayer);
    const prepared = prepareQuantization(everyLayer, data, { test: data });
    const first = await prepared.quantize(levels);
    await prepared.quantize({ ...levels, stageLevels: new Map([['side', counts(30, 17)]]) });
    expect(await prepared.quantize(levels)).toEqual(first);
    expect(first).toEqual(await quantizeModel(everyLayer, data, { ...levels, test: data }));
    expect(first.provenance.floatAccuracy).toBe(
      (await prepared.floatRight(data)).reduce((a, b) => a + b, 0) / data.labels.length,
    );
  });

  test('tables and provenance tell', async () => {
    const stageLevels = new Map([
      ['conv-c', counts(20, 3)],
      ['side', counts(8, 9)],
    ]);
    const model = await quantizeModel(everyLayer, picturesFor(everyLayer), { ...levels, stageLevels });
    expect(sizes(model)).toMatchObject({
      'conv-a': counts(8, 5),
      side: counts(8, 9),
      'conv-c': counts(20, 3),
      logits: counts(8, 5),
    });
    expect(model.provenance.schemes).toEqual({
      activations: 'least squared error, 8 levels (conv-c: 20)',
      weights: 'k-means, 5 levels (conv-c: 3, side: 9), after training',
    });
  });

  test('the provenance counts exceptions where it has no room for their names', () => {
    const many = new Map(Array.from({ length: 30 }, (_, i) => [`stage-${i}`, counts(9 + i, 4)]));
    expect(countsText({ ...levels, stageLevels: many }, 'activations', 30)).toBe(
      '8 levels (9..38 in 30 stages)',
    );
  });
});

test.each([
  [
    'conv-d',
    /there is no stage "conv-d"/,
    /did you mean "conv-[abc]"\? The stages with tables are conv-a, depth/,
  ],
  ['zzzzzzzz', /there is no stage "zzzzzzzz"/, /^The stages with tables are conv-a, depth/],
  ['pool', /stage "pool" has no weights, and so no table/, /^The stages with tables are/],
  ['side', /300 weight levels: a whole number from 2 to 256/, /8x5/],
])('levels for the stage %s are refused before calibration', async (name, message, next) => {
  const lines: string[] = [];
  const thrown: unknown = await quantizeModel(everyLayer, picturesFor(everyLayer), {
    ...levels,
    stageLevels: new Map([[name, counts(8, name === 'side' ? 300 : 5)]]),
    progress: (line) => lines.push(line),
  }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(InputError);
  expect((thrown as InputError).message).toMatch(message);
  expect((thrown as InputError).next).toMatch(next);
  expect(lines).toEqual([]);
});
