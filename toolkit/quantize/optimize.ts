import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { DataSet } from '../data/data-set.js';
import { InterruptedError } from '../errors.js';
import { hasWeights, type FusedModel, type FusedStage, type FusedWeighted } from '../model/fuse.js';
import { adamStep, type Parameters, type Trainee } from './adam.js';
import type { Tf } from './tf.js';
import { epochBatches, gather, gatherRows, inOrder, randomShifts } from './batches.js';
import type { Finish, Statistics } from './finish.js';
import { crossEntropy, forward, type Pass } from './tensor-graph.js';
import { warpPictures } from './warp.js';

/** A network under training, as the optimizer sees it. */
export interface Subject {
  readonly model: FusedModel;
  /** The arrays that go into the forward pass, made from the parameters, and the way back for their gradients. */
  readonly deploy: (parameters: Parameters) => Deployed;
  /** What follows the sums of a stage, when the fraction `done` of the training is over; 1: as it is deployed. */
  readonly finishOf: (stage: FusedStage, done: number) => Finish | null;
  /** What each pixel byte means to the network. */
  readonly inputValues: Float32Array;
  /** Fraction of the learning rate for a parameter. */
  readonly rateFactor: (name: string, done: number) => number;
  /** Called before each step with the fraction of the training that is done; may replace parameters. */
  readonly beforeStep: (parameters: Parameters, step: number, done: number) => Parameters;
}

export interface Deployed {
  /** The parameters themselves, or what they are snapped to. */
  readonly arrays: Parameters;
  /** From the gradients of `arrays` to those of the parameters, when the fraction `done` of the training is over. */
  readonly backward: (gradients: Parameters, done: number) => Parameters;
  /** By stage, the gains of norms whose gains are not gamma / standard deviation; left out where there are none. */
  readonly gains?: ReadonlyMap<string, Float32Array>;
}

export interface Course {
  readonly data: DataSet;
  /** Target probabilities [pictures][classes]. */
  readonly targets: Float32Array;
  readonly epochs: number;
  readonly batchSize: number;
  readonly rate: number;
  /** Training pictures are moved by up to so many pixels, at random. */
  readonly shift: number;
  /** They are bent by up to so many pixels, at random (`warpPictures`); 0, and left out: not. */
  readonly warp?: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (step: number, steps: number, loss: number) => void;
}

/** How much a batch weighs in the running mean and variance of a norm. */
const MOMENTUM = 0.01;

/**
 * One epoch of Adam under a cosine learning rate. Deterministic: depends on its arguments alone.
 *
 * @throws InterruptedError when the signal is aborted; what was done in this epoch is lost. InputError if the loss is
 * not a number any more, with the step.
 */
