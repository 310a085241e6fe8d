import { InputError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import type { AnalysedStage, TableNetwork } from '../../network/index.js';
import { planMemory, type PlannedStage } from '../memory-plan.js';
import { flashBytes, stageTables } from './flash-bytes.js';
import type { KernelOptions } from './kernel-options.js';
import { largestTable, predictStage, unitOf } from './predict.js';
import { isPooled, makeKernel, type KernelName } from './stage-kernel.js';
import { USUAL_ACTIVE } from './work.js';

/** One way to compute a stage, or a stage and the pooling after it. */
interface Candidate {
  readonly planned: readonly PlannedStage[];
  readonly time: number;
  readonly flash: number;
}

/** The candidates of a stage, or of two that may be computed together; the fastest first. */
type Choice = readonly [Candidate, ...Candidate[]];

/**
 * The kernel of each stage. Throws InputError for a forced kernel that cannot compute its stage, or of a stage that is not there. What fits
 * in no way is left as small as it gets: that a network does not fit is said by checkFit() and the linker.
 */
export function chooseKernels(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  options: KernelOptions,
): readonly PlannedStage[] {
  checkNames(network, options.forced);
  const choices: Choice[] = [];
  for (let at = 0; at < stages.length;) {
    const choice = choiceAt(network, stages, at, options);
    choices.push(choice);
    at += choice[0].planned.length;
  }
  let picked = choices.map((choice) => (options.aim === 'size' ? smallest(choice) : choice[0]));
  const flash = (now: readonly Candidate[]): number => now.reduce((sum, one) => sum + one.flash, 0);
  const ram = (now: readonly Candidate[]): number =>
    planMemory(network.input.shape, flat(now), options.lanes).size;
  picked = shrink(choices, picked, flash, flashLimit(choices, options));
  picked = shrink(choices, picked, ram, options.room?.ram ?? Infinity);
  return choices.flatMap((choice, at): readonly PlannedStage[] => {
    const [first, ...rest] = (picked[at] ?? choice[0]).planned;
    return first === undefined
      ? []
      : [{ ...first, why: reason(choice, picked[at] ?? choice[0], options) }, ...rest];
  });
}

/** Two digits are as many as the cost model is good for. */
function about(time: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, time))) - 1);
  return (Math.round(time / unit) * unit).toLocaleString('en');
}

function kernelName({ planned }: Candidate): string {
  const [first, second] = planned.map(({ kernel }) => kernel.name);
  return second === 'fused' ? `${first ?? ''} with pooling` : (first ?? '');
}

function reason(choice: Choice, picked: Candidate, { aim, core, forced }: KernelOptions): string {
  if (choice.length === 1) return '';
  const told = choice.filter(({ time }) => Number.isFinite(time));
  const asked = forced.has(picked.planned[0]?.analysed.stage.name ?? '');
  const times = [picked, ...told.filter((other) => other !== picked)]
    .map((one) => `${kernelName(one)} ${about(one.time)}`)
    .join(', ');
  return `${asked ? 'Asked for' : `Chosen for ${aim}`}; ${unitOf(core)} are about: ${times}.`;
}

const flat = (picked: readonly Candidate[]): readonly PlannedStage[] =>
  picked.flatMap(({ planned }) => planned);

function smallest(choice: Choice): Candidate {
  return choice.reduce((best, one) => (one.flash < best.flash ? one : best));
}

/** What flash the aim and the board leave. */
function flashLimit(choices: readonly Choice[], { aim, room }: KernelOptions): number {
  const board = room?.flash ?? Infinity;
  if (aim !== 'balanced') return board;
  const lookups = choices.map(
    (choice) => choice.find(({ planned }) => planned[0]?.kernel.name === 'lookup') ?? choice[0],
  );
  return Math.min(
    board,
    lookups.reduce((sum, { flash }) => sum + flash, 0),
  );
}

