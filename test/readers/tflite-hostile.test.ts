import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { graphSizes, type Graph } from '../../toolkit/graph/index.js';
import { readTflite } from '../../toolkit/readers/tflite/index.js';
import { buildTflite, type BuiltModel, type BuiltTensor } from '../support/tflite-builder.js';

const INT32 = 2;
const list = (...values: number[]): BuiltTensor => ({
  sizes: [values.length],
  type: INT32,
  data: Int32Array.from(values),
});

/** A bit of everything: weights in integers, sizes in tensors, settings. */
const small: BuiltModel = {
  tensors: [
    { sizes: [1, 4, 4, 2], name: 'picture' },
    { sizes: [3, 2, 2, 2], type: 9, data: new Int8Array(24).fill(5), scale: [0.5, 0.25, 1], zero: [0, 0, 0] },
    { sizes: [3], type: INT32, data: Int32Array.of(1, 2, 3), scale: [0.5] },
    { sizes: [1, 4, 4, 3], type: 9, scale: [0.1], zero: [-5] },
    list(0, 0, 1, 1, 0, 0, 0, 0),
    { sizes: [1, 6, 4, 3], type: 9, scale: [0.1], zero: [-5] },
    list(1, -1),
    { sizes: [1, 72], type: 9, scale: [0.1], zero: [-5] },
    { sizes: [1, 72] },
    { sizes: [2, 72], data: new Float32Array(144).fill(0.5) },
    { sizes: [1, 2], name: 'scores' },
  ],
  operators: [
    { code: 3, inputs: [0, 1, 2], outputs: [3], options: [[1, 'int32', 1], [2, 'int32', 1], [3, 'int8', 1]] },
    { code: 34, inputs: [3, 4], outputs: [5] },
    { code: 22, inputs: [5, 6], outputs: [7] },
    { code: 6, inputs: [7], outputs: [8] },
    { code: 9, inputs: [8, 9, -1], outputs: [10], options: [[0, 'int8', 0]] },
  ],
  inputs: [0],
  outputs: [10],
}; // prettier-ignore

