import { afterAll, describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject, networkCName } from '../../toolkit/firmware/index.js';
import type { KernelOptions } from '../../toolkit/firmware/kernels/choose.js';
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

/** What driver.c must write for these pictures, and what to feed it. */
function expected(
  network: TableNetwork,
  pictures: readonly Uint8Array[],
): { input: Uint8Array; output: number[] } {
  const interpreter = createInterpreter(network);
  const input: number[] = [];
  const output: number[] = [];
  for (const picture of pictures) {
    const { label, trace = [] } = interpreter.infer(picture, { trace: true });
    input.push(...picture, ...pack(trace[0] ?? [], network.input.levels));
    const once = [...trace.flatMap((point) => [...point]), label];
    output.push(...once, ...once, ...once, ...once, label);
  }
  return { input: Uint8Array.from(input), output };
}

/** Builds the network's library and compares every trace point, label and logit of some random pictures. */
function check(network: TableNetwork, seed: number, options: Partial<KernelOptions>): void {
  const pictures = Array.from({ length: PICTURES }, (_, i) => randomPicture(network, 100 * seed + i));
  const { input, output } = expected(network, pictures);
  const got = driver.run(
    firmwareProject(network, loadFirmwareBoard('host'), options),
    networkCName(network.name),
    input,
  );
  expect([...got]).toEqual(output);
}

const seeds = Array.from({ length: Number(process.env['ENGINE_SEEDS'] ?? 24) }, (_, i) => i + 1);

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
  'a lookup per product': { order: ['lookup'] },
  'two products per lookup': { order: ['pairs'] },
  'sums over levels, four lanes': { order: ['level-sums', 'pairs'] },
  'sums over levels, one lane': { lanes: 1, order: ['level-sums'] },
};

describeWithTool('gcc', 'the engine in C on the host, under sanitizers', () => {
  describe.each(Object.entries(KERNELS))('%s', (_kernels, options) => {
    it.each(seeds)('computes every trace point of random network %i as interpret() does', (seed) => {
      check({ ...randomNetwork(seed), name: 'random' }, seed, options);
    });

    it.each(Object.entries(specialNetworks()))('computes %s', (_what, network) => {
      check(network, 1, options);
    });
  });
});
