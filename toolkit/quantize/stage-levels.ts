import { InputError } from '../errors.js';
import { inputsOf } from '../model/float-model.js';
import type { GivenLevels } from '../model/given-levels.js';
import { hasWeights, type FusedModel, type FusedWeighted } from '../model/fuse.js';
import { safeNames } from '../model/safe-name.js';
import { INPUT } from '../network/index.js';
import { nearestName } from '../nearest.js';
import { checkLevelCounts } from './weight-levels.js';

/** The size of a stage's product table: levels of the tensor that it reads x levels of its weights, 2..256 each. */
export interface LevelCounts {
  readonly activations: number;
  readonly weights: number;
}

/** How many levels a network has. */
export interface LevelOptions {
  /** 2..256. */
  readonly activationLevels: number;
  /** 2..256. */
  readonly weightLevels: number;
  /**
   * Stages with other counts than these, by their names in the QuantizedModel. `activations` are levels of the tensor
   * that the stage reads, be it the picture: of all that read it, the one that wants most has its way.
   */
  readonly stageLevels?: ReadonlyMap<string, LevelCounts>;
  /**
   * Whether tensors keep the levels that they were given in training, if the file has any and a stage that reads them has
   * no counts of its own; by default those of no more than 16 levels.
   */
  readonly keepLevels?: boolean;
}

/** Level counts of every tensor and of every stage's weights, by the names in the fused model. */
export interface LevelPlan {
  /** The picture and every stage's output; the logits have none. */
  readonly tensors: ReadonlyMap<string, number>;
  readonly weights: ReadonlyMap<string, number>;
  /** The levels of tensors that keep those that they were given. */
  readonly given: ReadonlyMap<string, GivenLevels>;
}

/** Tables of more levels than these are large: they are kept where that is asked for. */
const FEW_LEVELS = 16;

/** A stage that has a product table. */
export interface TableStage {
  /** Its name in the QuantizedModel. */
  readonly name: string;
  /** What makes the tensor that it reads: "input" or a stage other than max pooling, which only picks. */
  readonly reads: string;
}

/**
 * Hands out level counts. A stage with weights wants those of its own, or the network's; one without wants as many of
 * what it reads as others want of what it makes, and those of the network if that is the logits.
 *
 * @throws InputError for counts that cannot be, and for names of `stageLevels` that no stage with weights has.
 */
export function planLevels(model: FusedModel, levels: LevelOptions): LevelPlan {
  const { activationLevels, weightLevels, stageLevels = new Map<string, LevelCounts>() } = levels;
  checkLevelCounts(activationLevels, weightLevels);
  const names = quantizedNames(model);
  checkStages(model, names, stageLevels);
  const tensors = new Map<string, number>();
  const weights = new Map<string, number>();
  for (const stage of [...model.stages].reverse()) {
    const own = stageLevels.get(names.get(stage.name) ?? stage.name);
    if (hasWeights(stage)) weights.set(stage.name, own?.weights ?? weightLevels);
    const wanted = hasWeights(stage)
      ? (own?.activations ?? activationLevels)
      : (tensors.get(stage.name) ?? activationLevels);
    for (const input of inputsOf(stage)) tensors.set(input, Math.max(tensors.get(input) ?? 0, wanted));
  }
  const given = keptLevels(model, names, levels);
  for (const [name, { count }] of given) tensors.set(name, count);
  // What max pooling picks has the levels of what it picks from, which others may have made more.
  for (const stage of model.stages) {
    if (stage.kind === 'maxPool') tensors.set(stage.name, tensors.get(stage.input) ?? activationLevels);
  }
  return { tensors, weights, given };
}

