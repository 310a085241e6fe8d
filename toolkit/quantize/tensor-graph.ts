import type { GradSaveFunc, Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { inputsOf } from '../model/float-model.js';
import type { FusedModel, FusedStage } from '../model/fuse.js';
import { INPUT, type Padding } from '../network/index.js';
import type { Tf } from './tf.js';
import {
  finishBackward,
  finishForward,
  type Finish,
  type FinishParameters,
  type Statistics,
} from './finish.js';
import { withTensors } from './tensor-space.js';

/** Kernels, biases, norms and levels by name: "conv1/kernel". */
export type Tensors = ReadonlyMap<string, Tensor>;

/** How a forward pass ends its stages, and what it tells of them. */
export interface Pass {
  /** What follows a stage's sums; null where nothing does. */
  readonly finishOf: (stage: FusedStage) => Finish | null;
  /** Mean and variance for running norms. */
  readonly runningOf: (stage: FusedStage) => Statistics | null;
  /** Gains of norms that are not gamma / standard deviation, per channel; null for all others. */
  readonly gainsOf: (stage: FusedStage) => Float32Array | null;
  /** Told of each stage's output, and of the statistics of its sums where it has a norm. */
  readonly onOutput?: (stage: FusedStage, output: Tensor, statistics: Statistics | null) => void;
}

/** The logits [batch, classes] of a batch of input values [batch, height, width, channels]. */
export function forward(tf: Tf, model: FusedModel, tensors: Tensors, batch: Tensor4D, pass: Pass): Tensor2D {
  const values = new Map<string, Tensor>([[INPUT, batch]]);
  let last: Tensor = batch;
  for (const stage of model.stages) {
    const inputs = inputsOf(stage).map((name) => need(values, name));
    const sums = compute(tf, stage, tensors, inputs);
    const finish = pass.finishOf(stage);
    let statistics: Statistics | null = null;
    if (finish === null) {
      last = sums;
    } else {
      const given = { running: pass.runningOf(stage), gains: pass.gainsOf(stage) };
      const done = end(tf, stage, finish, tensors, sums, given);
      last = done.output;
      statistics = done.statistics();
    }
    pass.onOutput?.(stage, last, statistics);
    values.set(stage.name, last);
  }
  return tf.reshape(last, [batch.shape[0], model.labels.length]);
}

/** Products and sums of a stage, without bias. */
function compute(tf: Tf, stage: FusedStage, tensors: Tensors, inputs: readonly Tensor[]): Tensor {
  const input = inputs[0] as Tensor4D;
  switch (stage.kind) {
    case 'dense': {
      const kernel = need(tensors, `${stage.name}/kernel`) as Tensor2D;
      const flat = tf.reshape(input, [input.shape[0], kernel.shape[0]]);
      return tf.reshape(tf.matMul(flat as Tensor2D, kernel), [input.shape[0], 1, 1, kernel.shape[1]]);
    }
    case 'conv2d': {
      const kernel = need(tensors, `${stage.name}/kernel`) as Tensor4D;
      return tf.conv2d(input, kernel, [...stage.stride], explicit(stage.padding));
    }
    case 'depthwiseConv2d': {
      const kernel = need(tensors, `${stage.name}/kernel`) as Tensor4D;
      return tf.depthwiseConv2d(input, kernel, [...stage.stride], explicit(stage.padding));
    }
    case 'maxPool':
      return tf.maxPool(pad(tf, input, stage.padding, -1e30), [...stage.window], [...stage.stride], 'valid');
    case 'averagePool':
      return tf.avgPool(pad(tf, input, stage.padding, 0), [...stage.window], [...stage.stride], 'valid');
    case 'add':
      return inputs.slice(1).reduce<Tensor>((sum, other) => tf.add(sum, other), input);
    case 'concat':
      return tf.concat([...inputs], 3);
  }
}

type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

const explicit = ({ top, right, bottom, left }: Padding): ExplicitPadding | 'valid' =>
  top + right + bottom + left === 0
    ? 'valid'
    : [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];

function pad(tf: Tf, input: Tensor4D, padding: Padding, value: number): Tensor4D {
  const amounts = explicit(padding);
  return amounts === 'valid' ? input : tf.pad(input, amounts, value);
}

/** `finish` as one differentiable operation of the sums and of the parameters that it learns. */
function end(
  tf: Tf,
  stage: FusedStage,
  finish: Finish,
  tensors: Tensors,
  sums: Tensor,
  given: Pick<FinishParameters, 'running' | 'gains'>,
): { readonly output: Tensor; readonly statistics: () => Statistics | null } {
  const names = (['shift', 'gamma', 'levels'] as const).filter((part) =>
    tensors.has(`${stage.name}/${part}`),
  );
  let used: Statistics | null = null;
  const operation = tf.customGrad((...args) => {
    const [z, ...learned] = args.slice(0, 1 + names.length) as Tensor[];
    const save = args.at(-1) as unknown as GradSaveFunc;
    if (z === undefined) throw new Error('no sums');
    const held = new Map(names.map((name, i) => [name, learned[i]?.dataSync() as Float32Array]));
    const parameters = {
      shift: held.get('shift') ?? new Float32Array(finish.channels),
      gamma: held.get('gamma') ?? null,
      levels: held.get('levels') ?? null,
      ...given,
    };
    save([z]);
    const length = z.size;
    return withTensors(tf, (space) => {
      const y = space.output(z.shape);
      const statistics = finishForward({ space, z: space.addressOf(z), length }, y.at, finish, parameters);
      used = statistics;
      return {
        value: y.done(),
        gradFunc: (dy: Tensor, saved: Tensor[]) =>
          withTensors(tf, (inner) => {
            const dz = inner.output(z.shape);
            const sums = { space: inner, z: inner.addressOf(saved[0] as Tensor), length };
            const at = inner.addressOf(dy);
            const back = finishBackward(sums, at, dz.at, finish, parameters, statistics);
            return [
              dz.done(),
              ...names.map((name, i) => {
                const shape = learned[i]?.shape ?? [];
                return back[name] === null ? tf.zeros(shape) : tf.tensor(back[name], shape);
              }),
            ];
          }),
      };
    });
  });
  const output = operation(sums, ...names.map((name) => need(tensors, `${stage.name}/${name}`)));
  return { output, statistics: () => used };
}

function need(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no tensor "${name}"`);
  return found;
}

/** Mean cross-entropy of softmax(logits) against target probabilities of the same shape [batch, classes]. */
export function crossEntropy(tf: Tf, logits: Tensor2D, targets: Tensor2D): Scalar {
  const loss = tf.customGrad((...args) => {
    const [z, target, save] = args as [Tensor2D, Tensor2D, GradSaveFunc];
    const batch = z.shape[0];
    const shifted = tf.sub(z, tf.max(z, 1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, 1, true);
    save([tf.sub(tf.div(exponentials, sums), target)]);
    return {
      value: tf.div(tf.neg(tf.sum(tf.mul(target, tf.sub(shifted, tf.log(sums))))), batch),
      gradFunc: (dy, saved) => {
        const [difference] = saved as [Tensor];
        const gradient = tf.mul(difference, tf.div(dy as Scalar, batch));
        return [gradient, tf.zerosLike(gradient)];
      },
    };
  });
  return loss(logits, targets) as Scalar;
}
