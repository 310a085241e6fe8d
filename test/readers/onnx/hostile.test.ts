import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../toolkit/errors.js';
import { elements, evaluateGraph, graphSizes, type Graph } from '../../../toolkit/graph/index.js';
import { TYPE } from '../../../toolkit/readers/onnx/data-types.js';
import { readOnnx } from '../../../toolkit/readers/onnx/index.js';
import { writeModel, type NewModel } from './write-model.js';

const SMALL: NewModel = {
  opsets: { '': 17, 'qonnx.custom_op.general': 1 },
  metadata: { labels: '["a","b"]' },
  inputs: [{ name: 'x', sizes: ['n', 2, 5, 5] }],
  weights: [
    { name: 'w', sizes: [2, 2, 3, 3], values: Array.from({ length: 36 }, (_, i) => i - 18) },
    { name: 'm', sizes: [2], values: [1, 2] },
    { name: 's', sizes: [], values: [0.5] },
    { name: 'z', sizes: [], values: [3], type: TYPE.uint8 },
    { name: 'shape', sizes: [2], values: [0, -1], type: TYPE.int64 },
    { name: 'start', sizes: [1], values: [1], type: TYPE.int64 },
    { name: 'end', sizes: [1], values: [2 ** 40], type: TYPE.int64 },
    { name: 'bits', sizes: [], values: [4] },
    { name: 'none', sizes: [], values: [0] },
    { name: 'v', sizes: [17, 2], values: Array.from({ length: 34 }, (_, i) => i / 7) },
  ],
  nodes: [
    {
      operator: 'Conv',
      inputs: ['x', 'w', 'm'],
      outputs: ['a'],
      attributes: { pads: [1, 1, 1, 1], strides: [1, 1] },
    },
    { operator: 'BatchNormalization', inputs: ['a', 'm', 'm', 'm', 'm'], outputs: ['b'] },
    { operator: 'QuantizeLinear', inputs: ['b', 's', 'z'], outputs: ['c'] },
    { operator: 'DequantizeLinear', inputs: ['c', 's', 'z'], outputs: ['d'] },
    {
      operator: 'MaxPool',
      inputs: ['d'],
      outputs: ['e'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    },
    { operator: 'Reshape', inputs: ['e', 'shape'], outputs: ['f'] },
    { operator: 'Slice', inputs: ['f', 'start', 'end', 'start'], outputs: ['g'] },
    {
      operator: 'Quant',
      domain: 'qonnx.custom_op.general',
      inputs: ['v', 's', 'none', 'bits'],
      outputs: ['q'],
      attributes: { signed: 1, narrow: 1, rounding_mode: 'ROUND' },
    },
    { operator: 'Gemm', inputs: ['g', 'q', 'm'], outputs: ['h'], attributes: { alpha: 0.5 } },
    { operator: 'Softmax', inputs: ['h'], outputs: ['y'] },
  ],
  outputs: ['y'],
};

/** A graph, or null for an InputError; anything else is thrown on. Its sizes must fit; one of few values is evaluated as well. */
function readOrRefuse(bytes: Uint8Array): Graph | null {
  try {
    const graph = readOnnx(bytes, 'hostile.onnx');
    const total = [...graphSizes(graph).values()].reduce((sum, sizes) => sum + elements(sizes), 0);
    if (total < 100_000) {
      const zeros = graph.inputs.map(({ name, sizes }) => [name, new Float32Array(elements(sizes))] as const);
      evaluateGraph(graph, new Map(zeros));
    }
    return graph;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

const small = Uint8Array.from(writeModel(SMALL));

it('the model itself is read', () => {
  expect(readOrRefuse(small)?.outputs).toHaveLength(1);
});

describe('a mutated model gives a graph or an InputError', () => {
  const place = fc.integer({ min: 0, max: small.length - 1 });

  it('cut short anywhere', () => {
    for (let length = 0; length < small.length; length++) readOrRefuse(small.slice(0, length));
  });

  it('with other bytes', () => {
    const changes = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    let read = 0;
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = small.slice();
        for (const [at, byte] of list) bytes[at] = byte;
        if (readOrRefuse(bytes) !== null) read++;
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('with bytes that are put in, left out or repeated', () => {
    const edit = fc.record({ at: place, remove: fc.nat(40), add: fc.uint8Array({ maxLength: 12 }) });
    fc.assert(
      fc.property(edit, ({ at, remove, add }) => {
        readOrRefuse(Uint8Array.of(...small.slice(0, at), ...add, ...small.slice(at + remove)));
      }),
      { numRuns: 700 },
    );
  });

  it('with lengths and numbers blown up', () => {
    const huge = fc.constantFrom(
      [0xff, 0xff, 0xff, 0xff, 0x07],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    );
    fc.assert(
      fc.property(place, huge, (at, bytes) => {
        readOrRefuse(Uint8Array.of(...small.slice(0, at), ...bytes, ...small.slice(at + 1)));
        readOrRefuse(Uint8Array.of(...small.slice(0, at), ...bytes, ...small.slice(at + bytes.length)));
      }),
      { numRuns: 700 },
    );
  });
});

describe('a well-formed model of absurd numbers gives a graph or an InputError', () => {
  const number = fc.oneof(
    fc.integer({ min: -3, max: 5 }),
    fc.constantFrom(2 ** 20, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, -(2 ** 53)),
  );
  const numbers = fc.array(number, { maxLength: 6 });

  it('in the attributes', () => {
    const names = fc.constantFrom(
      ...'pads strides dilations kernel_shape group axis axes perm ceil_mode starts ends split value_ints to'.split(
        ' ',
      ),
    );
    const operators = fc.constantFrom(
      ...'Conv AveragePool MaxPool Pad Slice Split Transpose Concat Flatten Softmax ReduceMean Squeeze'.split(
        ' ',
      ),
      ...'Unsqueeze ArgMax Constant Cast Gather Shape Dropout LeakyRelu Clip'.split(' '),
    );
    const attributes = fc.dictionary(names, fc.oneof(number, numbers), { maxKeys: 4 });
    fc.assert(
      fc.property(operators, attributes, fc.integer({ min: 6, max: 18 }), (kind, given, opset) => {
        const node = { operator: kind, inputs: ['x', 'w'], outputs: ['y'], attributes: given };
        readOrRefuse(writeModel({ ...SMALL, opsets: { '': opset }, nodes: [node] }));
      }),
      { numRuns: 600 },
    );
  });

  it('in the inputs', () => {
    const operators =
      'Reshape Expand Tile ConstantOfShape Range Slice Gather Pad Unsqueeze Squeeze Split'.split(' ');
    fc.assert(
      fc.property(
        fc.constantFrom(...operators),
        fc.array(numbers, { minLength: 4, maxLength: 4 }),
        (operator, lists) => {
          const weights = lists.map((values, i) => ({
            name: `w${i}`,
            sizes: [values.length],
            values,
            type: TYPE.int64,
          }));
          const first = operator === 'ConstantOfShape' || operator === 'Range' ? [] : ['x'];
          const inputs = [...first, ...weights.map(({ name }) => name)];
          readOrRefuse(
            writeModel({ ...SMALL, weights, nodes: [{ operator, inputs, outputs: ['y'] }], outputs: ['y'] }),
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it('that double with every node', () => {
    const nodes = Array.from({ length: 60 }, (_, i) => ({
      operator: 'Concat',
      inputs: [`t${i}`, `t${i}`],
      outputs: [`t${i + 1}`],
      attributes: { axis: 0 },
    }));
    const weights = [{ name: 't0', sizes: [1], values: [1] }];
    expect(readOrRefuse(writeModel({ inputs: [], weights, nodes, outputs: ['t60'] }))).toBeNull();
  });

  it('nested a hundred thousand deep', () => {
    const open = new Uint8Array(100_000).fill((31 << 3) | 3);
    expect(readOrRefuse(open)).toBeNull();
    expect(readOrRefuse(Uint8Array.of(...small, ...open.slice(0, 5000)))).toBeNull();
  });
});
