import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  checkNetwork,
  networkHash,
  parseNetwork,
  serializeNetwork,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';

/** A dense network of 4 pixels, 2 hidden units, 2 labels, changed in one place. */
function tiny(change: (draft: Draft) => void = () => undefined): unknown {
  const padding = { top: 0, right: 0, bottom: 0, left: 0 };
  const draft: Draft = {
    format: 'tablize/table-network@1',
    name: 'tiny',
    input: {
      shape: [2, 2, 1],
      levels: 2,
      table: Array.from({ length: 256 }, (_, byte) => (byte < 128 ? 0 : 1)),
    },
    products: {
      first: { activations: 2, weights: 3, values: [0, 0, 0, -5, 0, 5] },
      second: { activations: 3, weights: 3, values: [0, 0, 0, -7, 0, 7, -14, 0, 14] },
    },
    stages: [
      { kind: 'maxPool', name: 'pool', input: 'input', window: [1, 1], stride: [1, 1], padding },
      {
        kind: 'dense',
        name: 'hidden',
        input: 'pool',
        products: 'first',
        units: 2,
        weights: [0, 1, 2, 2, 2, 2, 1, 0],
        bias: [1, -1],
        requantize: { kind: 'shiftTable', offset: 2, shift: 2, table: [0, 1, 2] },
      },
      {
        kind: 'dense',
        name: 'logits',
        input: 'hidden',
        products: 'second',
        units: 2,
        weights: [0, 2, 2, 0],
        bias: [0, 3],
        requantize: null,
      },
    ],
    output: { labels: ['no', 'yes'] },
    provenance: {
      sourceHash: null,
      schemes: { activations: 'fixed', weights: 'fixed' },
      seed: null,
      floatAccuracy: null,
      testPictures: null,
      command: null,
    },
  };
  change(draft);
  return draft;
}
type Loose = Record<string, unknown>;
interface Draft extends Loose {
  input: Loose & { table: number[] };
  products: Record<string, Loose & { values: number[] }>;
  stages: (Loose & { weights?: number[]; requantize?: Loose | null })[];
  output: Loose;
}

const stage = (draft: Draft, i: number): Draft['stages'][number] => {
  const found = draft.stages[i];
  if (found === undefined) throw new Error('no such stage');
  return found;
};

