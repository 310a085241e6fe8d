import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { evaluateGraph, graphSizes, type Graph } from '../../toolkit/graph/index.js';
import { uniformValues } from '../../toolkit/quantize/random.js';
import { readTfjsGraph } from '../../toolkit/readers/tfjs-graph/index.js';
import { expectClose, tf } from '../model/tensorflow.js';
import { seeded } from '../support/random.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

interface WeightFile {
  readonly specs: readonly object[];
  readonly bytes: Uint8Array;
}

const folder = temporaryFolder('tfjs-graph');
const random = seeded(1);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const s = (text: string): object => ({ s: base64(text) });
const i = (...values: number[]): object => ({ list: { i: values.map(String) } });
const texts = (...values: string[]): object => ({ list: { s: values.map(base64) } });
const placeholder = (...sizes: number[]): Node => ({
  name: 'x',
  op: 'Placeholder',
  attr: {
    dtype: { type: 'DT_FLOAT' },
    shape: { shape: { dim: sizes.map((size) => ({ size: String(size) })) } },
  },
});

type Constants = Readonly<
  Record<string, { readonly sizes: number[]; readonly values: Float32Array | Int32Array }>
>;
const floats = (...sizes: number[]): Constants[string] => ({
  sizes,
  values: uniformValues(
    sizes.reduce((a, b) => a * b, 1),
    1,
    random,
  ),
});
const ints = (...values: number[]): Constants[string] => ({
  sizes: [values.length],
  values: Int32Array.from(values),
});

function plainWeights(constants: Constants): WeightFile {
  const entries = Object.entries(constants);
  return {
    specs: entries.map(([name, { sizes, values }]) => ({
      name,
      shape: sizes,
      dtype: values instanceof Int32Array ? 'int32' : 'float32',
    })),
    bytes: Buffer.concat(entries.map(([, { values }]) => Buffer.from(values.buffer))),
  };
}

let count = 0;
/** A model on disk, its weights in two shards; its path. */
function save(nodes: readonly Node[], { specs, bytes }: WeightFile, more: object = {}): string {
  const path = join(folder, `graph${count++}.json`);
  const half = bytes.length >> 1;
  const shards = [1, 2].map((part) => `graph${count}-${part}.bin`);
  writeFileSync(join(folder, shards[0] ?? ''), bytes.subarray(0, half));
  writeFileSync(join(folder, shards[1] ?? ''), bytes.subarray(half));
  const json = {
    format: 'graph-model',
    modelTopology: { node: nodes, versions: { producer: 1 } },
    weightsManifest: [{ paths: shards, weights: specs }],
    ...more,
  };
  writeFileSync(path, JSON.stringify(json));
  return path;
}

function load(nodes: readonly Node[], constants: Constants = {}): Graph {
  const consts = Object.keys(constants).map((name) => ({ name, op: 'Const' }));
  // The order of nodes in a file is any.
  return readTfjsGraph(save([...nodes.toReversed(), ...consts], plainWeights(constants)));
}

function expectSame(graph: Graph, reference: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]): void {
  tf.tidy(() => {
    const sizes = graph.inputs[0]?.sizes ?? [];
    const values = uniformValues(
      sizes.reduce((a, b) => a * b, 1),
      2,
      random,
    );
    const given = evaluateGraph(graph, new Map([['x', values]]));
    const expected = [reference(tf.tensor(values, [...sizes]))].flat();
    expect(graph.outputs.length).toBe(expected.length);
    for (const [k, name] of graph.outputs.entries()) {
      expect(given.get(name)?.sizes).toEqual(expected[k]?.shape);
      expectClose(given.get(name)?.values ?? [], expected[k]?.dataSync() ?? []);
    }
  });
}

const tensorOf = (constant: Constants[string] | undefined): tf.Tensor =>
  tf.tensor(constant?.values ?? [], constant?.sizes);

