import { afterAll, expect, it } from 'vitest';
import { cores, type Core } from '../../scripts/bench/cores.mjs';
import { allTables, networkSource } from '../../toolkit/firmware/network-source.js';
import { elements } from '../../toolkit/network/index.js';
import { describeWithTool } from '../support/tools.js';
import { explain, findFailure, type Executor } from './random/failures.js';
import type { RandomCase } from './random/random-case.js';
import {
  byConfiguration,
  countPairs,
  countTable,
  drawCases,
  spread,
  withLanes,
  type Counts,
} from './random/sample.js';
import { LEAST, ROUND, SEED } from './random/settings.js';
import { compareOnCore, MOST_LOGITS } from './run-on-core.js';

/** Networks per core, in so many configurations of the engine. */
const NETWORKS = 32;
const CONFIGURATIONS = 3;

/** Networks in a program, and bytes of the constants of one: on AVR, no more than 64 KB can be reached in all. */
const IN_PROGRAM = { most: 50, bytes: 30_000 };
const IN_PROGRAM_OF_AVR = { most: 10, bytes: 5000 };

/** How often a core meets each pair, at least. */
const LEAST_ON_CORE = 2;

/** More than the part has, for several networks. */
const AVR_MEMORY = { flash: { origin: 0, size: 0x10000 }, ram: { origin: 0x100, size: 0x7000 } };

function executorOf(core: Core): Executor {
  const { most, bytes } = isAvr(core) ? IN_PROGRAM_OF_AVR : IN_PROGRAM;
  return {
    title: core.title,
    compare: (folder, subjects) => compareOnCore(folder, core, subjects),
    takes: (one) => one.spec.lanes === lanesOf(core) && isSmall(one, bytes),
    most,
  };
}

const isAvr = ({ emulator }: Core): boolean => emulator === 'avr8js';
const lanesOf = (core: Core): 4 | 1 => (isAvr(core) ? 1 : 4);

/** Whether several such networks fit a program, and one the room that bare.c has. */
function isSmall({ network, options }: RandomCase, mostBytes: number): boolean {
  const { input, output } = network;
  if (elements(input.shape) > 500 || output.labels.length > MOST_LOGITS) return false;
  const tables = allTables(networkSource(network, options));
  return tables.reduce((sum, { bytes }) => sum + bytes, 0) <= mostBytes;
}

// The RP2040's core is a Cortex-M0+, and its emulator slow.
const all = cores().filter(({ emulator }) => emulator !== 'rp2040js');
const drawn = drawCases(SEED, ROUND, LEAST);
const columns: (readonly [string, Counts])[] = [];
afterAll(() => console.log(`seed ${SEED}\n${countTable(columns)}`));

for (const core of all) {
  describeWithTool([`${core.prefix}gcc`, ...core.command.slice(0, 1)], core.title, () => {
    it(`computes ${NETWORKS} random networks as interpret() does (seed ${SEED})`, async () => {
      const executor = executorOf(isAvr(core) ? { ...core, memory: AVR_MEMORY } : core);
      const fitting = withLanes(drawn, lanesOf(core)).filter(({ one }) => executor.takes(one));
      const common = byConfiguration(fitting).slice(0, CONFIGURATIONS).flat();
      const chosen = spread(common, NETWORKS);
      const counts = countPairs(chosen.map(({ one }) => one));
      columns.push([core.id, counts]);
      const failure = await findFailure(executor, chosen);
      if (failure !== null) expect.fail(await explain(executor, SEED, failure));
      expect(chosen).toHaveLength(NETWORKS);
      expect([...counts.keys()].sort()).toEqual([...countPairs(fitting.map(({ one }) => one)).keys()].sort());
      expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(LEAST_ON_CORE);
    }, 900_000);
  });
}
