import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { loadDataSet, picture, take } from '../../toolkit/data/index.js';
import {
  activationCompactness,
  activationHistograms,
  analyse,
  canonicalCodes,
  createInterpreter,
  entropyBits,
  huffmanEncode,
  huffmanLengths,
  indexBits,
  measureNetwork,
  networkCompactness,
  parseNetwork,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { tinyNetwork } from '../support/tiny-network.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const countLists = fc.array(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 40 });

/** Weight indices with uneven frequencies, so that codes differ in length. */
const indexLists = fc.integer({ min: 1, max: 256 }).chain((levels) =>
  fc.record({
    levels: fc.constant(levels),
    indices: fc.array(
      fc.tuple(fc.nat({ max: levels - 1 }), fc.nat({ max: levels - 1 })).map(([a, b]) => Math.min(a, b)),
      { minLength: 1, maxLength: 400 },
    ),
  }),
);

/** Decodes what section 3 of docs/compactness.md describes, by its words alone. */
function decode(bytes: Uint8Array, levels: number, count: number): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const longest = bytes[0] ?? 0;
  if (longest === 0) return new Array<number>(count).fill(bytes[1] ?? -1);
  const width = Math.ceil(Math.log2(longest + 1));
  let at = 8;
  const lengths = Array.from({ length: levels }, () => parseInt(bits.slice(at, (at += width)), 2));
  const words = new Map<string, number>();
  let next = '';
  for (let length = 1; length <= longest; length++) {
    lengths.forEach((own, symbol) => {
      if (own !== length) return;
      // One more than the word before, as a binary number with zeros at its end.
      next =
        next === '' ? '0'.repeat(length) : (BigInt(`0b${next}`) + 1n).toString(2).padStart(next.length, '0');
      next = next.padEnd(length, '0');
      words.set(next, symbol);
    });
  }
  const indices: number[] = [];
  let word = '';
  while (indices.length < count && at < bits.length) {
    word += bits[at++] ?? '';
    const symbol = words.get(word);
    if (symbol === undefined) continue;
    indices.push(symbol);
    word = '';
  }
  expect(bits.slice(at)).toMatch(/^0{0,7}$/);
  return indices;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const meanLength = (counts: readonly number[]): number =>
  total(huffmanLengths(counts).map((length, i) => length * (counts[i] ?? 0))) / total(counts);

describe('entropy', () => {
  it('is exact for powers of two', () => {
    expect(entropyBits([8, 4, 2, 2])).toBe(1.75);
    expect(entropyBits([1, 1])).toBe(1);
    expect(entropyBits([7])).toBe(0);
    expect(entropyBits([0, 0, 9])).toBe(0);
    expect(entropyBits([])).toBe(0);
  });

  it('is at most the logarithm of the symbols that occur, and does not depend on their order', () => {
    fc.assert(
      fc.property(countLists, (counts) => {
        const entropy = entropyBits(counts);
        expect(entropy).toBeGreaterThanOrEqual(0);
        const used = counts.filter((count) => count > 0).length;
        expect(entropy).toBeLessThanOrEqual(Math.log2(Math.max(1, used)) + 1e-9);
        expect(entropyBits([...counts].reverse())).toBe(entropy);
        expect(entropyBits([0, ...counts])).toBe(entropy);
      }),
    );
  });
});

test('an index of a fixed length has just enough bits', () => {
  expect([1, 2, 3, 4, 5, 8, 9, 255, 256].map(indexBits)).toEqual([0, 1, 2, 2, 3, 3, 4, 8, 8]);
});

describe('Huffman code', () => {
  it('reaches the entropy where the counts are powers of two', () => {
    expect(huffmanLengths([2, 8, 2, 4])).toEqual([3, 1, 3, 2]);
    expect(meanLength([8, 4, 2, 2])).toBe(1.75);
    expect(canonicalCodes([3, 1, 3, 2])).toEqual([[1, 1, 0], [0], [1, 1, 1], [1, 0]]);
  });

  it('needs at least the entropy and less than one bit more', () => {
    fc.assert(
      fc.property(
        countLists.filter((counts) => total(counts) > 0),
        (counts) => {
          const entropy = entropyBits(counts);
          expect(meanLength(counts)).toBeGreaterThanOrEqual(entropy - 1e-9);
          expect(meanLength(counts)).toBeLessThan(entropy + 1);
        },
      ),
    );
  });

  it('fills its tree: the lengths satisfy the equation of Kraft', () => {
    fc.assert(
      fc.property(
        countLists.filter((counts) => counts.filter((count) => count > 0).length > 1),
        (counts) => {
          const lengths = huffmanLengths(counts).filter((length) => length > 0);
          expect(lengths).toHaveLength(counts.filter((count) => count > 0).length);
          expect(total(lengths.map((length) => 2 ** -length))).toBe(1);
        },
      ),
    );
  });

  it('has lengths that do not depend on which symbol has which count', () => {
    const sorted = (lengths: readonly number[]): number[] => [...lengths].sort((a, b) => a - b);
    fc.assert(
      fc.property(countLists, (counts) => {
        expect(sorted(huffmanLengths([...counts].reverse()))).toEqual(sorted(huffmanLengths(counts)));
      }),
    );
  });

  it('takes the lowest of several equally good trees', () => {
    // Lengths 3, 3, 2, 1 would cost 12 bits, too.
    expect(huffmanLengths([1, 1, 2, 2])).toEqual([2, 2, 2, 2]);
  });

  it('is written byte for byte as the document says', () => {
    // L = 3; lengths 3, 1, 3, 2 in two bits each: 11 01 11 10; then 0 (1), 110 (0), 10 (3), 111 (2), zeros.
    expect([...huffmanEncode([1, 0, 3, 2], 4)]).toEqual([2, 0b10101010, 0b01001110]);
    expect([...huffmanEncode([1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 0, 0, 2, 2], 4)]).toEqual([
      3, 0b11011110, 0b00000000, 0b10101010, 0b11011011, 0b11110000,
    ]);
    expect([...huffmanEncode([4, 4, 4], 5)]).toEqual([0, 4]);
  });

  it('is decoded to the same indices by who reads the document', () => {
    fc.assert(
      fc.property(indexLists, ({ levels, indices }) => {
        expect(decode(huffmanEncode(indices, levels), levels, indices.length)).toEqual(indices);
      }),
    );
  });

  it('stands counts that make its longest code longer than 32 bits', () => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 45) fibonacci.push((fibonacci.at(-1) ?? 0) + (fibonacci.at(-2) ?? 0));
    const lengths = huffmanLengths(fibonacci);
    expect(Math.max(...lengths)).toBe(44);
    const words = canonicalCodes(lengths).map((code) => code.join(''));
    expect(new Set(words).size).toBe(45);
    for (const word of words)
      expect(words.filter((other) => other !== word && other.startsWith(word))).toEqual([]);
  });
});