describe('convolutions and pools, random sizes', () => {
  const windows = fc.record({
    height: fc.integer({ min: 3, max: 8 }),
    width: fc.integer({ min: 3, max: 8 }),
    channels: fc.integer({ min: 1, max: 3 }),
    window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.integer({ min: 1, max: 2 }),
    padding: fc.constantFrom('SAME', 'VALID'),
    fused: fc.constantFrom('', 'Relu', 'Relu6', 'Elu', 'Prelu', 'LeakyRelu'),
    isDepthwise: fc.boolean(),
    hasBias: fc.boolean(),
    out: fc.integer({ min: 1, max: 3 }),
  });
  const activate = (name: string, x: tf.Tensor, slopes: tf.Tensor): tf.Tensor => {
    switch (name) {
      case 'Relu':
        return tf.relu(x);
      case 'Relu6':
        return tf.relu6(x);
      case 'Elu':
        return tf.elu(x);
      case 'Prelu':
        return tf.prelu(x, slopes);
      case 'LeakyRelu':
        return tf.leakyRelu(x, 0.3);
      default:
        return x;
    }
  };

  it('_FusedConv2D and FusedDepthwiseConv2dNative', () => {
    fc.assert(
      fc.property(windows, (c) => {
        const filters = c.isDepthwise ? c.channels * c.out : c.out;
        const constants = {
          kernel: floats(...c.window, c.channels, c.out),
          bias: floats(filters),
          slopes: floats(1, 1, filters),
        };
        const attr = {
          strides: i(1, c.stride, c.stride, 1),
          dilations: i(1, 1, 1, 1),
          padding: s(c.padding),
          data_format: s('NHWC'),
          fused_ops: texts(...(c.hasBias ? ['BiasAdd'] : []), ...(c.fused === '' ? [] : [c.fused])),
          leakyrelu_alpha: { f: 0.3 },
        };
        const op = c.isDepthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D';
        const input = [
          'x',
          'kernel',
          ...(c.hasBias ? ['bias'] : []),
          ...(c.fused === 'Prelu' ? ['slopes'] : []),
        ];
        const graph = load(
          [placeholder(-1, c.height, c.width, c.channels), { name: 'y', op, input, attr }],
          constants,
        );
        expectSame(graph, (x) => {
          const mode = c.padding === 'SAME' ? 'same' : 'valid';
          const conv = c.isDepthwise ? tf.depthwiseConv2d : tf.conv2d;
          const sum = conv(x as tf.Tensor4D, tensorOf(constants.kernel) as tf.Tensor4D, c.stride, mode);
          return activate(
            c.fused,
            c.hasBias ? tf.add(sum, tensorOf(constants.bias)) : sum,
            tensorOf(constants.slopes),
          );
        });
      }),
      { numRuns: 60 },
    );
  });

  it('MaxPool and AvgPool', () => {
    fc.assert(
      fc.property(windows, (c) => {
        const op = c.isDepthwise ? 'AvgPool' : 'MaxPool';
        const attr = {
          ksize: i(1, ...c.window, 1),
          strides: i(1, c.stride, c.stride, 1),
          padding: s(c.padding),
        };
        const graph = load([
          placeholder(-1, c.height, c.width, c.channels),
          { name: 'y', op, input: ['x'], attr },
        ]);
        const pool = c.isDepthwise ? tf.avgPool : tf.maxPool;
        const mode = c.padding === 'SAME' ? 'same' : 'valid';
        expectSame(graph, (x) => pool(x as tf.Tensor4D, c.window, c.stride, mode));
      }),
      { numRuns: 40 },
    );
  });
});

