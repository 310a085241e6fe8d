// The output layer: neuron j votes for class j mod 10, with 1, 2 or 4 votes.
import { learn, parameter } from './layer.mjs';

/** @typedef {import('./kernels.mjs').Space} Space */

const MOST_LOG2 = 2;

/**
 * @param {Space} space
 * @param {object} what
 * @param {number} what.voters
 * @param {number} what.classes
 * @param {number} what.batch
 * @param {number} what.vote - what a vote adds to the logit that is trained
 */
export function createVotes(space, { voters, classes, batch, vote }) {
  const { kernels, floats, integers } = space;
  const each = voters / classes;
  const sources = integers(voters);
  const weights = parameter(space, voters);
  const rounded = floats(voters);
  const bias = parameter(space, classes);
  const logits = floats(classes * batch);
  for (let k = 0; k < voters; k++) {
    sources[k] = (k % each) * classes + Math.floor(k / each);
    weights.value[k] = vote;
  }
  /** @param {number} k */
  const log2 = (k) =>
    Math.max(0, Math.min(MOST_LOG2, Math.round(Math.log2(Number(weights.value[k]) / vote))));
  return {
    /** [classes][batch]; for `backward` the slopes of the loss. */
    logits,
    /** @param {Float32Array} x */
    forward(x) {
      for (let k = 0; k < voters; k++) rounded[k] = vote * 2 ** log2(k);
      kernels.forward(
        x.byteOffset,
        sources.byteOffset,
        rounded.byteOffset,
        bias.value.byteOffset,
        logits.byteOffset,
        classes,
        each,
        batch,
      );
    },
    /** @param {Float32Array} x @param {Float32Array} before */
    backward(x, before) {
      kernels.backward(
        x.byteOffset,
        sources.byteOffset,
        rounded.byteOffset,
        logits.byteOffset,
        weights.gradient.byteOffset,
        bias.gradient.byteOffset,
        before.byteOffset,
        classes,
        each,
        batch,
      );
    },
    /** `frozen`: the votes stay, the bias settles. @param {number} rate @param {number} step @param {boolean} frozen */
    learn(rate, step, frozen) {
      learn(space, bias, classes, rate, step);
      if (frozen) return;
      learn(space, weights, voters, rate * 0.3, step);
      const [least, most] = [vote * 0.75, vote * 2 ** MOST_LOG2 * 1.2];
      for (let k = 0; k < voters; k++)
        weights.value[k] = Math.max(least, Math.min(most, Number(weights.value[k])));
    },
    /** @returns {import('./table-network.mjs').Votes} */
    result() {
      const label = new Array(voters).fill(0);
      const count = new Array(voters).fill(0);
      for (let k = 0; k < voters; k++) {
        label[Number(sources[k])] = Math.floor(k / each);
        count[Number(sources[k])] = 2 ** log2(k);
      }
      return { label, count, bias: Array.from(bias.value, (value) => value / vote) };
    },
  };
}