/** By tensor, the levels that it was given and keeps. */
function keptLevels(
  model: FusedModel,
  names: ReadonlyMap<string, string>,
  { stageLevels = new Map<string, LevelCounts>(), keepLevels }: LevelOptions,
): ReadonlyMap<string, GivenLevels> {
  const asked = new Set(
    model.stages
      .filter(({ name }) => stageLevels.has(names.get(name) ?? name))
      .flatMap((stage) => inputsOf(stage)),
  );
  const tensors: readonly (readonly [string, GivenLevels | undefined])[] = [
    [INPUT, model.input.levels],
    ...model.stages.map((stage) => [stage.name, 'levels' in stage ? stage.levels : undefined] as const),
  ];
  return new Map(
    tensors.flatMap(([name, levels]) =>
      levels !== undefined && !asked.has(name) && (keepLevels ?? levels.count <= FEW_LEVELS)
        ? [[name, levels] as const]
        : [],
    ),
  );
}

/** The stages that have product tables, in order. */
export function tableStages(model: FusedModel): readonly TableStage[] {
  const names = quantizedNames(model);
  const pools = new Map(
    model.stages.flatMap((stage) => (stage.kind === 'maxPool' ? [[stage.name, stage.input]] : [])),
  );
  const maker = (tensor: string): string => {
    const before = pools.get(tensor);
    return before === undefined ? (names.get(tensor) ?? tensor) : maker(before);
  };
  return model.stages
    .filter(hasWeights)
    .map(({ name, input }) => ({ name: names.get(name) ?? name, reads: maker(input) }));
}

/** The size of each product table that a plan gives, by the stage's name in the QuantizedModel. */
export function tableSizes(model: FusedModel, plan: LevelPlan): ReadonlyMap<string, LevelCounts> {
  const names = quantizedNames(model);
  const size = ({ name, input }: FusedWeighted): LevelCounts => ({
    activations: plan.tensors.get(input) ?? 0,
    weights: plan.weights.get(name) ?? 0,
  });
  return new Map(
    model.stages.filter(hasWeights).map((stage) => [names.get(stage.name) ?? stage.name, size(stage)]),
  );
}

/** The names of the stages in the QuantizedModel, safe in generated code, by those in the fused model. */
export function quantizedNames(model: FusedModel): ReadonlyMap<string, string> {
  return safeNames(
    model.stages.map((stage) => stage.name),
    [INPUT],
  );
}

function checkStages(
  model: FusedModel,
  names: ReadonlyMap<string, string>,
  stageLevels: ReadonlyMap<string, LevelCounts>,
): void {
  const known = tableStages(model).map(({ name }) => name);
  for (const [name, { activations, weights }] of stageLevels) {
    if (!known.includes(name)) {
      const nearest = nearestName(name, known);
      const there = [...names.values()].includes(name);
      throw new InputError(
        there
          ? `stage "${name}" has no weights, and so no table`
          : `there is no stage "${name.slice(0, 80)}"`,
        {
          where: `model "${model.name}"`,
          next: `${nearest === null || there ? '' : `did you mean "${nearest}"? `}The stages with tables are ${known.join(', ')}.`,
        },
      );
    }
    checkLevelCounts(activations, weights);
  }
}

/** The longest text of a scheme in the provenance. */
const LONGEST = 80;

/**
 * What the provenance says of level counts: "8 levels", with exceptions "8 levels (conv1: 13, conv2: 4)" or, where
 * these are too many for `room` characters less than the longest text, "8 levels (4..13 in 12 stages)".
 */
export function countsText(
  { activationLevels, weightLevels, stageLevels = new Map<string, LevelCounts>() }: LevelOptions,
  part: keyof LevelCounts,
  room: number,
): string {
  const usual = part === 'activations' ? activationLevels : weightLevels;
  const others = [...stageLevels].filter(([, counts]) => counts[part] !== usual);
  if (others.length === 0) return `${usual} levels`;
  const list = others.map(([name, counts]) => `${name}: ${counts[part]}`).join(', ');
  const whole = `${usual} levels (${list})`;
  if (whole.length + room <= LONGEST) return whole;
  const counts = others.map(([, own]) => own[part]);
  return `${usual} levels (${Math.min(...counts)}..${Math.max(...counts)} in ${others.length} stages)`;
}
