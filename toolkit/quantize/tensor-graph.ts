import type { GradSaveFunc, Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { hasWeights, type FusedModel, type FusedStage } from '../model/fuse.js';
import { INPUT, type Padding } from '../network/index.js';
import type { Tf } from './backend.js';

/** Weights, biases and steps by name: "conv1/kernel". */
export type Tensors = ReadonlyMap<string, Tensor>;

/** What becomes of a stage's output before other stages read it: nothing, or its quantization. */
export type OutputHook = (stage: FusedStage, output: Tensor) => Tensor;

/** The logits [batch, classes] of a batch of input values [batch, height, width, channels]. */
export function forward(
  tf: Tf,
  model: FusedModel,
  tensors: Tensors,
  batch: Tensor4D,
  onOutput: OutputHook = (_, output) => output,
): Tensor2D {
  const values = new Map<string, Tensor>([[INPUT, batch]]);
  let last: Tensor = batch;
  for (const stage of model.stages) {
    const input = need(values, stage.input);
    last = onOutput(stage, activate(tf, stage, compute(tf, stage, tensors, input)));
    values.set(stage.name, last);
  }
  return tf.reshape(last, [batch.shape[0], model.labels.length]);
}

function compute(tf: Tf, stage: FusedStage, tensors: Tensors, input: Tensor): Tensor {
  switch (stage.kind) {
    case 'dense': {
      const kernel = need(tensors, `${stage.name}/kernel`) as Tensor2D;
      const flat = tf.reshape(input, [input.shape[0], kernel.shape[0]]);
      return tf.add(tf.matMul(flat as Tensor2D, kernel), need(tensors, `${stage.name}/bias`));
    }
    case 'conv2d': {
      const kernel = need(tensors, `${stage.name}/kernel`) as Tensor4D;
      const padded = pad(tf, input, stage.padding, 0);
      return tf.add(
        tf.conv2d(padded, kernel, [...stage.stride], 'valid'),
        need(tensors, `${stage.name}/bias`),
      );
    }
    case 'maxPool':
      return tf.maxPool(pad(tf, input, stage.padding, -1e30), [...stage.window], [...stage.stride], 'valid');
    case 'averagePool':
      return tf.avgPool(pad(tf, input, stage.padding, 0), [...stage.window], [...stage.stride], 'valid');
  }
}

function activate(tf: Tf, stage: FusedStage, output: Tensor): Tensor {
  if (!hasWeights(stage) || stage.activation === 'linear') return output;
  return stage.activation === 'relu' ? tf.relu(output) : tf.relu6(output);
}

function pad(tf: Tf, input: Tensor, padding: Padding, value: number): Tensor4D {
  const { top, right, bottom, left } = padding;
  if (top + right + bottom + left === 0) return input as Tensor4D;
  return tf.pad(
    input as Tensor4D,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

function need(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no tensor "${name}"`);
  return found;
}

/**
 * Rounds to the levels `i * step` with `low <= i <= high`. Backward it is the identity between the outermost levels and
 * 0 beyond them (straight through); the step learns from the rounding error inside and from what is cut off.
 */
export function roundToLevels(tf: Tf, x: Tensor, step: Scalar, low: number, high: number): Tensor {
  const rounded = tf.customGrad((...args) => {
    const [value, width, save] = args as [Tensor, Scalar, GradSaveFunc];
    const scaled = tf.div(value, width);
    const index = tf.clipByValue(tf.floor(tf.add(scaled, 0.5)), low, high);
    save([scaled, index]);
    return {
      value: tf.mul(index, width),
      gradFunc: (dy, saved) => {
        const [at, level] = saved as [Tensor, Tensor];
        const gradient: Tensor = dy;
        const inside = tf.cast(tf.logicalAnd(tf.greater(at, low), tf.less(at, high)), 'float32');
        const passed = tf.mul(gradient, inside);
        const change = tf.sub(tf.mul(gradient, level), tf.mul(passed, at));
        return [passed, tf.sum(change)];
      },
    };
  });
  return rounded(x, step);
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