/**
 * Exchanges candidates until `measure` is within the limit, or nothing makes it less: each time the one that costs the least time for
 * what it gains.
 */
function shrink(
  choices: readonly Choice[],
  picked: Candidate[],
  measure: (picked: readonly Candidate[]) => number,
  limit: number,
): Candidate[] {
  let now = measure(picked);
  while (now > limit) {
    let best: { readonly next: Candidate[]; readonly size: number; readonly price: number } | null = null;
    for (const [at, choice] of choices.entries()) {
      for (const candidate of choice) {
        const next = picked.with(at, candidate);
        const size = measure(next);
        if (size >= now) continue;
        const price = (candidate.time - (picked[at]?.time ?? 0)) / (now - size);
        if (best === null || price < best.price) best = { next, size, price };
      }
    }
    if (best === null) return picked;
    picked = best.next;
    now = best.size;
  }
  return picked;
}

function choiceAt(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  at: number,
  options: KernelOptions,
): Choice {
  const [analysed, next] = [stages[at], stages[at + 1]];
  if (analysed === undefined) throw new RangeError(`no stage ${at}`);
  const { lanes, core, forced } = options;
  const candidate = (planned: readonly PlannedStage[]): Candidate => ({
    planned,
    time: planned.reduce((sum, one) => sum + predictStage(core, one, USUAL_ACTIVE), 0),
    flash: planned.reduce((sum, one) => sum + flashBytes(network, stages, one), 0),
  });
  const pooling = isPooled(analysed, next, stages) ? next : undefined;
  const force = forced.get(analysed.stage.name);
  const names: readonly KernelName[] = force === undefined ? options.among : [force];
  const alone: PlannedStage[] =
    pooling === undefined ? [] : [{ analysed: pooling, kernel: { name: 'lookup' } }];
  const found: Candidate[] = [];
  const tooLarge: Candidate[] = [];
  const reasons: string[] = [];
  const add = (planned: readonly PlannedStage[]): void => {
    const tables = planned.flatMap((one) => stageTables(network, stages, one));
    const largest = tables.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    const limit = largestTable(core);
    if (largest <= limit) {
      found.push(candidate(planned));
      return;
    }
    tooLarge.push(candidate(planned));
    reasons.push(
      `one of its tables would have ${largest} bytes, and the compiler for this core takes at most ${limit}`,
    );
  };
  for (const name of names) {
    if (!('weights' in analysed.stage) && name !== 'lookup') continue;
    if (pooling !== undefined) {
      const both = makeKernel(name, network, analysed, lanes, 2);
      if (typeof both !== 'string')
        add([
          { analysed, kernel: both },
          { analysed: pooling, kernel: { name: 'fused' } },
        ]);
    }
    const kernel = makeKernel(name, network, analysed, lanes);
    if (typeof kernel === 'string') reasons.push(kernel);
    else add([{ analysed, kernel }, ...alone]);
  }
  if (force !== undefined && found.length === 0) {
    throw new InputError(
      `stage "${analysed.stage.name}" cannot be computed by ${force}: ${reasons[0] ?? 'it has no weights'}`,
      {
        where: '--kernel',
        next: 'leave the choice of this stage to the toolkit, or force another kernel',
      },
    );
  }
  const [fastest, ...others] = (found.length > 0 ? found : tooLarge).sort((a, b) => a.time - b.time);
  return fastest === undefined
    ? [candidate([{ analysed, kernel: { name: 'lookup' } }, ...alone])]
    : [fastest, ...others];
}

function checkNames(network: TableNetwork, forced: ReadonlyMap<string, KernelName>): void {
  const names = network.stages.map(({ name }) => name);
  for (const name of forced.keys()) {
    if (names.includes(name)) continue;
    throw new InputError(`"${network.name}" has no stage "${name}"`, {
      where: '--kernel',
      next: `did you mean ${nearestName(name, names) ?? names[0] ?? ''}?`,
    });
  }
}
