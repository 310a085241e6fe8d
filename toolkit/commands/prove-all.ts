import { join } from 'node:path';
import type { Obligation } from '../hdl/index.js';
import { executeProof, type Verdict } from '../plan/index.js';

type Arguments = Parameters<typeof executeProof>;

/**
 * One verdict for each title. A neuron that is proved in steps is proved when all of them are; where one is refuted, the neuron as a whole is
 * tried for inputs that show what the network says and what the design gives.
 */
export async function proveAll(
  obligations: readonly Obligation[],
  folder: string,
  tools: Arguments[2],
  options: Arguments[3],
): Promise<readonly Verdict[]> {
  const merged = mergeVerdicts(await executeProof(obligations, folder, tools, options));
  const refuted = new Set(merged.filter(({ verdict }) => verdict === 'different').map(({ title }) => title));
  const wholes = obligations.flatMap(({ title, whole }) =>
    whole !== undefined && refuted.has(title) ? [whole] : [],
  );
  const shown = await executeProof(wholes, join(folder, 'counterexamples'), tools, options);
  return merged.map((one) => {
    if (!wholes.some(({ title }) => title === one.title)) return one;
    // A step that does not hold is a difference, whether or not inputs that show it are found in time.
    const counterexample = shown.find(({ title }) => title === one.title)?.counterexample ?? null;
    return { ...one, counterexample };
  });
}

const ORDER: readonly Verdict['verdict'][] = ['proved', 'undecided', 'different'];

/** The worst verdict of each title, in the order in which titles come. */
function mergeVerdicts(verdicts: readonly Verdict[]): readonly Verdict[] {
  const worst = new Map<string, Verdict>();
  for (const one of verdicts) {
    const known = worst.get(one.title);
    if (known === undefined || ORDER.indexOf(one.verdict) > ORDER.indexOf(known.verdict))
      worst.set(one.title, one);
  }
  return [...worst.values()];
}
