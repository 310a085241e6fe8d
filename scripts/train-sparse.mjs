// Trains a network of sparse one-bit neurons for the unrolled engine on MNIST and writes it as a TableNetwork:
//
//   node scripts/train-sparse.mjs --name mnist-sparse-raw --neurons 1400,1020 --inputs 6 --epochs 60 --threshold 128 --seed 1 --out models/mnist-sparse-raw
//
// A neuron of 6 inputs of one bit and an output of one bit is one lookup table of 6 inputs, whatever its weights are.
// Needs `npm run build`, for the reader of data sets.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createInterpreter, loadDataSet, checkNetwork, serializeNetwork } from '../dist/index.js';
import { createSpace } from './sparse/kernels.mjs';
import { createLayer } from './sparse/layer.mjs';
import { inkShares, loadPlain, loadVaried } from './sparse/pictures.mjs';
import { randomNumbers } from './sparse/random.mjs';
import { sparseTableNetwork } from './sparse/table-network.mjs';
import { createVotes } from './sparse/votes.mjs';

const BATCH = 128;
const RATE = 0.02;
const FIRST_FAN = 16; // inputs of a neuron before any is dropped
const PATCH = 7; // a neuron's first inputs lie in a square with sides of 2 * 7 + 1 pixels

const PRUNED = 0.6; // share of the training after which connections stay
const VOTES_SETTLED = 0.9; // and votes
const EXCHANGE_EVERY = 200; // steps
const CLASSES = 10;

const { values: options } = parseArgs({
  options: {
    name: { type: 'string', default: 'mnist-sparse' },
    neurons: { type: 'string', default: '1500,1100' },
    inputs: { type: 'string', default: '6' },
    epochs: { type: 'string', default: '60' },
    threshold: { type: 'string', default: '64' },
    vote: { type: 'string', default: '0.2' },
    ink: { type: 'string', default: '0.004' }, // pixels that are ink in fewer of the pictures are never read
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'build/mnist-sparse' },
  },
});
const sizes = options.neurons.split(',').map(Number);
const [fewest, epochs, threshold, seed] = [
  options.inputs,
  options.epochs,
  options.threshold,
  options.seed,
].map(Number);
if (
  [...sizes, fewest, epochs, threshold, seed].some((value) => !Number.isInteger(value) || Number(value) < 1)
)
  throw new RangeError('--neurons, --inputs, --epochs, --threshold and --seed are whole numbers from 1 on');
if (Number(sizes.at(-1)) % CLASSES !== 0)
  throw new RangeError('as many neurons of the last layer for each class');

const train = loadDataSet('mnist:train');
const test = loadDataSet('mnist:test');
const random = randomNumbers(Number(seed));
const space = await createSpace(2 ** 28);
const bits = space.floats(784 * BATCH);

const shares = inkShares(train, Number(threshold));
const used = [...shares.keys()].filter((p) => Number(shares[p]) > Number(options.ink));
const pick = (/** @type {readonly number[]} */ list) => Number(list[Math.floor(random() * list.length)]);

/** Some of a list. @param {readonly number[]} list @param {number} count */
function some(list, count) {
  const chosen = new Set();
  while (chosen.size < count) chosen.add(pick(list));
  return chosen;
}

/** Pixels that lie close to each other. @param {number} count */
function patch(count) {
  for (;;) {
    const centre = pick(used);
    const near = used.filter(
      (p) =>
        Math.abs(Math.floor(p / 28) - Math.floor(centre / 28)) <= PATCH &&
        Math.abs((p % 28) - (centre % 28)) <= PATCH,
    );
    if (near.length >= count) return some(near, count);
  }
}

const layers = sizes.map((neurons, position) => {
  const before = Array.from({ length: Number(sizes[position - 1] ?? 0) }, (_, i) => i);
  return createLayer(space, {
    neurons,
    shares: position === 0 ? shares : new Float64Array(before.length).fill(0.5),
    candidates: position === 0 ? used : before,
    choose: position === 0 ? patch : (count) => some(before, count),
    fan: FIRST_FAN,
    batch: BATCH,
    random,
  });
});
const votes = createVotes(space, {
  voters: Number(sizes.at(-1)),
  classes: CLASSES,
  batch: BATCH,
  vote: Number(options.vote),
});

/** What a layer reads. @param {number} position */
const inputOf = (position) => layers[position - 1]?.outputs ?? bits;
const last = inputOf(layers.length);