describe('networkCompactness', () => {
  it('is what a reader of the tiny network computes by hand', () => {
    const { stages, network } = networkCompactness(tinyNetwork());
    expect(stages.map(({ name }) => name)).toEqual(['conv', 'depthwise', 'logits']);
    // 18 weights, six of each of three levels: 1 + 3 x 2 bits ... L = 2, lengths 1, 2, 2 or alike: (6 + 12 + 12) / 18.
    expect(stages[0]).toEqual({
      name: 'conv',
      activationLevels: 4,
      weightLevels: 3,
      weightLevelsUsed: 3,
      tableEntries: 12,
      tableEntriesUsed: 12,
      weights: 18,
      entropy: expect.closeTo(Math.log2(3), 12) as number,
      plain: { bits: 2, bytes: 5 },
      // 8 bits for L, 3 x 2 bits for the lengths, 30 bits of code words: 44 bits.
      huffman: { codeBits: 30 / 18, bits: 48 / 18, bytes: 6 },
    });
    // The weights 4 3 2 1 0 1 2 3 and 0 1 2 3 4 3 2 1 2 2 4 0 share the table "later".
    expect(stages[1]).toMatchObject({ tableEntries: 15, weightLevelsUsed: 5, weights: 8, entropy: 2.25 });
    expect(network).toMatchObject({
      tables: 2,
      // Rows: 4 of "first" (one of zeros, of 3 columns) and 3 of "later".
      activationLevels: 7,
      // Columns: 3 of "first" and 5 of "later".
      weightLevels: 8,
      tableEntries: 27,
      largestTable: 15,
      // -15 -10 -5 0 5 10 15, and -200 -90 -70 -40 40 70 90 200.
      distinctProducts: 15,
      // 12 entries of one byte, 15 of two.
      tableBytes: 42,
      weights: 38,
    });
    // Pooled: 6 6 6 of "first"; 3, 4, 6, 4, 3 of "later".
    expect(network.entropy.pooled).toBeCloseTo(entropyBits([6, 6, 6, 3, 4, 6, 4, 3]), 12);
    expect(network.plain.bytes).toBe(5 + 3 + 5);
    expect(network.plain.bits).toBeCloseTo((8 * 13) / 38, 12);
    expect(network.plain.ratio?.float32).toBeCloseTo((4 * 38) / (13 + 42), 12);
    expect(network.plain.ratio?.int8).toBeCloseTo(38 / (13 + 42), 12);
  });

  it('counts tables with the same content, equal rows and equal columns once', () => {
    const tiny = tinyNetwork();
    const later = tiny.products['later'];
    if (later === undefined) throw new Error('the tiny network has a table "later"');
    const twice: TableNetwork = {
      ...tiny,
      products: { ...tiny.products, copy: later },
      stages: tiny.stages.map((stage) => (stage.name === 'logits' ? { ...stage, products: 'copy' } : stage)),
    };
    expect(networkCompactness(twice)).toEqual(networkCompactness(tiny));
    const flat: TableNetwork = {
      ...tiny,
      products: { ...tiny.products, later: { ...later, values: later.values.map(() => 0) } },
    };
    expect(networkCompactness(flat).network).toMatchObject({ weightLevels: 4, activationLevels: 5 });
  });

  it('leaves out levels that no weight uses, and rows that no picture reaches', () => {
    const tiny = tinyNetwork();
    const first = tiny.products['first'];
    if (first === undefined) throw new Error('the tiny network has a table "first"');
    const larger: TableNetwork = {
      ...tiny,
      products: {
        ...tiny.products,
        first: {
          activations: 5,
          weights: 4,
          values: [0, 1, 2, 3, 4].flatMap((a) => [-5 * a, 0, 5 * a, 77 + a]),
        },
      },
    };
    const { stages, network } = networkCompactness(larger);
    expect(stages[0]).toMatchObject({
      weightLevels: 4,
      weightLevelsUsed: 3,
      tableEntries: 20,
      tableEntriesUsed: 12,
    });
    expect(network).toMatchObject({ activationLevels: 7, weightLevels: 8, tableEntries: 35 });
  });

  it('counts the rows that any of the stages that share a table reaches', () => {
    const tiny = tinyNetwork();
    const coarser: TableNetwork = {
      ...tiny,
      stages: tiny.stages.map((stage) =>
        stage.name === 'conv' && stage.kind === 'conv2d'
          ? { ...stage, requantize: { kind: 'shiftTable', offset: 20, shift: 4, table: [0, 0, 1] } }
          : stage,
      ),
    };
    const { stages, network } = networkCompactness(coarser);
    expect(stages.map(({ activationLevels }) => activationLevels)).toEqual([4, 2, 3]);
    expect(network.activationLevels).toBe(7);
  });

  it('has no averages for a network without weights', () => {
    const tiny = tinyNetwork();
    const pooled: TableNetwork = {
      ...tiny,
      products: {},
      stages: [
        {
          kind: 'averagePool',
          name: 'mean',
          input: 'input',
          window: [4, 4],
          stride: [1, 1],
          padding: { top: 0, right: 0, bottom: 0, left: 0 },
          values: [0, 1, 2, 3],
          requantize: null,
        },
      ],
      output: { labels: ['all'] },
    };
    const { stages, network } = networkCompactness(pooled);
    expect(stages).toEqual([]);
    expect(network).toMatchObject({
      weights: 0,
      tables: 0,
      tableBytes: 0,
      entropy: { perStage: 0, pooled: 0 },
      plain: { bytes: 0, bits: null, ratio: null },
    });
  });

  it('holds together on random networks', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomNetwork(seed);
        const { stages, network } = networkCompactness(random);
        const figures = measureNetwork(random);
        expect(network.weights).toBe(figures.weights);
        expect(network.largestTable).toBe(figures.tableEntries);
        expect(network.tableEntries).toBeLessThanOrEqual(figures.totalTableEntries);
        expect(network.entropy.pooled).toBeLessThanOrEqual(Math.log2(network.weightLevels) + 1e-9);
        for (const { entropy, weightLevelsUsed, weightLevels, plain, huffman, weights } of stages) {
          expect(entropy).toBeLessThanOrEqual(Math.log2(weightLevelsUsed) + 1e-9);
          expect(entropy).toBeLessThanOrEqual(huffman.codeBits + 1e-9);
          expect(huffman.codeBits).toBeLessThan(entropy + 1);
          expect(huffman.bits).toBeGreaterThan(huffman.codeBits);
          expect(huffman.bytes).toBe(Math.round((huffman.bits * weights) / 8));
          expect(2 ** plain.bits).toBeGreaterThanOrEqual(weightLevels);
        }
      }),
    );
  });

  it('does not depend on the order of the weights of a stage', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed);
        const network = randomNetwork(seed);
        const shuffled = network.stages.map((stage) => {
          if (!('weights' in stage)) return stage;
          const weights = [...stage.weights];
          for (let i = weights.length - 1; i > 0; i--) {
            const j = between(random, 0, i);
            [weights[i], weights[j]] = [weights[j] ?? 0, weights[i] ?? 0];
          }
          return { ...stage, weights };
        });
        expect(networkCompactness({ ...network, stages: shuffled })).toEqual(networkCompactness(network));
      }),
      { numRuns: 50 },
    );
  });
});

