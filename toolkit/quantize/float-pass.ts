import { picture, type DataSet } from '../data/data-set.js';
import { InterruptedError } from '../errors.js';
import { isWave } from '../model/activations.js';
import { ended, evaluateFused, evaluateSums, inputValues } from '../model/evaluate-float.js';
import { roundGiven } from '../model/given-levels.js';
import { inputsOf } from '../model/float-model.js';
import { activationOf, hasWeights, type FusedModel, type FusedStage } from '../model/fuse.js';
import { INPUT } from '../network/index.js';
import { isQuantized } from './calibrate.js';

/** The values of one tensor for every picture. */
export type Tensor = readonly Float32Array[];

/** What the float network does at one stage, for every picture. */
export interface FloatStage {
  /** Sums before the activation function; empty for stages without weights, where nothing is fitted to them. */
  readonly sums: Tensor;
  /** Some of the values that levels are to be chosen for: those after it, of a wave those before. */
  readonly sample: readonly number[];
}

/** Runs the float network on pictures of raw bytes; by stage name. @throws InterruptedError */
export async function floatPass(
  model: FusedModel,
  pictures: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, FloatStage>> {
  const tensors = new Map<string, Tensor>([[INPUT, pictures.map((bytes) => seen(model, bytes))]]);
  const found = new Map<string, FloatStage>();
  for (const stage of model.stages) {
    const sums = await sumsOf(stage, readBy(stage, tensors), signal);
    const values = sums.map((picked) => ended(stage, picked));
    found.set(stage.name, {
      sums: hasWeights(stage) ? sums : [],
      sample: isQuantized(model, stage) ? sampleOf(isWave(activationOf(stage)) ? sums : values) : [],
    });
    tensors.set(stage.name, values);
    dropRead(tensors, model, stage);
  }
  return found;
}

/** The values of a picture, at the levels that it was given if any. */
function seen(model: FusedModel, bytes: Uint8Array): Float32Array {
  const values = inputValues(model, bytes);
  const { levels } = model.input;
  return levels === undefined ? values : roundGiven(levels, values);
}

/** The tensors that a stage reads. */
export const readBy = (stage: FusedStage, tensors: ReadonlyMap<string, Tensor>): readonly Tensor[] =>
  inputsOf(stage).map((name) => tensors.get(name) ?? []);

/** Lets go of the tensors that no stage after this one reads: of large networks they would fill the memory. */
export function dropRead(tensors: Map<string, Tensor>, model: FusedModel, stage: FusedStage): void {
  const wanted = new Set(model.stages.slice(model.stages.indexOf(stage) + 1).flatMap(inputsOf));
  for (const name of tensors.keys()) if (!wanted.has(name)) tensors.delete(name);
}

const PICTURES_BETWEEN_BREATHS = 20;

/** The sums of one stage for every picture, before its activation function. @throws InterruptedError */
export async function sumsOf(
  stage: FusedStage,
  inputs: readonly Tensor[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const result: Float32Array[] = [];
  for (let i = 0; i < (inputs[0]?.length ?? 0); i++) {
    if (i % PICTURES_BETWEEN_BREATHS === 0) await breathe(signal);
    result.push(
      evaluateSums(
        stage,
        inputs.map((tensor) => tensor[i] ?? new Float32Array()),
      ),
    );
  }
  return result;
}

/** Per picture 1 if the float network labels it right, else 0. @throws InterruptedError */
export async function floatRight(
  model: FusedModel,
  data: DataSet,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const right = new Uint8Array(data.labels.length);
  for (const [i, label] of data.labels.entries()) {
    if (i % PICTURES_BETWEEN_BREATHS === 0) await breathe(signal);
    const logits = evaluateFused(model, inputValues(model, picture(data, i)));
    right[i] = logits.indexOf(logits.reduce((a, b) => Math.max(a, b))) === label ? 1 : 0;
  }
  return right;
}

/** Lets timers and signals through. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted === true) throw new InterruptedError();
}

/** Values per tensor that are kept to choose its levels from. */
const SAMPLE = 100_000;

/** Some values of a tensor, from all pictures and positions alike. */
function sampleOf(tensor: Tensor): number[] {
  const total = tensor.reduce((sum, values) => sum + values.length, 0);
  const every = Math.max(1, Math.ceil(total / SAMPLE));
  // The offset turns with the picture, so that all positions are seen.
  return tensor.flatMap((values, i) => {
    const kept: number[] = [];
    for (let at = i % every; at < values.length; at += every) kept.push(values[at] ?? 0);
    return kept;
  });
}
