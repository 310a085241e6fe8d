import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import {
  evaluateGraph,
  type Graph,
  type GraphNode,
  type Operation,
  type QuantizedLevels,
} from '../../toolkit/graph/index.js';
import { evaluateFused, floatModelFromGraph, fuse, inputValues } from '../../toolkit/model/index.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { parseQuantized, quantizeModel, serializeQuantized } from '../../toolkit/quantize/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { graph, values, weights, type Line } from '../support/graphs.js';
import { seeded } from '../support/random.js';

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };
const conv: Operation = { kind: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: NONE, groups: 1 };
const unary = (kind: 'relu' | 'sigmoid' | 'abs'): Operation => ({ kind: 'unary', of: { kind } });
const binary = (of: 'add' | 'multiply' | 'power'): Operation => ({ kind: 'binary', of });
const reshape = (...sizes: number[]): Operation => ({ kind: 'reshape', sizes });
const matmul: Operation = { kind: 'matmul' };
const softmax: Operation = { kind: 'softmax', axis: 1, log: false };
const options = { name: 'small' };

describe('what is understood', () => {
  test('a convolution of one axis is one of height 1; names are safe and the layers those of the file', () => {
    const made = graph(
      [1, 3, 8],
      { k: weights(1, 3, 3, 4), w: weights(4, 2) },
      ['t', { kind: 'transpose', order: [0, 2, 1] }, 'x'],
      ['r', reshape(1, 1, 8, 3), 't'],
      ['c', conv, 'r', 'k'],
      ['m', { kind: 'reduce', of: 'mean', axes: [1, 2], keep: false }, 'c'],
      ['y', matmul, 'm', 'w'],
    );
    const model = floatModelFromGraph(made, options);
    expect(model.input.shape).toEqual([1, 8, 3]);
    expect(model.layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'c-op conv2d',
      'm-op globalAveragePool',
      'y-op dense',
    ]);
    expect(model.layers[0]).toMatchObject({ kernelSize: [1, 3] });
    expect(model.labels).toEqual(['0', '1']);
  });

  test('what is done to all pixels alike is what their bytes stand for', () => {
    const made = graph(
      [1, 2, 2, 1],
      { mean: values([1], () => 0.5), factor: values([], () => 4), w: weights(4, 2) },
      ['a', { kind: 'binary', of: 'subtract' }, 'x', 'mean'],
      ['b', binary('multiply'), 'a', 'factor'],
      ['f', reshape(1, 4), 'b'],
      ['r', unary('relu'), 'f'],
      ['y', matmul, 'r', 'w'],
    );
    const { input, layers } = floatModelFromGraph(made, { ...options, scale: 0.01, offset: 1 });
    expect(input.scale).toBeCloseTo(0.04, 12);
    expect(input.offset).toBeCloseTo(2, 12);
    expect(layers.map(({ kind }) => kind)).toEqual(['activation', 'dense']);
  });

  test('bytes as the file has them, labels of the file and of the caller', () => {
    const plain = graph([1, 4], { w: weights(4, 2) }, ['y', matmul, 'x', 'w'], ['p', softmax, 'y']);
    const made: Graph = {
      ...plain,
      inputs: [{ name: 'x', sizes: [1, 4], byte: { scale: 0.5, offset: -3 } }],
      labels: ['cat', 'dog'],
    };
    expect(floatModelFromGraph(made, options)).toMatchObject({
      input: { shape: [1, 1, 4], scale: 0.5, offset: -3 },
      labels: ['cat', 'dog'],
    });
    expect(floatModelFromGraph(made, { ...options, labels: ['a', 'b'], scale: 1 })).toMatchObject({
      input: { scale: 1, offset: -3 },
      labels: ['a', 'b'],
    });
    expect(() => floatModelFromGraph(made, { ...options, labels: ['a'] })).toThrow('2 outputs but 1 labels');
  });

  test.each<[string, readonly Line[]]>([
    ['a dense layer', [['y', matmul, 'x', 'w']]],
    [
      'a dense layer with a bias',
      [
        ['z', matmul, 'x', 'w'],
        ['y', binary('add'), 'z', 'b'],
      ],
    ],
    [
      'levels of the output',
      [
        ['z', matmul, 'x', 'w'],
        ['y', { kind: 'reduce', of: 'mean', axes: [1], keep: true }, 'z'],
      ],
    ],
  ])('one logit with a sigmoid becomes two: %s', (_, lines) => {
    const made = graph([1, 3], { w: weights(3, 1), b: values([1], () => -0.2) }, ...lines, [
      'p',
      unary('sigmoid'),
      'y',
    ]);
    const model = floatModelFromGraph(made, { name: 'small', labels: ['no', 'yes'] });
    const bytes = Uint8Array.of(10, 200, 90);
    const fused = fuse(model);
    const logits = evaluateFused(fused, inputValues(fused, bytes));
    const x = Float32Array.from(bytes, (byte) => byte / 255);
    const z = evaluateGraph(made, new Map([['x', x]]), ['y']).get('y')?.values[0] ?? NaN;
    expect(logits[0]).toBe(0);
    expect(logits[1]).toBeCloseTo(z, 6);
  });
});

