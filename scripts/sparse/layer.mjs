// A layer of neurons of one bit, each with few inputs, that learns its weights and which inputs it has.
//
// Forward a neuron is 1 where sum(w x) + b >= 0. Backward that step has the slope of a triangle around 0 (a straight-through
// estimator). Inputs are dropped, the weakest first, until few enough are left; meanwhile the weakest are now and then
// exchanged for those that the loss asks for most (Evci et al. 2020, arXiv 1911.11134).

const SLOPE = 0.3; // height of the triangle at 0, and 1 / half its width
const NEW_WEIGHT = 0.05;

/** @typedef {import('./kernels.mjs').Space} Space */
/** @typedef {{ value: Float32Array, gradient: Float32Array, first: Float32Array, second: Float32Array }} Parameter */

/** @param {Space} space @param {number} length @returns {Parameter} */
export function parameter({ floats }, length) {
  return { value: floats(length), gradient: floats(length), first: floats(length), second: floats(length) };
}

/**
 * One step of Adam.
 *
 * @param {Space} space
 * @param {Parameter} parameter
 * @param {number} length
 * @param {number} rate
 * @param {number} step - from 1 on
 */
export function learn({ kernels }, { value, gradient, first, second }, length, rate, step) {
  const address = [value, gradient, first, second].map(({ byteOffset }) => byteOffset);
  kernels.adam(...address, length, rate / (1 - 0.9 ** step), 1 - 0.999 ** step);
}

/**
 * @param {Space} space
 * @param {object} what
 * @param {number} what.neurons
 * @param {Float64Array} what.shares - how often each input is 1
 * @param {readonly number[]} what.candidates - inputs that it may read
 * @param {(fan: number) => Iterable<number>} what.choose - the inputs of a neuron at the start
 * @param {number} what.fan - how many
 * @param {number} what.batch
 * @param {() => number} what.random
 */
export function createLayer(space, { neurons, shares, candidates, choose, fan, batch, random }) {
  const { kernels, floats, integers } = space;
  const inputs = shares.length;
  const share = (/** @type {number} */ i) => Number(shares[i]);
  const spread = (/** @type {number} */ i) => Math.sqrt(share(i) * (1 - share(i)));
  const sources = integers(neurons * fan);
  const weights = parameter(space, neurons * fan);
  const bias = parameter(space, neurons);
  const sums = floats(neurons * batch);
  const outputs = floats(neurons * batch);
  const slopes = floats(neurons * batch); // of the loss
  const wish = floats(neurons * inputs);
  let now = fan;

  for (let j = 0; j < neurons; j++) {
    let centre = 0;
    let k = j * fan;
    for (const i of choose(fan)) {
      const weight = (random() < 0.5 ? -1 : 1) * (0.5 + random()) * 0.5;
      sources[k] = i;
      weights.value[k++] = weight;
      centre += weight * share(i);
    }
    bias.value[j] = 0.2 * (random() - 0.5) - centre;
  }

  /** Inputs of a neuron, the strongest first. @param {number} j */
  const byStrength = (j) => {
    const strength = (/** @type {number} */ k) =>
      Math.abs(Number(weights.value[k])) * spread(Number(sources[k]));
    return Array.from({ length: now }, (_, k) => j * now + k).sort((a, b) => strength(b) - strength(a));
  };

  return {
    neurons,
    inputs,
    outputs,
    slopes,
    /** @param {Float32Array} x - [inputs][batch] */
    forward(x) {
      kernels.forward(
        x.byteOffset,
        sources.byteOffset,
        weights.value.byteOffset,
        bias.value.byteOffset,
        sums.byteOffset,
        neurons,
        now,
        batch,
      );
      kernels.step(sums.byteOffset, outputs.byteOffset, neurons * batch, SLOPE);
    },
    /** From `slopes` to gradients, and to the slopes of the layer before, which are added to. @param {Float32Array} x @param {Float32Array | null} before */
    backward(x, before) {
      kernels.times(sums.byteOffset, slopes.byteOffset, neurons * batch);
      kernels.backward(
        x.byteOffset,
        sources.byteOffset,
        weights.value.byteOffset,
        sums.byteOffset,
        weights.gradient.byteOffset,
        bias.gradient.byteOffset,
        before?.byteOffset ?? 0,
        neurons,
        now,
        batch,
      );
    },
    /** @param {number} rate @param {number} step */
    learn(rate, step) {
      learn(space, weights, neurons * now, rate, step);
      learn(space, bias, neurons, rate, step);
    },
    fan: () => now,
    /** Keeps the strongest inputs of each neuron; what the others gave on average goes into the bias. @param {number} fewer */
    prune(fewer) {
      for (let j = 0; j < neurons; j++) {
        const order = byStrength(j);
        for (const k of order.slice(fewer))
          bias.value[j] = Number(bias.value[j]) + Number(weights.value[k]) * share(Number(sources[k]));
        const kept = order
          .slice(0, fewer)
          .map((k) => [sources[k], weights.value[k], weights.first[k], weights.second[k]].map(Number));
        kept.forEach(([source = 0, value = 0, first = 0, second = 0], k) => {
          const to = j * fewer + k;
          sources[to] = source;
          weights.value[to] = value;
          weights.first[to] = first;
          weights.second[to] = second;
        });
      }
      now = fewer;
    },
    /** After `backward`: the weakest inputs of each neuron give way to those with the steepest slopes. @param {Float32Array} x @param {number} part */
    exchange(x, part) {
      kernels.dense(x.byteOffset, sums.byteOffset, wish.byteOffset, neurons, inputs, batch);
      const count = Math.max(1, Math.round(part * now));
      for (let j = 0; j < neurons; j++) {
        const has = new Set(sources.subarray(j * now, (j + 1) * now));
        for (const k of byStrength(j).reverse().slice(0, count)) {
          let best = -1;
          let steepest = 0;
          for (const i of candidates) {
            const steep = Math.abs(Number(wish[j * inputs + i]));
            if (steep > steepest && !has.has(i)) [best, steepest] = [i, steep];
          }
          if (best < 0) break;
          has.add(best);
          const weight = -Math.sign(Number(wish[j * inputs + best])) * NEW_WEIGHT;
          bias.value[j] =
            Number(bias.value[j]) +
            Number(weights.value[k]) * share(Number(sources[k])) -
            weight * share(best);
          sources[k] = best;
          weights.value[k] = weight;
          weights.first[k] = 0;
          weights.second[k] = 0;
        }
      }
    },
    /** @returns {import('./table-network.mjs').Layer} */
    result: () => ({
      inputs,
      neurons,
      fan: now,
      sources: sources.slice(0, neurons * now),
      weights: weights.value.slice(0, neurons * now),
      bias: bias.value.slice(),
    }),
  };
}

/** @typedef {ReturnType<typeof createLayer>} SparseLayer */