export async function trainEpoch(
  tf: Tf,
  subject: Subject,
  course: Course,
  start: Trainee,
  epoch: number,
): Promise<Trainee> {
  const { data, batchSize, seed } = course;
  const batches = epochBatches(data.labels.length, batchSize, seed, epoch);
  const total = course.epochs * batches.length;
  let trainee = start;
  for (const [b, indices] of batches.entries()) {
    if (course.signal?.aborted) throw new InterruptedError();
    const step = epoch * batches.length + b;
    const done = step / total;
    const parameters = subject.beforeStep(trainee.parameters, step, done);
    const inputs = inputsOf(course, indices, subject.inputValues, step);
    const deployed = subject.deploy(parameters);
    const { loss, gradients, statistics } = lossAndGradients(
      tf,
      { ...subject, finishOf: (stage) => subject.finishOf(stage, done) },
      course,
      parameters,
      deployed,
      indices,
      inputs,
    );
    if (!Number.isFinite(loss)) throw new DivergedError(`at step ${step + 1} of ${total}`);
    const rate = course.rate * 0.5 * (1 + Math.cos(Math.PI * done));
    const next = adamStep(
      { ...trainee, parameters },
      deployed.backward(gradients, done),
      (name) => rate * subject.rateFactor(name, done),
    );
    trainee = { ...next, parameters: withStatistics(next.parameters, statistics, MOMENTUM) };
    // What the step has made is first seen by the next loss. After the last one nobody else would look before it is saved.
    if (b === batches.length - 1 && !areFinite(trainee.parameters))
      throw new DivergedError(`after step ${step + 1} of ${total}`);
    course.onStep?.(step + 1, total, loss);
    // Lets timers and signals through: the steps themselves never wait for anything.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return trainee;
}

/** What the network reads of a batch: its pictures varied at random, by seed and step alone. */
function inputsOf(course: Course, indices: Uint32Array, values: Float32Array, step: number): Float32Array {
  const { data, shift, warp = 0 } = course;
  const seed = course.seed * 7_919 + step;
  const shifts = randomShifts(indices.length, shift, seed);
  if (warp === 0) return gather(data, indices, values, shifts);
  const all = indices.map((_, b) => b);
  return gather(warpPictures(data, indices, warp, seed), all, values, shifts);
}

/** A loss, or what a step has made of the parameters, is not a number. `when`: "at step 3 of 90". */
export class DivergedError extends Error {
  constructor(when: string) {
    super(`the training diverged: its loss is not a number ${when}`);
  }
}

const areFinite = (parameters: Parameters): boolean =>
  [...parameters.values()].every((values) => values.every(Number.isFinite));

type StageStatistics = ReadonlyMap<string, Statistics>;

/** Running means and variances moved towards those of a batch. */
export function withStatistics(
  parameters: Parameters,
  statistics: StageStatistics,
  momentum: number,
): Parameters {
  if (statistics.size === 0) return parameters;
  const all = new Map(parameters);
  for (const [stage, { mean, variance }] of statistics) {
    for (const [part, seen] of [
      ['mean', mean],
      ['variance', variance],
    ] as const) {
      const old = all.get(`${stage}/${part}`) ?? seen;
      all.set(
        `${stage}/${part}`,
        old.map((value, c) => value + momentum * ((seen[c] ?? value) - value)),
      );
    }
  }
  return all;
}

/** Mean and variance of a stage's norm, as they stand in the parameters, and its gains if they are others than these give. */
function normsOf(parameters: Parameters, { gains }: Deployed): Pick<Pass, 'runningOf' | 'gainsOf'> {
  return {
    runningOf: ({ name }) => {
      const mean = parameters.get(`${name}/mean`);
      const variance = parameters.get(`${name}/variance`);
      return mean === undefined || variance === undefined ? null : { mean, variance };
    },
    gainsOf: ({ name }) => gains?.get(name) ?? null,
  };
}

const isMeasured = (finish: Finish | null): boolean => finish?.norm === 'batch' || finish?.norm === 'centred';

function lossAndGradients(
  tf: Tf,
  subject: Pick<Pass, 'finishOf'> & Pick<Subject, 'model'>,
  course: Course,
  parameters: Parameters,
  deployed: Deployed,
  indices: Uint32Array,
  inputs: Float32Array,
): { readonly loss: number; readonly gradients: Parameters; readonly statistics: StageStatistics } {
  const classes = subject.model.labels.length;
  const { arrays } = deployed;
  const names = [...arrays.keys()];
  const statistics = new Map<string, Statistics>();
  const pass: Pass = {
    finishOf: subject.finishOf,
    ...normsOf(parameters, deployed),
    onOutput: (stage, _output, seen) => {
      if (seen !== null && isMeasured(subject.finishOf(stage))) statistics.set(stage.name, seen);
    },
  };
  return scoped(tf, () => {
    const batch = tf.tensor4d(inputs, [indices.length, ...subject.model.input.shape]);
    const targets = tf.tensor2d(gatherRows(course.targets, classes, indices), [indices.length, classes]);
    const inputsOfPass = [...toTensors(tf, subject.model, arrays).values()];
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]): Scalar => {
      const byName = new Map(names.map((name, i) => [name, tensors[i] as Tensor]));
      return crossEntropy(tf, forward(tf, subject.model, byName, batch, pass), targets);
    })(inputsOfPass);
    const gradients = new Map(names.map((name, i) => [name, grads[i]?.dataSync() as Float32Array]));
    return { loss: value.dataSync()[0] ?? NaN, gradients, statistics };
  });
}

/** Runs `compute`, whose result is plain data, and frees every tensor it made. */
function scoped<T>(tf: Tf, compute: () => T): T {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}

