import { afterAll, describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject, networkCName } from '../../toolkit/firmware/index.js';
import type { KernelOptions } from '../../toolkit/firmware/kernels/kernel-options.js';
import { numberTypes } from '../../toolkit/firmware/number-types.js';
import { analyse, createInterpreter, requantizeOf, type TableNetwork } from '../../toolkit/network/index.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { driverBuilder } from './host-build.js';
import { specialNetworks } from './special-networks.js';

const PICTURES = 3;

const driver = driverBuilder();
afterAll(() => driver.close());

/** Activation indices of 1, 2, 4 or 8 bits, the first in the lowest bits. */
function pack(indices: ArrayLike<number>, levels: number): Uint8Array {
  const bits = levels <= 2 ? 1 : levels <= 4 ? 2 : levels <= 16 ? 4 : 8;
  const packed = new Uint8Array(Math.ceil((indices.length * bits) / 8));
  for (let i = 0; i < indices.length; i++) {
    packed[(i * bits) >> 3] = (packed[(i * bits) >> 3] ?? 0) | ((indices[i] ?? 0) << ((i * bits) & 7));
  }
  return packed;
}

/** A reader of what driver.c wrote. */
function reader(values: Int32Array): { next: () => number; done: () => boolean } {
  let at = 0;
  return { next: () => values[at++] ?? Number.NaN, done: () => at === values.length };
}

/**
 * Builds the network's library and compares every trace point that it keeps, label and logit of some random pictures. Returns how many
 * points it does not keep.
 */
function check(network: TableNetwork, seed: number, options: Partial<KernelOptions>): number {
  const pictures = Array.from({ length: PICTURES }, (_, i) => randomPicture(network, 100 * seed + i));
  const interpreter = createInterpreter(network);
  const answers = pictures.map((picture) => interpreter.infer(picture, { trace: true }));
  const input = answers.flatMap(({ trace = [] }, i) => [
    ...(pictures[i] ?? []),
    ...pack(trace[0] ?? [], network.input.levels),
  ]);
  const project = firmwareProject(network, loadFirmwareBoard('host'), options);
  const got = reader(driver.run(project, networkCName(network.name), Uint8Array.from(input)));
  let missing = 0;
  for (const { label, logits, trace = [] } of answers) {
    for (let way = 0; way < 4; way++) {
      trace.slice(0, -1).forEach((point, at) => {
        const count = got.next();
        if (count === 0) {
          expect(network.stages[at]?.kind).toBe('maxPool');
          missing++;
          return;
        }
        expect(count).toBe(point.length);
        expect(Array.from(point, () => got.next())).toEqual([...point]);
      });
      expect(Array.from(logits, () => got.next())).toEqual([...logits]);
      expect(got.next()).toBe(label);
    }
    expect(got.next()).toBe(label);
  }
  expect(got.done()).toBe(true);
  return missing;
}

const seeds = Array.from({ length: Number(process.env['ENGINE_SEEDS'] ?? 16) }, (_, i) => i + 1);

describe('the networks of this file', () => {
  it('hold every kind of stage, both requantizations and all number types', () => {
    const networks = [...seeds.map(randomNetwork), ...Object.values(specialNetworks())];
    const stages = networks.flatMap((network) => network.stages);
    expect(new Set(stages.map(({ kind }) => kind)).size).toBe(7);
    expect(new Set(stages.map((stage) => requantizeOf(stage)?.kind))).toContain('shiftTable');
    expect(new Set(stages.map((stage) => requantizeOf(stage)?.kind))).toContain('thresholds');
    const types = networks.map((network) => numberTypes(network, analyse(network).stages));
    expect(new Set(types.map(({ sum }) => sum)).size).toBe(2);
    expect(new Set(types.map(({ product }) => product)).size).toBe(3);
  });
});

const KERNELS: Readonly<Record<string, Partial<KernelOptions>>> = {
  'a lookup per product': { among: ['lookup'] },
  'input by input': { among: ['rows'] },
  'two products per lookup': { among: ['pairs'] },
  'sums over levels, four lanes': { among: ['level-sums'] },
  'sums over levels, one lane': { lanes: 1, among: ['level-sums'] },
};

describeWithTool('gcc', 'the engine in C on the host, under sanitizers', () => {
  describe.each(Object.entries(KERNELS))('%s', (_kernels, options) => {
    it.each(seeds)('computes every trace point of random network %i as interpret() does', (seed) => {
      check({ ...randomNetwork(seed), name: 'random' }, seed, options);
    });
  });

  it.each(Object.entries(specialNetworks()))('computes %s, a lookup per product', (_what, network) => {
    check(network, 1, KERNELS['a lookup per product'] ?? {});
  });

  it.each(Object.entries(specialNetworks()))('computes %s, by whatever else can', (_what, network) => {
    check(network, 1, { among: ['level-sums', 'pairs', 'rows'], aim: 'speed' });
  });

  const pooled = Object.entries(specialNetworks()).filter(([what]) => what.startsWith('pooling'));

  it.each(pooled)('keeps no tensor between a convolution and %s', (_what, network) => {
    for (const lanes of [4, 1] as const) {
      expect(check(network, 1, { among: ['level-sums'], lanes })).toBe(4 * PICTURES);
    }
  });
});
