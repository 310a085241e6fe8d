import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadDataSet, take } from '../../toolkit/data/index.js';
import { InterruptedError } from '../../toolkit/errors.js';
import { networkMemory } from '../../toolkit/firmware/index.js';
import { readTfjsLayers } from '../../toolkit/model/index.js';
import { parseNetwork } from '../../toolkit/network/index.js';
import { prepareQuantization } from '../../toolkit/quantize/index.js';
import {
  createEvaluate,
  levelOptions,
  searchLevels,
  tablesOf,
  type Trial,
} from '../../toolkit/search/index.js';
import { judge, spread, type Jury } from '../../toolkit/search/judge.js';
import { tableAccuracy, tablize } from '../../toolkit/tablize/index.js';
import { SMALL_LADDER } from './made-up.js';

const model = (path: string): string =>
  fileURLToPath(new URL(`../../models/mnist-small/${path}`, import.meta.url));
const network = parseNetwork(readFileSync(model('table-network.json'), 'utf8'), 'mnist-small');
const { signal } = new AbortController();

test('the order of pictures holds each once, and begins all over the set', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), (count) => {
      const order = spread(count);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }),
  );
  const tenths = new Array<number>(10).fill(0);
  for (const i of spread(10_000).slice(0, 1000))
    tenths[Math.floor(i / 1000)] = (tenths[Math.floor(i / 1000)] ?? 0) + 1;
  expect(Math.min(...tenths)).toBeGreaterThan(80);
});

describe('judging tables', () => {
  const data = take(loadDataSet('mnist:test'), 2500);
  /** A float network that is always right: the drop is what the tables label wrong. */
  const jury: Jury = { data, floatRight: new Uint8Array(2500).fill(1) };

  test('on all pictures, as the integer reference has it', async () => {
    const found = await judge(network, jury, { drop: null, thorough: true, signal });
    expect(found.pictures).toBe(2500);
    expect(found.accuracy).toBe(await tableAccuracy(network, data, () => undefined, signal));
    expect(found.drop).toBeCloseTo(100 * (1 - found.accuracy), 9);
  });

  test('on the first thousand where that is clear, on all where it is not', async () => {
    const all = await judge(network, jury, { drop: null, thorough: true, signal });
    const pictures = async (drop: number | null): Promise<number> =>
      (await judge(network, jury, { drop, thorough: false, signal })).pictures;
    expect(await pictures(null)).toBe(1000);
    expect(await pictures(50)).toBe(1000);
    expect(await pictures(all.drop)).toBe(2500);
  });

  test('what is won counts against what is lost', async () => {
    const won = await judge(
      network,
      { data, floatRight: new Uint8Array(2500) },
      { drop: null, thorough: true, signal },
    );
    expect(won.drop).toBeCloseTo(-100 * won.accuracy, 9);
  });

  test('ends when it is interrupted', async () => {
    const judging = judge(network, jury, { drop: null, thorough: true, signal: AbortSignal.abort() });
    await expect(judging).rejects.toThrow(InterruptedError);
  });
});

test('mnist-small on 1,000 pictures: two points may be lost', async () => {
  const data = take(loadDataSet('mnist:test'), 1000);
  const prepared = prepareQuantization(
    readTfjsLayers(model('float/model.json')),
    take(loadDataSet('mnist:train'), 60),
  );
  const jury = { data, floatRight: await prepared.floatRight(data) };
  const told: Trial[] = [];
  const evaluate = createEvaluate(prepared, { jury, drop: 2, tell: (trial) => told.push(trial), signal });
  const budget = { flash: 16 * 1024, drop: 2 };
  const { best, trials } = await searchLevels(budget, {
    tables: tablesOf(prepared),
    evaluate,
    ladder: SMALL_LADDER,
    mostTrials: 12,
  });
  if (best === null) throw new Error('nothing was found');
  expect(told).toEqual(trials);
  expect(best.final).toBe(true);
  expect(best.drop).toBeLessThanOrEqual(2);

  // What was found is what these levels give.
  const tables = tablize(await prepared.quantize(levelOptions(best.candidate)));
  const { tableBytes, weightBytes } = networkMemory(tables);
  expect(best.flashBytes).toBe(tableBytes + weightBytes);
  expect(best.flashBytes).toBeLessThanOrEqual(budget.flash);
  expect(best.accuracy).toBe(await tableAccuracy(tables, data, () => undefined, signal));
  const right = jury.floatRight.reduce((sum, one) => sum + one, 0);
  expect(best.drop).toBeCloseTo((100 * right) / 1000 - 100 * best.accuracy, 9);
  expect(best.entries).toBe(
    Object.values(tables.products).reduce((sum, { values }) => sum + values.length, 0),
  );
});