/** Each array as a tensor of the shape its stage needs; all else (bias, levels) as a vector. */
export function toTensors(tf: Tf, model: FusedModel, arrays: Parameters): Map<string, Tensor> {
  const shapes = new Map(
    model.stages.filter(hasWeights).map((stage) => [`${stage.name}/kernel`, kernelShape(stage)]),
  );
  return new Map(
    [...arrays].map(([name, values]) => [name, tf.tensor(values, shapes.get(name) ?? [values.length])]),
  );
}

function kernelShape(stage: FusedWeighted): number[] {
  const outputs = stage.bias.length;
  if (stage.kind === 'dense') return [stage.kernel.length / outputs, outputs];
  return stage.kind === 'conv2d'
    ? [...stage.kernelSize, stage.inputShape[2], outputs]
    : [...stage.kernelSize, outputs, 1];
}

function toBatch(tf: Tf, subject: Subject, data: DataSet, indices: Uint32Array): Tensor4D {
  return tf.tensor4d(gather(data, indices, subject.inputValues), [
    indices.length,
    ...subject.model.input.shape,
  ]);
}

/** The logits [pictures][classes] of a data set, from the network as it is deployed. */
export function predict(tf: Tf, subject: Subject, parameters: Parameters, data: DataSet): Float32Array {
  const classes = subject.model.labels.length;
  const logits = new Float32Array(data.labels.length * classes);
  const deployed = subject.deploy(parameters);
  const pass: Pass = { finishOf: (stage) => subject.finishOf(stage, 1), ...normsOf(parameters, deployed) };
  for (const indices of inOrder(data.labels.length, 500)) {
    const values = scoped(tf, () => {
      const tensors = toTensors(tf, subject.model, deployed.arrays);
      return forward(tf, subject.model, tensors, toBatch(tf, subject, data, indices), pass).dataSync();
    });
    logits.set(values, (indices[0] ?? 0) * classes);
  }
  return logits;
}

/** The values of every stage's output for the first `count` pictures, not rounded. */
export function observe(
  tf: Tf,
  subject: Subject,
  parameters: Parameters,
  data: DataSet,
  count: number,
): ReadonlyMap<string, Float32Array> {
  const seen = new Map<string, Float32Array>();
  const indices = inOrder(data.labels.length, count)[0] ?? new Uint32Array();
  const deployed = subject.deploy(parameters);
  const pass: Pass = {
    finishOf: (stage) => {
      const finish = subject.finishOf(stage, 1);
      return finish === null ? null : { ...finish, rounding: null };
    },
    ...normsOf(parameters, deployed),
    onOutput: (stage, output) => seen.set(stage.name, output.dataSync() as Float32Array),
  };
  scoped(tf, () => {
    const tensors = toTensors(tf, subject.model, deployed.arrays);
    forward(tf, subject.model, tensors, toBatch(tf, subject, data, indices), pass);
  });
  return seen;
}

/**
 * Means and variances of all norms measured anew, with the network as it now is, on `count` batches of pictures: the
 * running ones lag behind weights that jump between levels.
 */
export function measureNorms(
  tf: Tf,
  subject: Subject,
  parameters: Parameters,
  course: Course,
  count: number,
): Parameters {
  let measured = parameters;
  const deployed = subject.deploy(parameters);
  const batches = epochBatches(course.data.labels.length, course.batchSize, course.seed, course.epochs);
  for (const [b, indices] of batches.slice(0, count).entries()) {
    const seen = new Map<string, Statistics>();
    const pass: Pass = {
      finishOf: (stage) => subject.finishOf(stage, 0),
      ...normsOf(parameters, deployed),
      onOutput: (stage, _output, statistics) => {
        if (statistics !== null && isMeasured(subject.finishOf(stage, 0))) seen.set(stage.name, statistics);
      },
    };
    scoped(tf, () => {
      const tensors = toTensors(tf, subject.model, deployed.arrays);
      forward(tf, subject.model, tensors, toBatch(tf, subject, course.data, indices), pass);
    });
    // The plain mean of what was seen so far.
    measured = withStatistics(measured, seen, 1 / (b + 1));
  }
  return measured;
}

/** Fraction of pictures whose first largest logit is at their label. */
export function accuracyOf(logits: Float32Array, data: DataSet): number {
  const classes = logits.length / data.labels.length;
  let right = 0;
  data.labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(row.reduce((a, b) => Math.max(a, b))) === label) right++;
  });
  return right / data.labels.length;
}