describe('what has no form in tables names the node', () => {
  const map = [1, 4, 4, 2] as const;
  const constants = {
    w: weights(2, 2),
    k: weights(1, 1, 2, 2),
    c: weights(4, 4, 2),
    two: values([], () => 2),
  };
  const mean: Operation = { kind: 'reduce', of: 'mean', axes: [1, 2], keep: false };
  const levels: QuantizedLevels = {
    step: [0.5],
    zero: [0],
    least: 0,
    most: 7,
    bipolar: false,
    rounding: 'even',
  };
  test.each<[string, readonly Line[], string, string]>([
    [
      'a gate',
      [
        ['a', conv, 'x', 'k'],
        ['g', binary('multiply'), 'a', 'x'],
        ['m', mean, 'g'],
        ['y', matmul, 'm', 'w'],
      ],
      'multiply of two tensors has no form',
      'binary node "/g/Op"',
    ],
    [
      'abs',
      [
        ['a', unary('abs'), 'x'],
        ['m', mean, 'a'],
        ['y', matmul, 'm', 'w'],
      ],
      'the function abs has no exact form',
      'unary node "/a/Op"',
    ],
    [
      'a power',
      [
        ['a', binary('power'), 'x', 'two'],
        ['m', mean, 'a'],
        ['y', matmul, 'm', 'w'],
      ],
      'power with a constant has no exact form',
      'binary node "/a/Op"',
    ],
    [
      'constants of places',
      [
        ['a', conv, 'x', 'k'],
        ['b', binary('add'), 'a', 'c'],
        ['m', mean, 'b'],
        ['y', matmul, 'm', 'w'],
      ],
      'are not one per channel',
      'binary node "/b/Op"',
    ],
    [
      'weights that depend on the picture',
      [
        ['a', { kind: 'slice', begin: [0, 0, 0, 0], end: [1, 2, 1, 2], step: [1, 1, 1, 1] }, 'x'],
        ['b', reshape(2, 2), 'a'],
        ['m', mean, 'x'],
        ['y', matmul, 'm', 'b'],
      ],
      'weights that depend on the picture',
      'matmul node "/y/Op"',
    ],
    [
      'a softmax on the way',
      [
        ['m', mean, 'x'],
        ['s', softmax, 'm'],
        ['y', matmul, 's', 'w'],
      ],
      'a softmax before the end',
      'softmax node "/s/Op"',
    ],
    [
      'rows and columns as others',
      [
        ['r', reshape(1, 2, 8, 2), 'x'],
        ['a', unary('relu'), 'x'],
        ['p', conv, 'r', 'k'],
        ['q', conv, 'a', 'k'],
        ['m', mean, 'p'],
        ['n', mean, 'q'],
        ['s', binary('add'), 'm', 'n'],
        ['y', matmul, 's', 'w'],
      ],
      'it reads 1 x 2 x 8 x 2 values that were made as 4 x 4 x 2',
      'conv2d node "/p/Op"',
    ],
    [
      'averages that leave the padding out',
      [
        [
          'p',
          {
            kind: 'averagePool',
            window: [2, 2],
            strides: [1, 1],
            dilations: [1, 1],
            padding: { ...NONE, top: 1 },
            countsPadding: false,
          },
          'x',
        ],
        ['m', mean, 'p'],
        ['y', matmul, 'm', 'w'],
      ],
      'leave the padding out',
      'averagePool node "/p/Op"',
    ],
    [
      'channels joined as rows',
      [
        ['p', { kind: 'concat', axis: 1 }, 'x', 'x'],
        ['m', mean, 'p'],
        ['y', matmul, 'm', 'w'],
      ],
      'along another axis than the channels',
      'concat node "/p/Op"',
    ],
    [
      'levels without 0',
      [
        ['p', { kind: 'quantize', levels: { ...levels, bipolar: true } }, 'x'],
        ['m', mean, 'p'],
        ['y', matmul, 'm', 'w'],
      ],
      'the value 0',
      'quantize node "/p/Op"',
    ],
  ])('%s', (_, lines, message, where) => {
    const made = graph(map, constants, ...lines);
    const lowering = (): unknown => floatModelFromGraph(made, options);
    expect(lowering).toThrow(InputError);
    expect(lowering).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message) as string,
        where,
        next: expect.any(String) as string,
      }) as Error,
    );
  });

  test('two inputs, two outputs', () => {
    const one = graph([1, 2], { w: weights(2, 2) }, ['y', matmul, 'x', 'w']);
    const other = { name: 'z', sizes: [1, 2], byte: null };
    const added: GraphNode = { name: 'sum', operation: binary('add'), inputs: ['y', 'z'], output: 's' };
    const inputs = [...one.inputs, other];
    expect(() =>
      floatModelFromGraph({ ...one, inputs, nodes: [...one.nodes, added], outputs: ['s'] }, options),
    ).toThrow('2 inputs are read');
    expect(() => floatModelFromGraph({ ...one, outputs: ['y', 'x'] }, options)).toThrow('it has 2 outputs');
    // One that only shows the other is no second one.
    const shown: GraphNode = { name: 'p', operation: softmax, inputs: ['y'], output: 'p' };
    expect(
      floatModelFromGraph({ ...one, inputs, nodes: [...one.nodes, shown], outputs: ['y', 'p'] }, options)
        .layers,
    ).toHaveLength(1);
  });
});

