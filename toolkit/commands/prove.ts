import { join, resolve } from 'node:path';
import { EXIT } from '../errors.js';
import { engineDesign, sequentialObligations, unrolledObligations, type Folding } from '../hdl/index.js';
import { findProofTools, type Verdict } from '../plan/index.js';
import { modelOf, type ModelOptions } from './model-of.js';
import { proveAll } from './prove-all.js';
import type { CommandBody, CommonOptions } from './run.js';

interface ProveOptions extends CommonOptions, ModelOptions {
  readonly engine: 'sequential' | 'unrolled';
  readonly folding?: Folding;
  readonly limit: number;
  readonly out?: string;
}

/** `tablize prove`: that the Verilog of a network equals its specification, for all inputs. */
export const prove: CommandBody<ProveOptions> = async (options, run) => {
  const { output, signal } = run;
  const { engine, limit } = options;
  const { network } = await modelOf(options, run);
  const folder = resolve(options.out ?? join('build', 'prove', network.name));
  const tools = await findProofTools();
  const obligations =
    engine === 'unrolled'
      ? unrolledObligations(network)
      : sequentialObligations(network, engineDesign(network, options.folding ?? { banks: 1, filters: 4 }));
  output.line(`${network.name}, ${engine} engine, ${tools.version}: ${folder}`);
  const verdicts = await proveAll(obligations, folder, tools, { limit, progress: output.progress, signal });
  const proved = count(verdicts, 'proved');
  const all = verdicts.every(({ verdict }) => verdict === 'proved');
  output.json({ model: network.name, engine, tools: tools.version, proved, allProved: all, verdicts });
  for (const verdict of verdicts) for (const line of verdictLines(verdict, limit)) output.line(line);
  output.line(
    `${proved['product table']} product tables, ${proved.requantizer} requantizers, ${proved.neuron} neurons proved equal to the network's tables for all inputs${all ? '' : `; ${verdicts.length - sum(proved)} not`}`,
  );
  return all ? EXIT.ok : EXIT.difference;
};

type Counts = Readonly<Record<Verdict['subject'], number>>;

function count(verdicts: readonly Verdict[], wanted: Verdict['verdict']): Counts {
  const of = (subject: Verdict['subject']): number =>
    verdicts.filter((one) => one.subject === subject && one.verdict === wanted).length;
  return { 'product table': of('product table'), requantizer: of('requantizer'), neuron: of('neuron') };
}

const sum = (counts: Counts): number => Object.values(counts).reduce((so, one) => so + one, 0);

function verdictLines({ title, verdict, counterexample }: Verdict, limit: number): string[] {
  if (verdict === 'undecided')
    return [
      `UNDECIDED: ${title} (neither proved nor refuted in time; ${limit} s were allowed for the search)`,
    ];
  if (verdict === 'proved') return [];
  if (counterexample === null)
    return [`DIFFERENT: ${title} (no inputs that show it were found in ${limit} s)`];
  const inputs = counterexample.inputs.map((input) => `${input.title} ${input.value}`);
  return [
    `DIFFERENT: ${title}`,
    `  for ${inputs.join(', ')} the network says ${counterexample.specification}, the design gives ${counterexample.design}`,
  ];
}