describe('activations', () => {
  it('are counted at every trace point but the logits', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const network = randomNetwork(seed);
        const pictures = [randomPicture(network, seed), randomPicture(network, seed + 1)];
        const histograms = activationHistograms(network, pictures);
        const { stages } = analyse(network);
        expect(histograms.map(({ tensor }) => tensor)).toEqual([
          'input',
          ...stages.slice(0, -1).map(({ stage }) => stage.name),
        ]);
        const { infer } = createInterpreter(network);
        const traces = pictures.map((pixels) => infer(pixels, { trace: true }).trace ?? []);
        histograms.forEach(({ counts }, point) => {
          counts.forEach((count, index) => {
            const occurrences = traces.map(
              (trace) => [...(trace[point] ?? [])].filter((value) => value === index).length,
            );
            expect(count).toBe(total(occurrences));
          });
        });
      }),
      { numRuns: 30 },
    );
  });

  it('have an entropy of their own', () => {
    expect(activationCompactness([{ tensor: 'conv', counts: [8, 4, 0, 2, 2] }])).toEqual([
      { tensor: 'conv', levels: 5, levelsUsed: 4, entropy: 1.75, plain: 3 },
    ]);
    expect(activationCompactness([{ tensor: 'none', counts: [0, 0] }])).toEqual([
      { tensor: 'none', levels: 2, levelsUsed: 0, entropy: 0, plain: 1 },
    ]);
  });
});