describe('networks that are quantized already', () => {
  const quantize = (step: number, count: number): Operation => ({
    kind: 'quantize',
    levels: { step: [step], zero: [0], least: 0, most: count - 1, bipolar: false, rounding: 'up' },
  });
  const random = seeded(5);
  const grid = (step: number, most: number) => () => Math.round((2 * random() - 1) * most) * step;
  /** Steps are powers of two, so that sums are exact; weights of the second layer have a step per channel. */
  const made = graph(
    [1, 5, 5, 1],
    {
      k: values([3, 3, 1, 4], grid(0.25, 2)),
      b: values([4], grid(0.0625, 4)),
      l: values([3, 3, 4, 3], (i) => grid(0.5, 1)() * 2 ** -(i % 3)),
      s: values([3], (c) => [1, 0.75, 1.25][c] ?? 1),
      w: values([3, 3], grid(0.125, 3)),
    },
    ['x0', quantize(1 / 16, 16), 'x'],
    ['c1', conv, 'x0', 'k', 'b'],
    ['a1', unary('relu'), 'c1'],
    ['q1', quantize(0.25, 8), 'a1'],
    ['c2', conv, 'q1', 'l'],
    ['n2', binary('multiply'), 'c2', 's'],
    ['a2', unary('relu'), 'n2'],
    ['q2', quantize(0.5, 4), 'a2'],
    ['f', reshape(1, 3), 'q2'],
    ['y', matmul, 'f', 'w'],
  );
  const count = 40;
  const data: DataSet = {
    name: 'random',
    shape: [5, 5, 1],
    images: Uint8Array.from({ length: count * 25 }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(count),
    classes: ['a', 'b', 'c'],
  };
  const model = floatModelFromGraph(made, { name: 'quantized', scale: 1 / 256 });

  test('keep their levels: the tables give exactly what the graph gives', async () => {
    const quantized = await quantizeModel(model, data, { activationLevels: 8, weightLevels: 7 });
    expect(quantized.input.levels).toEqual({ count: 16, step: 1 / 16, zero: 0 });
    expect(quantized.stages.map((stage) => ('levels' in stage ? stage.levels : null))).toEqual([
      { count: 8, step: 0.25, zero: 0 },
      { count: 4, step: 0.5, zero: 0 },
      null,
    ]);
    const [first, second] = quantized.stages;
    expect(first).toMatchObject({ weightLevels: [-0.5, -0.25, 0, 0.25, 0.5] });
    expect(second).toMatchObject({ weightLevels: [-1, 0, 1] });
    const { infer } = createInterpreter(tablize(quantized));
    for (let i = 0; i < count; i++) {
      const bytes = data.images.subarray(25 * i, 25 * i + 25);
      const x = Float32Array.from(bytes, (byte) => byte / 256);
      const wanted = [...(evaluateGraph(made, new Map([['x', x]])).get('y')?.values ?? [])];
      const { logits } = infer(bytes);
      // Logits are whole numbers of 0.5 * 0.125.
      const unit =
        wanted
          .map((value, c) => (value === 0 ? NaN : (logits[c] ?? 0) / value))
          .find((ratio) => !Number.isNaN(ratio)) ?? 1;
      expect(Array.from(logits)).toEqual(wanted.map((value) => value * unit + 0));
    }
  });

  test('unless other counts are asked for, or none are to be kept', async () => {
    const none = await quantizeModel(model, data, {
      activationLevels: 5,
      weightLevels: 7,
      keepLevels: false,
    });
    expect(none.stages[0]).toMatchObject({ levels: { count: 5 } });
    const own = await quantizeModel(model, data, {
      activationLevels: 8,
      weightLevels: 7,
      stageLevels: new Map([['c2-op', { activations: 3, weights: 7 }]]),
    });
    expect(own.stages[0]).toMatchObject({ levels: { count: 3 } });
    expect(own.stages[1]).toMatchObject({ levels: { count: 4 } });
    const few = await quantizeModel(model, data, { activationLevels: 8, weightLevels: 4 });
    expect(few.stages[0]).toMatchObject({ weightLevels: { length: 4 } });
  });
});

describe('values and not classes', () => {
  const made = graph(
    [1, 6],
    { w: weights(6, 8), v: weights(8, 1), b: values([1], () => 0.4) },
    ['h', matmul, 'x', 'w'],
    ['r', unary('relu'), 'h'],
    ['z', matmul, 'r', 'v'],
    ['y', binary('add'), 'z', 'b'],
    ['s', unary('sigmoid'), 'y'],
  );
  const random = seeded(6);
  const data: DataSet = {
    name: 'random',
    shape: [1, 1, 6],
    images: Uint8Array.from({ length: 50 * 6 }, () => Math.floor(random() * 256)),
    labels: new Uint8Array(50),
    classes: ['y'],
  };

  test('the scale of the integers and the function at the end are told', async () => {
    const model = floatModelFromGraph(made, { name: 'value', task: 'regress', labels: ['y'] });
    const quantized = await quantizeModel(model, data, { activationLevels: 128, weightLevels: 128 });
    expect(parseQuantized(serializeQuantized(quantized), 'here')).toEqual(quantized);
    const network = tablize(quantized);
    expect(network.output).toMatchObject({ labels: ['y'], values: { offset: 0, activation: 'sigmoid' } });
    const { infer } = createInterpreter(network);
    for (let i = 0; i < 50; i++) {
      const bytes = data.images.subarray(6 * i, 6 * i + 6);
      const x = Float32Array.from(bytes, (byte) => byte / 255);
      const wanted = evaluateGraph(made, new Map([['x', x]]), ['y']).get('y')?.values[0] ?? NaN;
      expect((infer(bytes).logits[0] ?? NaN) * (network.output.values?.scale ?? NaN)).toBeCloseTo(wanted, 1);
    }
  });

  test('a network of classes says nothing of it; a softmax gives no values', async () => {
    const model = floatModelFromGraph(made, { name: 'classes' });
    const quantized = await quantizeModel(model, data, { activationLevels: 8, weightLevels: 8 });
    expect(quantized).not.toHaveProperty('values');
    expect(tablize(quantized).output).toEqual({ labels: ['0', '1'] });
    const shown = graph([1, 6], { w: weights(6, 2) }, ['y', matmul, 'x', 'w'], ['p', softmax, 'y']);
    expect(() => floatModelFromGraph(shown, { name: 'none', task: 'regress' })).toThrow('those of a softmax');
  });
});
