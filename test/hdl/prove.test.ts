import { expect, it } from 'vitest';
import {
  engineDesign,
  sequentialObligations,
  unrolledDesign,
  unrolledObligations,
  type EngineDesign,
  type Obligation,
} from '../../toolkit/hdl/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { executeProof, findProofTools, type Verdict } from '../../toolkit/plan/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';

/** The tiny network, with a requantizer that is a shift and no more. */
const tiny = tinyNetwork();
const network: TableNetwork = {
  ...tiny,
  stages: tiny.stages.map((stage) =>
    stage.kind === 'averagePool'
      ? { ...stage, requantize: { kind: 'shiftTable', offset: 8, shift: 4, table: [0, 1, 2] } }
      : stage,
  ),
};

async function prove(obligations: readonly Obligation[]): Promise<readonly Verdict[]> {
  return executeProof(obligations, temporaryFolder('proof'), await findProofTools(), { limit: 30 });
}

const titled = (obligations: readonly Obligation[], title: string): readonly Obligation[] =>
  obligations.filter((one) => one.title === title);

/** The design with one file changed; the specification stays. */
function changed(name: string, change: (text: string) => string): EngineDesign {
  const design = engineDesign(network, { banks: 1, filters: 2 });
  const text = design.files.get(name) ?? '';
  const other = change(text);
  expect(other).not.toBe(text);
  return { ...design, files: new Map([...design.files, [name, other]]) };
}

/** Adds 1 to the lowest bits of the line of a file of words. */
const incrementLine =
  (line: number) =>
  (text: string): string =>
    text
      .split('\n')
      .map((word, at) =>
        at === line ? (BigInt(`0x${word}`) ^ 1n).toString(16).padStart(word.length, '0') : word,
      )
      .join('\n');

const TOOLS = ['yosys', 'yosys-abc'];

describeWithTool(TOOLS, 'the sequential engine', () => {
  it('is proved to be the tiny network, table for table and requantizer for requantizer', async () => {
    const obligations = sequentialObligations(network, engineDesign(network, { banks: 2, filters: 2 }));
    const verdicts = await prove(obligations);
    expect(verdicts.map(({ title }) => title)).toEqual([
      'product table "first"',
      'product table "later"',
      'values of stage "residual"',
      'values of stage "average"',
      'table 1 of stage "both"',
      'table 2 of stage "both"',
      'requantizer of stage "conv"',
      'requantizer of stage "depthwise"',
      'requantizer of stage "residual"',
      'requantizer of stage "average"',
      'sums of stage "logits"',
    ]);
    expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
  }, 60_000);

  it('with one product changed is refuted, and the product named', async () => {
    // The first table is that of the first stage; its second row has the products of activation 1, the first column weight 0.
    const design = changed('products.hex', incrementLine(1));
    const [verdict] = await prove(titled(sequentialObligations(network, design), 'product table "first"'));
    expect(verdict).toMatchObject({
      verdict: 'different',
      counterexample: {
        inputs: [
          { title: 'activation', value: 1 },
          { title: 'weight', value: 0 },
        ],
        specification: -5,
        design: -6,
      },
    });
  });

  it('with one threshold changed is refuted by a sum between the two', async () => {
    const { program } = engineDesign(network, { banks: 1, filters: 2 });
    const first = program.stages.find(({ name }) => name === 'depthwise')?.parametersFirst ?? -1;
    const least = program.parameters[first] ?? 0;
    const design = changed('parameters.hex', incrementLine(first));
    const obligations = titled(sequentialObligations(network, design), 'requantizer of stage "depthwise"');
    const [verdict] = await prove(obligations);
    const [channel, sum] = verdict?.counterexample?.inputs ?? [];
    expect(verdict?.verdict).toBe('different');
    expect(channel).toEqual({ title: 'channel', value: 0 });
    // The word is the negative of a threshold without the bias, and was moved by one.
    expect([-least, -least - 1]).toContain(sum?.value);
    expect(
      Math.abs((verdict?.counterexample?.design ?? 0) - (verdict?.counterexample?.specification ?? 0)),
    ).toBe(1);
  });

  it('with one shift changed is refuted', async () => {
    const design = engineDesign(network, { banks: 1, filters: 2 });
    const stages = design.program.stages.map((word) =>
      word.name === 'average' ? { ...word, shift: word.shift + 1 } : word,
    );
    const obligations = sequentialObligations(network, { ...design, program: { ...design.program, stages } });
    expect(await prove(titled(obligations, 'requantizer of stage "average"'))).toMatchObject([
      { verdict: 'different' },
    ]);
  });

  it('with a requantizer that does not begin anew, or clamps one too low, is refuted', async () => {
    const unreset = changed('requantize.v', (text) =>
      text.replace("(first ? {INDEX_BITS{1'b0}} : counted)", 'counted'),
    );
    const [first] = await prove(
      titled(sequentialObligations(network, unreset), 'requantizer of stage "depthwise"'),
    );
    expect(first?.verdict).toBe('different');
    const low = changed('requantize.v', (text) => text.replace('above ? last', "above ? last - 1'b1"));
    const [second] = await prove(
      titled(sequentialObligations(network, low), 'requantizer of stage "average"'),
    );
    expect(second?.verdict).toBe('different');
  });

  it('with a lane that takes the level that stands for nothing is refuted', async () => {
    const design = changed('lanes.v', (text) => text.replace(" || {1'b0, weight} >= ALL", ''));
    const [verdict] = await prove(
      titled(sequentialObligations(network, design), 'values of stage "average"'),
    );
    expect(verdict?.verdict).toBe('different');
  });
});

describeWithTool(TOOLS, 'the unrolled engine', () => {
  it('is proved to be the tiny network, neuron for neuron', async () => {
    const verdicts = await prove(
      unrolledObligations(network).filter(({ title }) => /depthwise|logits/.test(title)),
    );
    expect(verdicts).toHaveLength(8 + 3);
    expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
  });

  it.each([0, 3])(
    'with bit %i of a logit changed is refuted at that neuron, with what both give',
    async (bit) => {
      const design = unrolledDesign(network);
      const text = design.files.get('stage_logits.v') ?? '';
      const wrong = text.replace(new RegExp(`(?<=y\\[${bit}\\] <= )(~?)`), (not) => (not === '~' ? '' : '~'));
      expect(wrong).not.toBe(text);
      const files = new Map([...design.files, ['stage_logits.v', wrong]]);
      const verdicts = await prove(
        unrolledObligations(network, { files }).filter(({ title }) => title.endsWith('stage "logits"')),
      );
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(['different', 'proved', 'proved']);
      const { inputs = [], specification, design: given } = verdicts[0]?.counterexample ?? {};
      const logit = inputs.reduce((sum, { value }, i) => {
        const table = network.products['later'];
        const weight = i; // of the first logit, whose weights are 0 1 2 3
        return sum + (table?.values[value * table.weights + weight] ?? 0);
      }, 10);
      expect(specification).toBe(logit);
      expect(Math.abs((given ?? 0) - logit)).toBe(2 ** bit);
    },
  );
});
