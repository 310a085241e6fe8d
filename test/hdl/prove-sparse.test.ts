import { expect, it } from 'vitest';
import { proveAll } from '../../toolkit/commands/prove-all.js';
import { unrolledDesign, unrolledObligations, type Obligation } from '../../toolkit/hdl/index.js';
import { FORMAT, type TableNetwork } from '../../toolkit/network/index.js';
import { findProofTools, type Verdict } from '../../toolkit/plan/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

/** More than the 32 bits up to which a neuron is proved in one step. */
const PIXELS = 34;
/** Products of weights 0 (3 for either index), 1, 2 and 3 (weights that count). */
const values = [3, 0, 0, 0, 3, 1, 2, -2];
const weightOf = (from: number): number => 1 + (from % 3);

/** Pixels of one bit, as many neurons that read two of them each, and two logits that read all neurons. */
const network: TableNetwork = {
  format: FORMAT,
  name: 'sparse',
  input: { shape: [1, PIXELS, 1], levels: 2, table: Array.from({ length: 256 }, (_, pixel) => pixel >> 7) },
  products: { table: { activations: 2, weights: 4, values } },
  stages: [
    {
      kind: 'dense',
      name: 'pairs',
      input: 'input',
      products: 'table',
      units: PIXELS,
      weights: Array.from({ length: PIXELS * PIXELS }, (_, at) => {
        const [unit, pixel] = [Math.floor(at / PIXELS), at % PIXELS];
        return pixel === unit || pixel === (unit + 7) % PIXELS ? 1 : 0;
      }),
      bias: Array.from({ length: PIXELS }, () => 0),
      // The others add 3 each: both pixels are bright.
      requantize: {
        kind: 'thresholds',
        values: Array.from({ length: PIXELS }, () => [3 * (PIXELS - 2) + 2]),
      },
    },
    {
      kind: 'dense',
      name: 'votes',
      input: 'pairs',
      products: 'table',
      units: 2,
      weights: Array.from({ length: 2 * PIXELS }, (_, at) => weightOf(at)),
      bias: [5, -5],
      requantize: null,
    },
  ],
  output: { labels: ['a', 'b'] },
  provenance: {
    sourceHash: null,
    schemes: { activations: 'by hand', weights: 'by hand' },
    seed: null,
    floatAccuracy: null,
    testPictures: null,
    command: null,
  },
};

async function prove(obligations: readonly Obligation[]): Promise<readonly Verdict[]> {
  return proveAll(obligations, temporaryFolder('proof'), await findProofTools(), { limit: 30 });
}

/** The obligations of one title, of a design with one file changed. */
function changed(title: string, name: string, change: (text: string) => string): readonly Obligation[] {
  const { files } = unrolledDesign(network);
  const text = files.get(name) ?? '';
  const other = change(text);
  expect(other).not.toBe(text);
  return unrolledObligations(network, { files: new Map([...files, [name, other]]) }).filter(
    (one) => one.title === title,
  );
}

const refuted = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.filter(({ verdict }) => verdict !== 'proved');

describeWithTool(['yosys', 'yosys-abc'], 'a sparse network', () => {
  it('is proved neuron for neuron, its wide logits step by step', async () => {
    const obligations = unrolledObligations(network);
    expect(obligations.map(({ title, parts }) => [title, parts.length])).toEqual([
      ['stage "pairs"', PIXELS],
      ['neuron 0 of stage "votes"', PIXELS + 1],
      ['neuron 1 of stage "votes"', PIXELS + 1],
    ]);
    const verdicts = await prove(obligations);
    expect(verdicts).toHaveLength(PIXELS + 2);
    expect(refuted(verdicts)).toEqual([]);
  });

  it('with one neuron changed is refuted by the two pixels that it reads', async () => {
    const obligations = changed('stage "pairs"', 'stage_pairs.v', (text) =>
      text.replace(/(wire bit5 = look_up_2\(4'h)8/, '$1e'),
    );
    const [verdict, ...others] = refuted(await prove(obligations));
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({
      title: 'neuron 5 of stage "pairs"',
      verdict: 'different',
      counterexample: { specification: 0, design: 1 },
    });
    const { inputs = [] } = verdict?.counterexample ?? {};
    expect(inputs.map(({ title }) => title)).toEqual(['input[5]', 'input[12]']);
    expect(inputs.reduce((sum, { value }) => sum + value, 0)).toBe(1);
  });

  it('with a neuron that reads one more pixel is refuted', async () => {
    const obligations = changed('stage "pairs"', 'stage_pairs.v', (text) =>
      text.replace(/(wire bit5 = )(.*);/, '$1$2 && x_input[30];'),
    );
    expect(refuted(await prove(obligations))).toMatchObject([
      { title: 'neuron 5 of stage "pairs"', verdict: 'different' },
    ]);
  });

  it.each([0, 4, 6])('with bit %i of a logit changed is refuted, with what both give', async (bit) => {
    const obligations = changed('neuron 0 of stage "votes"', 'stage_votes.v', (text) =>
      text.replace(new RegExp(`(y\\[${bit}\\] <= )(.*);`), '$1($2) ^ (&x_pairs[3:0]);'),
    );
    const verdicts = refuted(await prove(obligations));
    expect(verdicts.map(({ title }) => title)).toEqual(['neuron 0 of stage "votes"']);
    const { inputs = [], specification, design } = verdicts[0]?.counterexample ?? {};
    const logit = inputs.reduce((sum, { value }, i) => sum + (values[4 * value + weightOf(i)] ?? 0), 5);
    expect(specification).toBe(logit);
    expect((design ?? 0) ^ logit).toSatisfy((other: number) => (other & 0x7f) === 1 << bit);
  });
});

it('a neuron that reads too much is refused before anything runs', () => {
  const dense: TableNetwork = {
    ...network,
    stages: network.stages.map((stage) =>
      stage.name === 'pairs' && stage.kind === 'dense'
        ? { ...stage, weights: stage.weights.map(() => 2) }
        : stage,
    ),
  };
  expect(() => unrolledObligations(dense)).toThrow('it reads 34 bits, too many for a proof (at most 32)');
});