describe('checkNetwork', () => {
  it('accepts the tiny network', () => {
    expect(checkNetwork(tiny(), 'test').name).toBe('tiny');
  });

  const bad: [string, (draft: Draft) => void, RegExp, string?][] = [
    ['an unknown format', (d) => (d.format = 'other'), /its format is "other"/],
    [
      'a float weight',
      (d) => (stage(d, 1).weights = [0.5, 1, 2, 2, 2, 2, 1, 0]),
      /stage "hidden"\.weights\.0/,
    ],
    [
      'NaN in a product table',
      (d) => (d.products.first = { activations: 2, weights: 3, values: [0, 0, 0, Number.NaN, 0, 5] }),
      /products\.first\.values\.3/,
    ],
    ['an unknown stage kind', (d) => (stage(d, 1).kind = 'lstm'), /stage "hidden"\.kind/],
    ['an unknown field', (d) => (stage(d, 1).extra = 1), /stage "hidden".*extra/],
    ['a name that is no identifier', (d) => (d.name = '../../etc'), /name/],
    [
      'a weight index beyond its table',
      (d) => (stage(d, 1).weights = [0, 1, 2, 2, 2, 2, 1, 3]),
      /weight 7 has index 3/,
      'stage "hidden"',
    ],
    [
      'a missing weight',
      (d) => (stage(d, 1).weights = [0, 1]),
      /2 weights where 2 x 4 are needed/,
      'stage "hidden"',
    ],
    [
      'a missing product table',
      (d) => delete d.products.first,
      /uses the product table "first"/,
      'stage "hidden"',
    ],
    [
      'a product table by the name of what every object has',
      (d) => {
        stage(d, 1).products = 'constructor';
        delete d.products.first;
      },
      /the product table "constructor", which/,
      'stage "hidden"',
    ],
    [
      'an unused product table',
      (d) => (d.products.spare = { activations: 1, weights: 1, values: [0] }),
      /no stage uses it/,
      'product table "spare"',
    ],
    [
      'a short product table',
      (d) => (d.products.first = { activations: 2, weights: 3, values: [0, 0, 0, -5, 0] }),
      /5 entries where 2 x 3/,
    ],
    [
      'more levels than table rows',
      (d) => (d.input.levels = 3),
      /2 activation levels where its input has 3/,
      'stage "hidden"',
    ],
    ['an input index beyond the levels', (d) => (d.input.table[9] = 2), /beyond its 2 levels/, 'input'],
    [
      'a forward reference',
      (d) => (stage(d, 1).input = 'logits'),
      /which no earlier stage makes/,
      'stage "hidden"',
    ],
    [
      'a stage that nothing reads',
      (d) => (stage(d, 1).input = 'input'),
      /nothing reads its output/,
      'stage "pool"',
    ],
    ['two stages of one name', (d) => (stage(d, 1).name = 'pool'), /its name is taken/],
    [
      'a hidden stage without requantization',
      (d) => (stage(d, 1).requantize = null),
      /not requantized/,
      'stage "hidden"',
    ],
    [
      'a last stage with requantization',
      (d) => (stage(d, 2).requantize = { kind: 'shiftTable', offset: 0, shift: 0, table: [0] }),
      /must not be requantized/,
      'stage "logits"',
    ],
    [
      'descending thresholds',
      (d) =>
        (stage(d, 1).requantize = {
          kind: 'thresholds',
          values: [
            [1, 2],
            [2, 1],
          ],
        }),
      /channel 1 do not ascend/,
      'stage "hidden"',
    ],
    [
      'thresholds for too few channels',
      (d) => (stage(d, 1).requantize = { kind: 'thresholds', values: [[1, 2]] }),
      /for 1 channels/,
      'stage "hidden"',
    ],
    ['a window that does not fit', (d) => (stage(d, 0).window = [3, 1]), /does not fit/, 'stage "pool"'],
    [
      'padding as large as the window',
      (d) => (stage(d, 0).padding = { top: 1, right: 0, bottom: 0, left: 0 }),
      /padding is as large/,
      'stage "pool"',
    ],
    ['labels that do not match', (d) => (d.output.labels = ['one']), /1 labels for 2 logits/, 'output'],
    [
      'an accumulator beyond 32 bits',
      (d) =>
        (d.products.second = { activations: 3, weights: 3, values: [0, 0, 0, 0, 0, 0, 0, 0, 2 ** 31 - 1] }),
      /does not fit 32 bits/,
      'stage "logits"',
    ],
    [
      'an offset beyond 32 bits',
      (d) =>
        (stage(d, 1).requantize = { kind: 'shiftTable', offset: 2 ** 31 - 1, shift: 2, table: [0, 1, 2] }),
      /plus the offset/,
      'stage "hidden"',
    ],
  ];
  it.each(bad)('refuses %s', (_title, change, message, where) => {
    try {
      checkNetwork(tiny(change), 'model.json');
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(message);
      expect((error as InputError).where).toContain('model.json');
      if (where !== undefined) expect((error as InputError).where).toContain(where);
      return;
    }
    throw new Error('was accepted');
  });
});

describe('parseNetwork', () => {
  it('reads back what serializeNetwork wrote, with the same hash', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (seed) => {
        const network = checkNetwork(randomNetwork(seed), 'test');
        const again = parseNetwork(serializeNetwork(network), 'file');
        expect(again).toEqual(network);
        expect(networkHash(again)).toBe(networkHash(network));
      }),
      { numRuns: 50 },
    );
  });

  it('says that a file is cut short, wherever it is cut', () => {
    const text = serializeNetwork(checkNetwork(tiny(), 'test')).trimEnd();
    for (let length = 1; length < text.length; length += 7)
      expect(() => parseNetwork(text.slice(0, length), 'cut.json')).toThrow(InputError);
    expect(() => parseNetwork(text.slice(0, 400), 'cut.json')).toThrow(/cut short|not JSON/);
  });

  it.each(['', 'null', '[]', '3', '"x"', '{"format": 3}', '\u0000', '{}'])('refuses %j', (text) => {
    expect(() => parseNetwork(text, 'file')).toThrow(InputError);
  });
});

describe('networkHash', () => {
  it('does not depend on the order of keys or on provenance', () => {
    const network = tiny() as TableNetwork;
    const shuffled = Object.fromEntries(Object.entries(network).reverse()) as TableNetwork;
    const elsewhere = { ...network, provenance: { ...network.provenance, seed: 7 } };
    expect(networkHash(shuffled)).toBe(networkHash(network));
    expect(networkHash(elsewhere)).toBe(networkHash(network));
  });

  it('changes with one table entry', () => {
    const changed = tiny(
      (d) => (d.products.first = { activations: 2, weights: 3, values: [0, 0, 0, -5, 0, 6] }),
    ) as TableNetwork;
    expect(networkHash(changed)).not.toBe(networkHash(tiny() as TableNetwork));
  });
});