describe('single nodes', () => {
  const b = floats(3);
  const matrix = floats(3, 4);
  type Case = [string, number[], Node[], Constants, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]];
  const y = (op: string, input: string[], attr: Record<string, unknown> = {}): Node => ({
    name: 'y',
    op,
    input,
    attr,
  });
  const cases: Case[] = [
    ['MatMul', [1, 3], [y('MatMul', ['x', 'm'])], { m: matrix }, (x) => tf.matMul(x, tensorOf(matrix))],
    ['_FusedMatMul, transposed', [1, 4], [y('_FusedMatMul', ['x', 'm', 'b'], { transpose_b: { b: true }, fused_ops: texts('BiasAdd', 'Sigmoid') })], { m: matrix, b }, (x) => tf.sigmoid(tf.add(tf.matMul(x as tf.Tensor2D, tensorOf(matrix) as tf.Tensor2D, false, true), tensorOf(b)))],
    ['BiasAdd', [1, 2, 2, 3], [y('BiasAdd', ['x', 'b'])], { b }, (x) => tf.add(x, tensorOf(b))],
    ['AddV2', [1, 3], [y('AddV2', ['x', 'b'])], { b }, (x) => tf.add(x, tensorOf(b))],
    ['Sub', [1, 3], [y('Sub', ['b', 'x'])], { b }, (x) => tf.sub(tensorOf(b), x)],
    ['Mul', [1, 3], [y('Mul', ['x', 'b'])], { b }, (x) => tf.mul(x, tensorOf(b))],
    ['RealDiv', [1, 3], [y('RealDiv', ['x', 'b'])], { b }, (x) => tf.div(x, tensorOf(b))],
    ['Maximum', [1, 3], [y('Maximum', ['x', 'b'])], { b }, (x) => tf.maximum(x, tensorOf(b))],
    ['Minimum', [1, 3], [y('Minimum', ['x', 'b'])], { b }, (x) => tf.minimum(x, tensorOf(b))],
    ['Relu', [1, 9], [y('Relu', ['x'])], {}, (x) => tf.relu(x)],
    ['Relu6', [1, 9], [y('Relu6', ['x'])], {}, (x) => tf.relu6(x)],
    ['LeakyRelu', [1, 9], [y('LeakyRelu', ['x'], { alpha: { f: 0.3 } })], {}, (x) => tf.leakyRelu(x, 0.3)],
    ['Prelu', [1, 2, 3], [y('Prelu', ['x', 'b'])], { b }, (x) => tf.prelu(x, tensorOf(b))],
    ['Elu', [1, 9], [y('Elu', ['x'])], {}, (x) => tf.elu(x)],
    ['Sigmoid', [1, 9], [y('Sigmoid', ['x'])], {}, (x) => tf.sigmoid(x)],
    ['Tanh', [1, 9], [y('Tanh', ['x'])], {}, (x) => tf.tanh(x)],
    ['Softmax', [1, 9], [y('Softmax', ['x'])], {}, (x) => tf.softmax(x)],
    ['Mean', [1, 4, 5, 3], [y('Mean', ['x', 'a'], { keep_dims: { b: true } })], { a: ints(1, 2) }, (x) => tf.mean(x, [1, 2], true)],
    ['Max', [1, 4, 3], [y('Max', ['x', 'a'])], { a: ints(1) }, (x) => tf.max(x, 1)],
    ['ConcatV2', [1, 4, 3], [y('ConcatV2', ['x', 'x', 'a'])], { a: ints(-1) }, (x) => tf.concat([x, x], -1)],
    ['Reshape', [1, 4, 3], [y('Reshape', ['x', 'a'])], { a: ints(-1, 12) }, (x) => tf.reshape(x, [1, 12])],
    ['Squeeze', [1, 4, 1, 3], [y('Squeeze', ['x'], { squeeze_dims: i(2) })], {}, (x) => tf.squeeze(x, [2])],
    ['ExpandDims', [1, 4], [y('ExpandDims', ['x', 'a'])], { a: ints(1) }, (x) => tf.expandDims(x, 1)],
    ['Pad', [1, 4], [y('Pad', ['x', 'a'])], { a: { sizes: [2, 2], values: Int32Array.of(0, 0, 1, 2) } }, (x) => tf.pad(x, [[0, 0], [1, 2]])],
    ['PadV2', [1, 4], [y('PadV2', ['x', 'a', 'v'])], { a: { sizes: [2, 2], values: Int32Array.of(0, 0, 1, 2) }, v: { sizes: [], values: Float32Array.of(5) } }, (x) => tf.pad(x, [[0, 0], [1, 2]], 5)],
    ['Transpose', [1, 4, 3], [y('Transpose', ['x', 'a'])], { a: ints(0, 2, 1) }, (x) => tf.transpose(x, [0, 2, 1])],
    ['Split, both parts used', [1, 6], [{ name: 's', op: 'Split', input: ['a', 'x'], attr: { num_split: { i: '2' } } }, y('Sub', ['s:1', 's'])], { a: ints(1) }, (x) => { const [first, second] = tf.split(x, 2, 1); return tf.sub(second ?? x, first ?? x); }],
    ['Identity and what only comes before', [1, 4], [{ name: 'q', op: 'Identity', input: ['x', '^b'] }, y('Relu', ['q'])], { b }, (x) => tf.relu(x)],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, sizes, nodes, constants, reference) => {
    expectSame(load([placeholder(...sizes), ...nodes], constants), reference);
  });

  it('FusedBatchNormV3', () => {
    const variance = { sizes: [3], values: Float32Array.of(0.5, 1, 2) };
    const constants = { scale: floats(3), offset: floats(3), mean: floats(3), variance };
    const input = ['x', 'scale', 'offset', 'mean', 'variance'];
    const attr = { epsilon: { f: 0.001 }, is_training: { b: false }, data_format: s('NHWC') };
    const graph = load(
      [placeholder(1, 2, 2, 3), { name: 'y', op: 'FusedBatchNormV3', input, attr }],
      constants,
    );
    const [scale, offset, mean] = [constants.scale, constants.offset, constants.mean].map(tensorOf) as [
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    expectSame(graph, (x) => tf.batchNorm(x, mean, tensorOf(variance), offset, scale, 0.001));
  });

  it('sizes that the network works out become constants', () => {
    const nodes: Node[] = [
      placeholder(-1, 2, 3),
      { name: 'shape', op: 'Shape', input: ['x'] },
      {
        name: 'batch',
        op: 'StridedSlice',
        input: ['shape', 'zero', 'one', 'one'],
        attr: { shrink_axis_mask: { i: '1' } },
      },
      { name: 'sizes', op: 'Pack', input: ['batch', 'all'], attr: { N: { i: '2' }, axis: { i: '0' } } },
      { name: 'y', op: 'Reshape', input: ['x', 'sizes'] },
    ];
    const all = { sizes: [], values: Int32Array.of(-1) };
    const graph = load(nodes, { zero: ints(0), one: ints(1), all });
    expect(graph.nodes.map(({ operation }) => operation)).toEqual([{ kind: 'reshape', sizes: [1, 6] }]);
  });
});

