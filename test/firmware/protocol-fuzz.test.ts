import { beforeAll, describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/tools.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { BUGS } from './fuzz/bugs.js';
import { buildTarget, COVERAGE, REPLAY, type Target } from './fuzz/build-target.js';
import { NETWORKS } from './fuzz/networks.js';
import { corpus, linesReached, replay } from './fuzz/replay.js';
import { randomInputs, seeds } from './fuzz/seeds.js';

const RANDOM_INPUTS = 3000;

describeWithTool(['gcc', 'gcov'], 'the protocol in C, fed with anything', () => {
  const targets: Target[] = [];
  beforeAll(() => {
    for (const network of NETWORKS) targets.push(buildTarget(temporaryFolder('fuzz'), network, REPLAY));
  });

  describe.each(NETWORKS.map((network, i) => ({ name: network.name, network, i })))(
    'network $name',
    ({ network, i }) => {
      it.each([
        { what: 'what the fuzzer found', inputs: [...seeds(network), ...corpus(network)] },
        { what: `${RANDOM_INPUTS} random lines`, inputs: randomInputs(network, RANDOM_INPUTS, 1) },
      ])('answers as another reading of docs/protocol.md, and the next HELLO: $what', ({ inputs }) => {
        expect(replay(targets[i]?.program ?? '', inputs)).toBeNull();
      });

      it('is reached in every line by what the fuzzer found', () => {
        const { program } = buildTarget(temporaryFolder('coverage'), network, COVERAGE);
        expect(linesReached(program, corpus(network))).toEqual({ 'frame.c': 100, 'serve.c': 100 });
      });
    },
  );

  it.each(Object.entries(BUGS))('does not pass when %s', (_, bug) => {
    const found = NETWORKS.some((network, i) => {
      const inputs = [...seeds(network), ...corpus(network), ...randomInputs(network, 500, 2)];
      return replay(targets[i]?.withBug(bug) ?? '', inputs) !== null;
    });
    expect(found).toBe(true);
  });
});