function forward() {
  layers.forEach((layer, position) => layer.forward(inputOf(position)));
  votes.forward(last);
}

/** Softmax and cross entropy: turns the logits into the slopes of the loss; the loss of the batch. @param {ArrayLike<number>} labels */
function lossSlopes(labels) {
  const { logits } = votes;
  let loss = 0;
  for (let s = 0; s < BATCH; s++) {
    const row = Array.from({ length: CLASSES }, (_, c) => Number(logits[c * BATCH + s]));
    const most = Math.max(...row);
    const powers = row.map((logit) => Math.exp(logit - most));
    const sum = powers.reduce((so, power) => so + power, 0);
    const label = Number(labels[s]);
    loss += Math.log(sum) + most - Number(row[label]);
    powers.forEach((power, c) => {
      logits[c * BATCH + s] = (power / sum - Number(c === label)) / BATCH;
    });
  }
  return loss;
}

const steps = Math.floor(train.labels.length / BATCH);
const order = Array.from(train.labels.keys());
let step = 0;
for (let epoch = 1; epoch <= Number(epochs); epoch++) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [Number(order[j]), Number(order[i])];
  }
  let loss = 0;
  for (let at = 0; at < steps; at++) {
    const done = step / (steps * Number(epochs));
    step++;
    const chosen = order.slice(at * BATCH, (at + 1) * BATCH);
    loadVaried(bits, BATCH, train, chosen, Number(threshold), used, random);
    forward();
    loss += lossSlopes(chosen.map((i) => Number(train.labels[i])));
    for (const layer of layers) layer.slopes.fill(0);
    const top = layers.at(-1);
    if (top !== undefined) votes.backward(last, top.slopes);
    for (let l = layers.length - 1; l >= 0; l--)
      layers[l]?.backward(inputOf(l), layers[l - 1]?.slopes ?? null);
    const rate = RATE * 0.5 * (1 + Math.cos(Math.PI * done));
    for (const layer of layers) layer.learn(rate, step);
    votes.learn(rate, step, done >= VOTES_SETTLED);
    if (done < PRUNED) {
      const left = 1 - done / PRUNED;
      if (step % EXCHANGE_EVERY === 0) layers.forEach((layer, l) => layer.exchange(inputOf(l), 0.5 * left));
      const wanted = Math.round(
        Number(fewest) + (FIRST_FAN - Number(fewest)) * Math.max(0, 1 - (1.1 * done) / PRUNED) ** 2,
      );
      for (const layer of layers) if (wanted < layer.fan()) layer.prune(wanted);
    }
  }
  console.log(
    `epoch ${epoch}: ${layers.map((layer) => layer.fan()).join(', ')} inputs, loss ${(loss / steps / BATCH).toFixed(4)}`,
  );
}

/** Accuracy of the trained network in real numbers. */
function accuracy() {
  let right = 0;
  for (let from = 0; from < test.labels.length; from += BATCH) {
    const chosen = Array.from({ length: Math.min(BATCH, test.labels.length - from) }, (_, s) => from + s);
    loadPlain(bits, BATCH, test, chosen, Number(threshold));
    forward();
    chosen.forEach((i, s) => {
      const row = Array.from({ length: CLASSES }, (_, c) => Number(votes.logits[c * BATCH + s]));
      if (row.indexOf(Math.max(...row)) === test.labels[i]) right++;
    });
  }
  return right / test.labels.length;
}

const network = checkNetwork(
  sparseTableNetwork({
    name: options.name,
    pixelThreshold: Number(threshold),
    layers: layers.map((layer) => layer.result()),
    votes: votes.result(),
    labels: train.classes,
    seed: Number(seed),
    command: `node scripts/train-sparse.mjs ${process.argv.slice(2).join(' ')}`,
    floatAccuracy: accuracy(),
    testPictures: test.labels.length,
  }),
  options.name,
);
const { infer } = createInterpreter(network);
const right = Array.from(test.labels).filter(
  (label, i) => infer(test.images.subarray(i * 784, (i + 1) * 784)).label === label,
).length;
mkdirSync(options.out, { recursive: true });
writeFileSync(join(options.out, 'table-network.json'), serializeNetwork(network));
console.log(
  `${options.out}: ${(100 * Number(network.provenance.floatAccuracy)).toFixed(2)} % in real numbers, ${((100 * right) / test.labels.length).toFixed(2)} % as a table network`,
);
