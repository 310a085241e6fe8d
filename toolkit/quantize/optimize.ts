import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { DataSet } from '../data/data-set.js';
import { InterruptedError } from '../errors.js';
import type { FusedModel } from '../model/fuse.js';
import { adamStep, type Parameters, type Trainee } from './adam.js';
import type { Tf } from './backend.js';
import { epochBatches, gather, gatherRows, inOrder, randomShifts } from './batches.js';
import { crossEntropy, forward, type OutputHook, type Tensors } from './tensor-graph.js';

/** A network under training, as the optimizer sees it. */
export interface Subject {
  readonly model: FusedModel;
  /** The arrays that go into the forward pass, made from the parameters, and the way back for their gradients. */
  readonly deploy: (parameters: Parameters) => Deployed;
  readonly onOutput: (tensors: Tensors) => OutputHook;
  /** What each pixel byte means to the network. */
  readonly inputValues: Float32Array;
  /** Fraction of the learning rate for a parameter. */
  readonly rateFactor: (name: string) => number;
  /** Called before each step with the fraction of the training that is done; may replace parameters. */
  readonly beforeStep: (parameters: Parameters, step: number, done: number) => Parameters;
}

export interface Deployed {
  /** The parameters themselves, or what they are snapped to. */
  readonly arrays: Parameters;
  /** From the gradients of `arrays` to those of the parameters, when the fraction `done` of the training is over. */
  readonly backward: (gradients: Parameters, done: number) => Parameters;
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
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (step: number, steps: number, loss: number) => void;
}

/**
 * One epoch of Adam under a cosine learning rate. Deterministic: depends on its arguments alone.
 *
 * @throws InterruptedError when the signal is aborted; what was done in this epoch is lost.
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
    const parameters = subject.beforeStep(trainee.parameters, step, step / total);
    const shifts = randomShifts(indices.length, course.shift, seed * 7_919 + step);
    const inputs = gather(data, indices, subject.inputValues, shifts);
    const { arrays, backward } = subject.deploy(parameters);
    const { loss, gradients } = lossAndGradients(tf, subject, course, arrays, indices, inputs);
    const rate = course.rate * 0.5 * (1 + Math.cos((Math.PI * step) / total));
    trainee = adamStep(
      { ...trainee, parameters },
      backward(gradients, step / total),
      (name) => rate * subject.rateFactor(name),
    );
    course.onStep?.(step + 1, total, loss);
    // Lets timers and signals through: the steps themselves never wait for anything.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return trainee;
}

function lossAndGradients(
  tf: Tf,
  subject: Subject,
  course: Course,
  arrays: Parameters,
  indices: Uint32Array,
  inputs: Float32Array,
): { readonly loss: number; readonly gradients: Parameters } {
  const classes = subject.model.labels.length;
  const names = [...arrays.keys()];
  return scoped(tf, () => {
    const batch = tf.tensor4d(inputs, [indices.length, ...subject.model.input.shape]);
    const targets = tf.tensor2d(gatherRows(course.targets, classes, indices), [indices.length, classes]);
    const deployed = [...toTensors(tf, subject.model, arrays).values()];
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]): Scalar => {
      const byName = new Map(names.map((name, i) => [name, tensors[i] as Tensor]));
      const logits = forward(tf, subject.model, byName, batch, subject.onOutput(byName));
      return crossEntropy(tf, logits, targets);
    })(deployed);
    const gradients = new Map(names.map((name, i) => [name, grads[i]?.dataSync() as Float32Array]));
    return { loss: value.dataSync()[0] ?? NaN, gradients };
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

/** Each array as a tensor of the shape its stage needs; all else (bias, step) as a vector or scalar. */
export function toTensors(tf: Tf, model: FusedModel, arrays: Parameters): Map<string, Tensor> {
  const shapes = new Map<string, number[]>();
  for (const stage of model.stages) {
    if (stage.kind === 'dense') {
      shapes.set(`${stage.name}/kernel`, [stage.kernel.length / stage.bias.length, stage.bias.length]);
    } else if (stage.kind === 'conv2d') {
      shapes.set(`${stage.name}/kernel`, [...stage.kernelSize, stage.inputShape[2], stage.bias.length]);
    }
    shapes.set(`${stage.name}/step`, []);
  }
  return new Map(
    [...arrays].map(([name, values]) => [name, tf.tensor(values, shapes.get(name) ?? [values.length])]),
  );
}

function toBatch(tf: Tf, subject: Subject, data: DataSet, indices: Uint32Array): Tensor4D {
  return tf.tensor4d(gather(data, indices, subject.inputValues), [
    indices.length,
    ...subject.model.input.shape,
  ]);
}

/** The logits [pictures][classes] of a data set. */
export function predict(tf: Tf, subject: Subject, parameters: Parameters, data: DataSet): Float32Array {
  const classes = subject.model.labels.length;
  const logits = new Float32Array(data.labels.length * classes);
  const { arrays } = subject.deploy(parameters);
  for (const indices of inOrder(data.labels.length, 500)) {
    const values = scoped(tf, () => {
      const tensors = toTensors(tf, subject.model, arrays);
      const batch = toBatch(tf, subject, data, indices);
      return forward(tf, subject.model, tensors, batch, subject.onOutput(tensors)).dataSync();
    });
    logits.set(values, (indices[0] ?? 0) * classes);
  }
  return logits;
}

/** The values of every stage's output for the first `count` pictures. */
export function observe(
  tf: Tf,
  subject: Subject,
  parameters: Parameters,
  data: DataSet,
  count: number,
): ReadonlyMap<string, Float32Array> {
  const seen = new Map<string, Float32Array>();
  const indices = inOrder(data.labels.length, count)[0] ?? new Uint32Array();
  scoped(tf, () => {
    const tensors = toTensors(tf, subject.model, parameters);
    forward(tf, subject.model, tensors, toBatch(tf, subject, data, indices), (stage, output) => {
      seen.set(stage.name, output.dataSync() as Float32Array);
      return output;
    });
  });
  return seen;
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
