// From a trained sparse network to a TableNetwork: weights become small integers, exactly as far as neurons of one bit are concerned.

/**
 * A layer of neurons of one bit with few inputs each; all lists lie neuron by neuron.
 *
 * @typedef {object} Layer
 * @property {number} inputs - elements of the tensor that it reads
 * @property {number} neurons
 * @property {number} fan - inputs of each neuron
 * @property {ArrayLike<number>} sources - which elements those are
 * @property {ArrayLike<number>} weights
 * @property {ArrayLike<number>} bias
 */

/**
 * The output layer: every neuron votes for one class.
 *
 * @typedef {object} Votes
 * @property {ArrayLike<number>} label - of each neuron
 * @property {ArrayLike<number>} count - of votes that it has, a power of two
 * @property {ArrayLike<number>} bias - of each class, in votes
 */

/** Integer weights up to this magnitude are tried. */
const LARGEST = 24;

/**
 * The smallest integers that make the same function of one-bit inputs as real weights: 1 where sum(w x) + bias >= 0.
 * Where none up to LARGEST do, those that differ for the fewest inputs.
 *
 * @param {readonly number[]} weights
 * @param {number} bias
 * @returns {{ weights: number[], threshold: number }}
 */
export function integerNeuron(weights, bias) {
  const patterns = 2 ** weights.length;
  /** @param {readonly number[]} w @param {number} pattern */
  const sum = (w, pattern) => w.reduce((so, weight, k) => so + ((pattern >> k) & 1 ? weight : 0), 0);
  const wanted = Array.from({ length: patterns }, (_, pattern) => sum(weights, pattern) + bias >= 0);
  const most = Math.max(...weights.map(Math.abs), 1e-9);
  let best = { wrong: Infinity, weights: weights.map(() => 0), threshold: 0 };
  for (let size = 1; size <= LARGEST && best.wrong > 0; size++) {
    const tried = weights.map((weight) => Math.round((weight / most) * size));
    const sums = Array.from({ length: patterns }, (_, pattern) => sum(tried, pattern));
    for (const threshold of new Set([...sums, Math.max(...sums) + 1])) {
      const wrong = sums.filter((value, pattern) => value >= threshold !== wanted[pattern]).length;
      if (wrong < best.wrong) best = { wrong, weights: tried, threshold };
    }
  }
  return best;
}

/**
 * @param {object} what
 * @param {string} what.name
 * @param {number} what.pixelThreshold - bytes from here on are ink
 * @param {readonly Layer[]} what.layers
 * @param {Votes} what.votes
 * @param {readonly string[]} what.labels
 * @param {number} what.seed
 * @param {string} what.command
 */
export function sparseTableNetwork({ name, pixelThreshold, layers, votes, labels, seed, command }) {
  const hidden = layers.map((layer, position) => {
    const neurons = Array.from({ length: layer.neurons }, (_, j) =>
      integerNeuron(
        Array.from({ length: layer.fan }, (_unused, k) => layer.weights[j * layer.fan + k] ?? 0),
        layer.bias[j] ?? 0,
      ),
    );
    const size = Math.max(1, ...neurons.flatMap(({ weights }) => weights.map(Math.abs)));
    const weights = new Array(layer.neurons * layer.inputs).fill(size);
    neurons.forEach((neuron, j) =>
      neuron.weights.forEach((weight, k) => {
        weights[j * layer.inputs + (layer.sources[j * layer.fan + k] ?? 0)] = size + weight;
      }),
    );
    return {
      size,
      stage: {
        kind: 'dense',
        name: `hidden${position + 1}`,
        input: position === 0 ? 'input' : `hidden${position}`,
        products: `hidden${position + 1}`,
        units: layer.neurons,
        weights,
        bias: new Array(layer.neurons).fill(0),
        requantize: { kind: 'thresholds', values: neurons.map(({ threshold }) => [threshold]) },
      },
    };
  });
  const voters = votes.label.length;
  const counts = [0, ...[...new Set(Array.from(votes.count))].sort((a, b) => a - b)];
  const logits = new Array(labels.length * voters).fill(0);
  for (let j = 0; j < voters; j++)
    logits[(votes.label[j] ?? 0) * voters + j] = counts.indexOf(votes.count[j] ?? 0);
  return {
    format: 'tablize/table-network@1',
    name,
    input: {
      shape: [28, 28, 1],
      levels: 2,
      table: Array.from({ length: 256 }, (_, byte) => Number(byte >= pixelThreshold)),
    },
    products: Object.fromEntries([
      ...hidden.map(({ size, stage }) => {
        const factors = Array.from({ length: 2 * size + 1 }, (_, w) => w - size);
        return [
          stage.name,
          { activations: 2, weights: factors.length, values: [...factors.map(() => 0), ...factors] },
        ];
      }),
      ['votes', { activations: 2, weights: counts.length, values: [...counts.map(() => 0), ...counts] }],
    ]),
    stages: [
      ...hidden.map(({ stage }) => stage),
      {
        kind: 'dense',
        name: 'votes',
        input: `hidden${layers.length}`,
        products: 'votes',
        units: labels.length,
        weights: logits,
        bias: Array.from(votes.bias, Math.round),
        requantize: null,
      },
    ],
    output: { labels: [...labels] },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'one bit', weights: 'sparse, integer' },
      seed,
      floatAccuracy: null,
      testPictures: null,
      command,
    },
  };
}