describe('the file', () => {
  const nodes: Node[] = [
    placeholder(-1, 4),
    { name: 'w', op: 'Const' },
    { name: 'y', op: 'Mul', input: ['x', 'w'] },
    { name: 'other', op: 'LSTM', input: ['x'] },
  ];
  const signature = { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } };
  const spec = { name: 'w', shape: [4], dtype: 'float32' };
  const valuesOf = (quantization: object, bytes: Uint8Array): number[] => {
    const path = save(nodes, { specs: [{ ...spec, quantization }], bytes }, { signature });
    return [...(readTfjsGraph(path).constants.get('w')?.values ?? [])];
  };

  it('weights of 8 and 16 bits and half floats', () => {
    expect(valuesOf({ dtype: 'uint8', scale: 0.5, min: -1 }, Uint8Array.of(0, 1, 2, 255))).toEqual([
      -1, -0.5, 0, 126.5,
    ]);
    const words = Uint8Array.from(Buffer.from(Uint16Array.of(0, 1, 2, 1000).buffer));
    expect(valuesOf({ dtype: 'uint16', scale: 0.5, min: -1 }, words)).toEqual([-1, -0.5, 0, 499]);
    const halves = Uint8Array.from(Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0, 0x7bff).buffer));
    expect(valuesOf({ dtype: 'float16' }, halves)).toEqual([1, -2, 0, 65504]);
  });

  it('an input of integers has what its bytes say', () => {
    const input: Node = {
      ...placeholder(1, 4),
      attr: { ...placeholder(1, 4).attr, dtype: { type: 'DT_INT32' } },
    };
    const cast: Node = {
      name: 'y',
      op: 'Cast',
      input: ['x'],
      attr: { SrcT: { type: 'DT_INT32' }, DstT: { type: 'DT_FLOAT' } },
    };
    expect(load([input, cast]).inputs).toEqual([{ name: 'x', sizes: [1, 4], byte: { scale: 1, offset: 0 } }]);
  });

  it('the signature tells which outputs count: what they do not need is not looked at', () => {
    const weights = plainWeights({ w: floats(4) });
    expect(readTfjsGraph(save(nodes, weights, { signature })).outputs).toEqual(['y']);
    expect(() => readTfjsGraph(save(nodes, weights))).toThrow('it is of a kind that is not supported');
  });

  it.each([
    ['a circle', [placeholder(1, 4), { name: 'a', op: 'Add', input: ['x', 'b'] }, { name: 'b', op: 'Relu', input: ['a'] }, { name: 'c', op: 'Relu', input: ['b'] }], 'it reads what it makes'],
    ['a missing node', [{ name: 'y', op: 'Relu', input: ['x'] }], 'there is no node "x"'],
    ['no weights', [{ name: 'w', op: 'Const' }, { name: 'y', op: 'Relu', input: ['w'] }], 'its values are not in the weights'],
    ['unknown sizes', [placeholder(-1, -1, -1, 3), { name: 'y', op: 'Relu', input: ['x'] }], 'an input of 1 x -1 x -1 x 3'],
    ['channels first', [placeholder(1, 3, 4, 4), { name: 'y', op: 'MaxPool', input: ['x'], attr: { data_format: s('NCHW'), ksize: i(1, 1, 2, 2), strides: i(1, 1, 2, 2) } }], 'NCHW'],
    ['two nodes of one name', [placeholder(1, 4), placeholder(1, 4)], 'two nodes have the same name'],
    ['an output that a node does not have', [placeholder(1, 4), { name: 'y', op: 'Relu', input: ['x:3'] }], 'nothing gives the tensor "x:3"'],
  ] as [string, Node[], string][])('%s is refused', (_, broken, message) => {
    const read = (): unknown => readTfjsGraph(save(broken, plainWeights({})));
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  }); // prettier-ignore

  it('a damaged file gives a graph or an InputError', () => {
    const kernel = floats(3, 3, 2, 4);
    const attr = { strides: i(1, 1, 1, 1), padding: s('SAME'), fused_ops: texts('BiasAdd', 'Relu') };
    const conv: Node = { name: 'c', op: '_FusedConv2D', input: ['x', 'k', 'b'], attr };
    const flat: Node = { name: 'y', op: 'Reshape', input: ['c', 'a'] };
    const consts = ['k', 'b', 'a'].map((name) => ({ name, op: 'Const' }));
    const weights = plainWeights({ k: kernel, b: floats(4), a: ints(1, -1) });
    const text = JSON.stringify([placeholder(1, 4, 4, 2), conv, flat, ...consts]);
    const pieces = fc.constantFrom('-1', '99999999999', 'null', '[]', '{}', '""', '1e308', '"x"');
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(200), pieces, (which, piece) => {
        const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?/g)];
        const token = tokens[which % tokens.length];
        if (token === undefined) return;
        const changed = text.slice(0, token.index) + piece + text.slice(token.index + token[0].length);
        let broken: Node[];
        try {
          broken = JSON.parse(changed) as Node[];
        } catch {
          return;
        }
        try {
          graphSizes(readTfjsGraph(save(broken, weights)));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});
