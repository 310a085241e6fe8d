import { expect, it } from 'vitest';
import { KERNEL_NAMES } from '../../toolkit/firmware/kernels/stage-kernel.js';
import { analyse, requantizeOf, STAGE_KINDS } from '../../toolkit/network/index.js';
import { numberTypes } from '../../toolkit/firmware/number-types.js';
import { describeWithTool } from '../support/tools.js';
import { explain, findFailure, type Executor } from './random/failures.js';
import { countPairs, countTable, drawCases, withLanes } from './random/sample.js';
import { LEAST, ROUND, ROUNDS, SEED } from './random/settings.js';
import { compareOnHost } from './run-on-host.js';

const HOST: Executor = {
  title: 'this computer',
  compare: compareOnHost,
  takes: () => true,
  most: Infinity,
};

const rounds = Array.from({ length: ROUNDS }, (_, round) => SEED + round);

describeWithTool('gcc', `${ROUND} random networks on the host, under sanitizers`, () => {
  it.each(rounds)(
    'are what interpret() computes (seed %i)',
    async (seed) => {
      const drawn = drawCases(seed, ROUND, LEAST);
      const columns = ([4, 1] as const).map((lanes) => {
        const cases = withLanes(drawn, lanes).map(({ one }) => one);
        return [`lanes: ${lanes}`, countPairs(cases)] as const;
      });
      console.log(`seed ${seed}: ${drawn.length} networks\n${countTable(columns)}`);

      const failure = await findFailure(HOST, drawn);
      if (failure !== null) expect.fail(await explain(HOST, seed, failure));

      for (const [, counts] of columns) expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(LEAST);
      const met = columns.flatMap(([, counts]) => [...counts.keys()]).map((pair) => pair.split(' ')[0]);
      expect(new Set(met)).toEqual(new Set(KERNEL_NAMES));
      const networks = drawn.map(({ one }) => one.network);
      const stages = networks.flatMap((network) => network.stages);
      expect(new Set(stages.map(({ kind }) => kind))).toEqual(new Set(STAGE_KINDS));
      expect(new Set(stages.map((stage) => requantizeOf(stage)?.kind))).toEqual(
        new Set([undefined, 'shiftTable', 'thresholds']),
      );
      const types = networks.map((network) => numberTypes(network, analyse(network).stages));
      expect(new Set(types.map(({ sum, product }) => `${sum} ${product}`)).size).toBeGreaterThanOrEqual(4);
    },
    900_000,
  );
});