test('mnist-cnn is as compact as its counts say', () => {
  const path = fileURLToPath(new URL('../../models/mnist-cnn/table-network.json', import.meta.url));
  const network = parseNetwork(readFileSync(path, 'utf8'), path);
  const { stages, network: whole } = networkCompactness(network);
  expect(stages.map(({ tableEntries }) => tableEntries)).toEqual([40, 40, 40, 40]);
  expect(whole.largestTable).toBe(40);
  expect(whole.tableEntries).toBe(160);
  expect(whole.weights).toBe(total(stages.map(({ weights }) => weights)));
  expect(whole.huffman.bytes).toBe(total(stages.map(({ huffman }) => huffman.bytes)));
  expect(whole.entropy.perStage).toBeLessThan(whole.huffman.bits ?? 0);
  expect(whole.huffman.bits).toBeLessThan(whole.plain.bits ?? 0);
  // What tells the stages apart is thrown away when weights are pooled.
  expect(whole.entropy.perStage).toBeLessThan(whole.entropy.pooled);

  const pictures = take(loadDataSet('mnist:test'), 20);
  const tensors = activationCompactness(
    activationHistograms(
      network,
      pictures.labels.reduce<Uint8Array[]>((all, _, i) => [...all, picture(pictures, i)], []),
    ),
  );
  expect(tensors.map(({ tensor }) => tensor)).toEqual([
    'input',
    'conv1',
    'pool1',
    'conv2',
    'pool2',
    'dense1',
  ]);
  for (const { entropy, levels, levelsUsed } of tensors) {
    expect(levelsUsed).toBeLessThanOrEqual(levels);
    expect(entropy).toBeGreaterThan(0);
    expect(entropy).toBeLessThanOrEqual(Math.log2(levelsUsed));
  }
});
