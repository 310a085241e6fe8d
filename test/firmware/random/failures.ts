import fc from 'fast-check';
import { analyse } from '../../../toolkit/network/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import type { Difference, Subject } from '../libraries.js';
import { randomCase, type RandomCase } from './random-case.js';
import { byConfiguration, DRAWING, type Drawn } from './sample.js';
import { caseSpec, type CaseSpec } from './spec.js';

/** Where one kind of core computes the subjects, in an empty folder, and tells how they differ from interpret(). */
export interface Executor {
  readonly title: string;
  readonly compare: (folder: string, subjects: readonly Subject[]) => Promise<readonly Difference[]>;
  /** Whether it can compute a case. */
  readonly takes: (one: RandomCase) => boolean;
  /** How many networks a program may hold. */
  readonly most: number;
}

/** Programs that are built to shrink a case. */
const MOST_BUILDS = 60;

export interface Failure {
  readonly at: number;
  readonly what: string;
}

/** Computes cases, as many at a time as a program holds; the first failure, or null. */
export async function findFailure(executor: Executor, drawn: readonly Drawn[]): Promise<Failure | null> {
  const { most } = executor;
  for (const group of byConfiguration(drawn)) {
    for (let from = 0; from < group.length; from += most) {
      const failure = await failureAmong(executor, group.slice(from, from + most));
      if (failure !== null) return failure;
    }
  }
  return null;
}

/** Where a program cannot be built, or run, it is one of its halves that cannot. */
async function failureAmong(executor: Executor, group: readonly Drawn[]): Promise<Failure | null> {
  try {
    const [first] = await executor.compare(
      temporaryFolder('random'),
      group.map(({ one }) => one),
    );
    return first === undefined ? null : { at: group[first.at]?.at ?? 0, what: first.what };
  } catch (error) {
    const [only] = group;
    if (group.length === 1 && only !== undefined) return { at: only.at, what: String(error) };
    const half = group.length >> 1;
    const found =
      (await failureAmong(executor, group.slice(0, half))) ??
      (await failureAmong(executor, group.slice(half)));
    if (found === null) throw error;
    return found;
  }
}

/** Shrinks a case that fails, and says all that is known of it. */
export async function explain(executor: Executor, seed: number, { at, what }: Failure): Promise<string> {
  const known = new Map<string, Failure | null>();
  const property = fc.asyncProperty(caseSpec, async (spec) => {
    const one = randomCase(spec, 'random');
    // Much of a spec may be cut to what its stages allow: others are the same case.
    const key = JSON.stringify([one.network, [...one.options.forced], one.options.lanes, one.options.room]);
    if (!executor.takes(one) || (known.size === MOST_BUILDS && !known.has(key))) return;
    const failure = known.has(key) ? known.get(key) : await failureAmong(executor, [{ at, one }]);
    known.set(key, failure ?? null);
    if (failure) throw new Error(failure.what);
  });
  const { counterexample, numShrinks, errorInstance } = await fc.check(property, {
    ...DRAWING,
    seed,
    path: String(at),
    numRuns: 1,
  });
  const head = `case ${at} of seed ${seed} on ${executor.title}: ${what}`;
  const again = `To see it again: TABLIZE_SEED=${seed} npx vitest run test/firmware/random`;
  if (counterexample === null)
    return `${head}\nBy itself it does not fail: what is beside it matters.\n${again}`;
  const [spec] = counterexample;
  return [
    head,
    '',
    `Shrunk ${numShrinks} times, in ${known.size} builds, to: ${errorInstance instanceof Error ? errorInstance.message : ''}`,
    ...description(spec),
    JSON.stringify(spec),
    again,
  ].join('\n');
}

/** The stages of a case and what computes them, a line each. */
function description(spec: CaseSpec): readonly string[] {
  const { network, options } = randomCase(spec, 'random');
  return analyse(network).stages.map(({ stage, inputs, output }) => {
    const from = inputs.map(
      ({ name, shape, levels }) => `${name} [${shape.join(', ')}] of ${levels ?? '?'} levels`,
    );
    const kernel = options.forced.get(stage.name);
    return `  ${stage.name}: ${stage.kind}${kernel === undefined ? '' : ` by ${kernel}`}, ${from.join(' and ')} to [${output.shape.join(', ')}]`;
  });
}