/** A sound graph or an InputError; anything else is thrown. */
function readOrRefuse(bytes: Uint8Array): Graph | null {
  try {
    const graph = readTflite(bytes, 'hostile.tflite');
    graphSizes(graph);
    return graph;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

const files = [
  buildTflite(small),
  readFileSync(new URL('../fixtures/models/mlperf-tiny-dscnn-int8.tflite', import.meta.url)),
];
const WORDS = [0, 1, 4, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

describe.each([
  ['a small file', 0, 1500],
  ['DS-CNN', 1, 150],
])('%s, damaged', (_, which, numRuns) => {
  const file = files[which] ?? new Uint8Array();
  // Tables lie close together, in the small file everywhere, in the large one at its end.
  const place = fc.oneof(
    fc.nat(file.length - 1),
    fc.nat(2000).map((back) => Math.max(0, file.length - 1 - back)),
  );

  it('is read as it was', () => {
    expect(readOrRefuse(file)).not.toBeNull();
  });

  it('bytes changed', () => {
    const flips = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    let refused = 0;
    fc.assert(
      fc.property(flips, (changes) => {
        const copy = Uint8Array.from(file);
        for (const [at, value] of changes) copy[at] = value;
        if (readOrRefuse(copy) === null) refused++;
      }),
      { numRuns },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('words blown up', () => {
    const words = fc.array(fc.tuple(place, fc.constantFrom(...WORDS)), { minLength: 1, maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(words, (changes) => {
        const copy = Uint8Array.from(file);
        const view = new DataView(copy.buffer);
        for (const [at, value] of changes) view.setUint32(Math.min(at & ~3, copy.length - 4), value, true);
        if (readOrRefuse(copy) === null) refused++;
      }),
      { numRuns },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('cut short', () => {
    fc.assert(
      fc.property(place, (length) => {
        readOrRefuse(file.subarray(0, length));
      }),
      { numRuns },
    );
    const half = file.subarray(0, file.length >> 1);
    expect(() => readTflite(half, 'half')).toThrow('an offset of the file leads to byte');
  });
});

describe('what is refused says why', () => {
  const message = (model: BuiltModel | Uint8Array): string => {
    try {
      readTflite(model instanceof Uint8Array ? model : buildTflite(model), 'bad.tflite');
    } catch (error) {
      if (error instanceof InputError) return `${error.message} (${error.where ?? ''})`;
      throw error;
    }
    return 'read';
  };
  const one = (code: number, customName?: string): BuiltModel => ({
    tensors: [
      { sizes: [1, 4], name: 'x' },
      { sizes: [1, 4], name: 'y' },
    ],
    operators: [{ code, inputs: [0], outputs: [1], ...(customName === undefined ? {} : { customName }) }],
    inputs: [0],
    outputs: [1],
  });

  it.each([
    ['no file of this kind', new TextEncoder().encode('\u0089HDF\r\n and more'), 'not a TFL3 file'],
    ['nothing', new Uint8Array(), 'not a TFL3 file'],
    ['LSTM', one(16), 'LSTM is not supported (operator "y" of bad.tflite)'],
    ['a custom operator', one(32, 'MyOp'), 'the custom operator "MyOp" is not supported'],
    ['an operator of a later schema', one(250), 'operator number 250 is not supported'],
    ['no outputs', { ...one(19), outputs: [] }, 'the network has no outputs'],
    ['an output that nothing gives', { ...one(19), operators: [] }, 'nothing gives its values (tensor "y"'],
    ['a batch of 8', { ...one(19), tensors: [{ sizes: [8, 2, 2, 1] }, { sizes: [8, 2, 2, 1] }] }, 'an input of 8 x 2 x 2 x 1'],
    ['two writers', { ...one(19), operators: [...one(19).operators, ...one(19).operators] }, 'two operators give'],
    ['itself', { ...one(19), inputs: [], operators: [{ code: 19, inputs: [1], outputs: [1] }] }, 'nothing gives its values'],
    ['integers without a scale', { ...one(14), tensors: [{ sizes: [1, 4] }, { sizes: [1, 4], type: 9 }] }, 'integers without a scale'],
  ] as const)('%s', (_, model, expected) => {
    expect(message(model)).toContain(expected);
  }); // prettier-ignore

  it('values of a wrong number', () => {
    const tensors: BuiltTensor[] = [
      { sizes: [1, 4] },
      { sizes: [1, 4] },
      { sizes: [5], data: new Float32Array(4) },
    ];
    const operators = [{ code: 0, inputs: [0, 2], outputs: [1] }];
    expect(message({ tensors, operators, inputs: [0], outputs: [1] })).toContain(
      '16 bytes for a tensor of 5',
    );
  });
});

describe('small files that claim much', () => {
  it('a thousand operators that join what they read with itself', () => {
    const count = 1000;
    const tensors = Array.from({ length: count + 1 }, () => ({ sizes: [1, 1024] }));
    const operators = Array.from({ length: count }, (_, i) => ({
      code: 2,
      inputs: [i, i, i, i],
      outputs: [i + 1],
      options: [[0, 'int32', 1] as const],
    }));
    const bytes = buildTflite({ tensors, operators, inputs: [0], outputs: [count] });
    expect(() => readTflite(bytes, 'x')).toThrow(/more than \d+ values/);
  });

  it('padding of a million million', () => {
    const far = 2 ** 31 - 1;
    const tensors = [{ sizes: [1, 4] }, list(far, far, far, far), { sizes: [1, 4] }];
    const bytes = buildTflite({
      tensors,
      operators: [{ code: 34, inputs: [0, 1], outputs: [2] }],
      inputs: [0],
      outputs: [2],
    });
    expect(() => readTflite(bytes, 'x')).toThrow(InputError);
  });
});

describe('labels packed behind the network', () => {
  const withFile = (text: string): Uint8Array => {
    const zip = zipSync({ 'labels.txt': new TextEncoder().encode(text) }, { level: 0 });
    // Offsets in the archive count from the start of the file.
    const network = buildTflite(small);
    const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
    const end = zip.length - 22;
    const directory = view.getUint32(end + 16, true);
    view.setUint32(end + 16, directory + network.length, true);
    view.setUint32(directory + 42, network.length, true);
    return Uint8Array.from([...network, ...zip]);
  };

  it('are read if there is one per output', () => {
    expect(readTflite(withFile('cat\ndog\n'), 'x').labels).toEqual(['cat', 'dog']);
    expect(readTflite(withFile('cat\r\ndog'), 'x').labels).toEqual(['cat', 'dog']);
    expect(readTflite(withFile('cat\ndog\ncow\n'), 'x').labels).toBeNull();
    expect(readTflite(buildTflite(small), 'x').labels).toBeNull();
  });

  it('an archive that claims four thousand million files is left alone', () => {
    const bytes = withFile('cat\ndog\n');
    const end = bytes.length - 22;
    const locator = new Uint8Array(20 + 56);
    const view = new DataView(locator.buffer);
    view.setUint32(0, 0x6064b50, true);
    view.setUint32(32, 0xffffffff, true);
    view.setUint32(56, 0x7064b50, true);
    view.setUint32(56 + 8, end, true);
    const hostile = Uint8Array.from([...bytes.subarray(0, end), ...locator, ...bytes.subarray(end)]);
    expect(readTflite(hostile, 'x').labels).toBeNull();
  });
});
