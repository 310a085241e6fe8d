import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGraph, type Graph } from '../../toolkit/graph/index.js';
import { uniformValues } from '../../toolkit/quantize/random.js';
import { readTflite } from '../../toolkit/readers/tflite/index.js';
import { expectClose, tf } from '../model/tensorflow.js';
import { between, seeded } from '../support/random.js';
import { buildTflite, type BuiltTensor, type Field } from '../support/tflite-builder.js';

const FLOAT16 = 1;
const INT32 = 2;
const UINT8 = 3;
const INT64 = 4;
const INT16 = 7;
const INT8 = 9;

const weights = (random: () => number, sizes: readonly number[]): BuiltTensor => ({
  sizes,
  data: uniformValues(
    sizes.reduce((a, b) => a * b, 1),
    1,
    random,
  ),
});
const list = (...values: number[]): BuiltTensor => ({
  sizes: [values.length],
  type: INT32,
  data: Int32Array.from(values),
});
const scalar = (value: number): BuiltTensor => ({ sizes: [], type: INT32, data: Int32Array.of(value) });
const given = (...sizes: number[]): BuiltTensor => ({ sizes });

/** A network of one operator that reads these tensors, those without values being its inputs. */
function oneOperator(
  code: number,
  read: readonly BuiltTensor[],
  options?: readonly Field[],
  outputs: readonly BuiltTensor[] = [given()],
): Graph {
  const tensors = [...read, ...outputs];
  const places = read.map((_, i) => i);
  const made = outputs.map((_, i) => read.length + i);
  const operator = { code, inputs: places, outputs: made, ...(options === undefined ? {} : { options }) };
  const inputs = places.filter((i) => read[i]?.data === undefined);
  return readTflite(buildTflite({ tensors, operators: [operator], inputs, outputs: made }), 'one.tflite');
}

/** What a graph gives for random inputs, and those inputs. */
function run(graph: Graph, random: () => number, limit = 2) {
  const inputs = graph.inputs.map(({ name, sizes }) => {
    const count = sizes.reduce((a, b) => a * b, 1);
    return { name, sizes, values: uniformValues(count, limit, random) };
  });
  const results = evaluateGraph(graph, new Map(inputs.map(({ name, values }) => [name, values])));
  const tensors = inputs.map(({ values, sizes }) => tf.tensor(values, [...sizes]));
  return { tensors, outputs: graph.outputs.map((name) => results.get(name)) };
}

/** The graph gives what TensorFlow.js gives for the same inputs. */
function expectSame(
  graph: Graph,
  random: () => number,
  reference: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): void {
  tf.tidy(() => {
    const { tensors, outputs } = run(graph, random);
    const expected = [reference(...tensors)].flat();
    expect(outputs.length).toBe(expected.length);
    for (const [i, output] of outputs.entries()) {
      expect(output?.sizes).toEqual(expected[i]?.shape);
      expectClose(output?.values ?? [], expected[i]?.dataSync() ?? []);
    }
  });
}

const tensorOf = ({ sizes, data }: BuiltTensor): tf.Tensor => tf.tensor(data as Float32Array, [...sizes]);
const seeds = fc.integer({ min: 1, max: 2 ** 30 }).map(seeded);
const padOf = (mode: number): 'same' | 'valid' => (mode === 0 ? 'same' : 'valid');
const RUNS = { numRuns: 40 };

describe('operators with windows, random sizes', () => {
  const windows = fc.record({
    random: seeds,
    height: fc.integer({ min: 3, max: 9 }),
    width: fc.integer({ min: 3, max: 9 }),
    channels: fc.integer({ min: 1, max: 4 }),
    window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    mode: fc.constantFrom(0, 1),
    filters: fc.integer({ min: 1, max: 4 }),
    multiplier: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    hasBias: fc.boolean(),
  });

  it('CONV_2D', () => {
    fc.assert(
      fc.property(windows, (c) => {
        // TensorFlow dilates only what has no strides.
        const [sy, sx] = c.dilation > 1 ? [1, 1] : c.strides;
        const dilation = c.mode === 0 || Math.min(c.height, c.width) >= 5 ? c.dilation : 1;
        const kernel = weights(c.random, [c.filters, ...c.window, c.channels]);
        const bias = weights(c.random, [c.filters]);
        const read = [given(1, c.height, c.width, c.channels), kernel, ...(c.hasBias ? [bias] : [])];
        const options: Field[] = [
          [0, 'int8', c.mode],
          [1, 'int32', sx],
          [2, 'int32', sy],
          [3, 'int8', 1],
          [4, 'int32', dilation],
          [5, 'int32', dilation],
        ];
        expectSame(oneOperator(3, read, options), c.random, (x) => {
          const turned = tf.transpose(tensorOf(kernel), [1, 2, 3, 0]) as tf.Tensor4D;
          const sum = tf.conv2d(x as tf.Tensor4D, turned, [sy, sx], padOf(c.mode), 'NHWC', dilation);
          return tf.relu(c.hasBias ? tf.add(sum, tensorOf(bias)) : sum);
        });
      }),
      RUNS,
    );
  });

  it('CONV_2D in groups is one convolution per group', () => {
    const random = seeded(3);
    const kernel = weights(random, [6, 2, 2, 2]);
    const graph = oneOperator(
      3,
      [given(1, 5, 5, 4), kernel],
      [
        [0, 'int8', 1],
        [1, 'int32', 1],
        [2, 'int32', 1],
      ],
    );
    expectSame(graph, random, (x) => {
      const turned = tf.transpose(tensorOf(kernel), [1, 2, 3, 0]) as tf.Tensor4D;
      const [lower, upper] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
      const [first, second] = tf.split(turned, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
      return tf.concat([tf.conv2d(lower, first, 1, 'valid'), tf.conv2d(upper, second, 1, 'valid')], 3);
    });
  });

  it('DEPTHWISE_CONV_2D', () => {
    fc.assert(
      fc.property(windows, (c) => {
        const stride = c.strides[0];
        const filters = c.channels * c.multiplier;
        const kernel = weights(c.random, [1, ...c.window, filters]);
        const bias = weights(c.random, [filters]);
        const options: Field[] = [
          [0, 'int8', c.mode],
          [1, 'int32', stride],
          [2, 'int32', stride],
          [3, 'int32', c.multiplier],
          [4, 'int8', 3],
        ];
        const graph = oneOperator(4, [given(1, c.height, c.width, c.channels), kernel, bias], options);
        expectSame(graph, c.random, (x) => {
          const turned = tf.reshape<tf.Rank.R4>(tensorOf(kernel), [...c.window, c.channels, c.multiplier]);
          const sum = tf.depthwiseConv2d(x as tf.Tensor4D, turned, stride, padOf(c.mode));
          return tf.clipByValue(tf.add(sum, tensorOf(bias)), 0, 6);
        });
      }),
      RUNS,
    );
  });

  it.each([
    ['AVERAGE_POOL_2D', 1],
    ['MAX_POOL_2D', 17],
  ])('%s', (_, code) => {
    fc.assert(
      fc.property(windows, (c) => {
        const options: Field[] = [
          [0, 'int8', c.mode],
          [1, 'int32', c.strides[1]],
          [2, 'int32', c.strides[0]],
          [3, 'int32', c.window[1]],
          [4, 'int32', c.window[0]],
        ];
        const graph = oneOperator(code, [given(1, c.height, c.width, c.channels)], options);
        const pool = code === 1 ? tf.avgPool : tf.maxPool;
        expectSame(graph, c.random, (x) => pool(x as tf.Tensor4D, c.window, c.strides, padOf(c.mode)));
      }),
      RUNS,
    );
  });
});

describe('FULLY_CONNECTED', () => {
  it.each([true, false])('rows of values, sizes kept: %s', (keeps) => {
    const random = seeded(4);
    const [kernel, bias] = [weights(random, [3, 8]), weights(random, [3])];
    const options: Field[] = [
      [0, 'int8', 4],
      [2, 'int8', keeps ? 1 : 0],
    ];
    expectSame(oneOperator(9, [given(1, 2, 8), kernel, bias], options), random, (x) => {
      const rows = tf.matMul(tf.reshape(x, [2, 8]), tensorOf(kernel), false, true);
      const result = tf.tanh(tf.add(rows, tensorOf(bias)));
      return keeps ? tf.reshape(result, [1, 2, 3]) : result;
    });
  });

  it('flattens a picture', () => {
    const random = seeded(5);
    const kernel = weights(random, [4, 18]);
    expectSame(oneOperator(9, [given(1, 3, 3, 2), kernel]), random, (x) =>
      tf.matMul(tf.reshape(x, [1, 18]), tensorOf(kernel), false, true),
    );
  });
});

describe('values and shapes', () => {
  const random = seeded(6);
  const slopes = weights(random, [1, 1, 3]);
  const other = weights(random, [3]);
  type Case = [
    string,
    number,
    BuiltTensor[],
    Field[] | undefined,
    (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  ];
  const cases: Case[] = [
    ['ADD', 0, [given(1, 4, 5, 3), other], [[0, 'int8', 1]], (x = tf.scalar(0)) => tf.relu(tf.add(x, tensorOf(other)))],
    ['SUB', 41, [given(1, 4), given(1, 4)], [[0, 'int8', 2]], (a = tf.scalar(0), b = tf.scalar(0)) => tf.clipByValue(tf.sub(a, b), -1, 1)],
    ['MUL', 18, [given(1, 4, 5, 3), other], [[0, 'int8', 0]], (x = tf.scalar(0)) => tf.mul(x, tensorOf(other))],
    ['DIV', 42, [given(1, 4, 5, 3), other], [[0, 'int8', 3]], (x = tf.scalar(0)) => tf.clipByValue(tf.div(x, tensorOf(other)), 0, 6)],
    ['MAXIMUM', 55, [given(1, 4), given(1, 4)], undefined, (a = tf.scalar(0), b = tf.scalar(0)) => tf.maximum(a, b)],
    ['MINIMUM', 57, [given(1, 4), given(1, 1)], undefined, (a = tf.scalar(0), b = tf.scalar(0)) => tf.minimum(a, b)],
    ['SQUARED_DIFFERENCE', 99, [given(1, 4), given(1, 4)], undefined, (a = tf.scalar(0), b = tf.scalar(0)) => tf.squaredDifference(a, b)],
    ['ADD_N', 106, [given(1, 4), given(1, 4), given(1, 4)], undefined, (...x) => tf.addN(x)],
    ['RELU', 19, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.relu(x)],
    ['RELU_N1_TO_1', 20, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.clipByValue(x, -1, 1)],
    ['RELU6', 21, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.relu6(x)],
    ['LEAKY_RELU', 98, [given(2, 9)], [[0, 'float32', 0.25]], (x = tf.scalar(0)) => tf.leakyRelu(x, 0.25)],
    ['PRELU', 54, [given(1, 4, 5, 3), slopes], undefined, (x = tf.scalar(0)) => tf.prelu(x, tensorOf(slopes))],
    ['HARD_SWISH', 117, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6)],
    ['LOGISTIC', 14, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.sigmoid(x)],
    ['TANH', 28, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.tanh(x)],
    ['ELU', 111, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.elu(x)],
    ['EXP', 47, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.exp(x)],
    ['ABS', 101, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.abs(x)],
    ['NEG', 59, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.neg(x)],
    ['SQUARE', 92, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.square(x)],
    ['SOFTMAX', 25, [given(2, 9)], [[0, 'float32', 1]], (x = tf.scalar(0)) => tf.softmax(x)],
    ['SOFTMAX, sharpened', 25, [given(2, 9)], [[0, 'float32', 2.5]], (x = tf.scalar(0)) => tf.softmax(tf.mul(x, 2.5))],
    ['LOG_SOFTMAX', 50, [given(2, 9)], undefined, (x = tf.scalar(0)) => tf.logSoftmax(x)],
    ['MEAN', 40, [given(1, 4, 5, 3), list(1, 2)], [[0, 'int8', 0]], (x = tf.scalar(0)) => tf.mean(x, [1, 2])],
    ['MEAN, sizes kept', 40, [given(1, 4, 5, 3), list(1, -2)], [[0, 'int8', 1]], (x = tf.scalar(0)) => tf.mean(x, [1, 2], true)],
    ['SUM', 74, [given(1, 4, 3), list(-1)], undefined, (x = tf.scalar(0)) => tf.sum(x, -1)],
    ['REDUCE_MAX', 82, [given(1, 4, 3), scalar(1)], undefined, (x = tf.scalar(0)) => tf.max(x, 1)],
    ['REDUCE_MIN', 89, [given(1, 4, 3), scalar(1)], undefined, (x = tf.scalar(0)) => tf.min(x, 1)],
    ['ARG_MAX', 56, [given(2, 9), scalar(-1)], undefined, (x = tf.scalar(0)) => tf.argMax(x, -1)],
    ['CONCATENATION', 2, [given(1, 4, 3), given(1, 4, 2)], [[0, 'int32', -1]], (...x) => tf.concat(x, -1)],
    ['RESHAPE by an input', 22, [given(1, 4, 6), list(1, -1, 3)], undefined, (x = tf.scalar(0)) => tf.reshape(x, [1, 8, 3])],
    ['RESHAPE by a setting', 22, [given(1, 4, 6)], [[0, 'int32s', [-1, 2]]], (x = tf.scalar(0)) => tf.reshape(x, [12, 2])],
    ['SQUEEZE', 43, [given(1, 4, 1, 3)], [[0, 'int32s', [-2]]], (x = tf.scalar(0)) => tf.squeeze(x, [2])],
    ['SQUEEZE of all', 43, [given(1, 4, 1, 3)], undefined, (x = tf.scalar(0)) => tf.squeeze(x)],
    ['EXPAND_DIMS', 70, [given(4, 3), scalar(-1)], undefined, (x = tf.scalar(0)) => tf.expandDims(x, -1)],
    ['TRANSPOSE', 39, [given(1, 4, 5, 3), list(0, 3, 1, 2)], undefined, (x = tf.scalar(0)) => tf.transpose(x, [0, 3, 1, 2])],
    ['PAD', 34, [given(1, 4, 3), list(0, 0, 1, 2, 0, 3)], undefined, (x = tf.scalar(0)) => tf.pad(x, [[0, 0], [1, 2], [0, 3]])],
    ['PADV2', 60, [given(1, 4), list(0, 0, 1, 2), { sizes: [], data: Float32Array.of(-7) }], undefined, (x = tf.scalar(0)) => tf.pad(x, [[0, 0], [1, 2]], -7)],
    ['MIRROR_PAD', 100, [given(1, 4, 3), list(0, 0, 1, 2, 0, 2)], [[0, 'int8', 0]], (x = tf.scalar(0)) => tf.mirrorPad(x, [[0, 0], [1, 2], [0, 2]], 'reflect')],
    ['SLICE', 65, [given(1, 6, 5), list(0, 2, 1), list(1, -1, 3)], undefined, (x = tf.scalar(0)) => tf.slice(x, [0, 2, 1], [1, 4, 3])],
    ['STRIDED_SLICE', 45, [given(1, 6, 5), list(0, 1, -1), list(1, -1, 9), list(1, 2, 1)], [[0, 'int32', 1], [4, 'int32', 4]], (x = tf.scalar(0)) => tf.gather(tf.squeeze(tf.slice(x, [0, 0, 4], [1, 6, 1]), [2]), tf.tensor1d([1, 3], 'int32'), 1)],
    ['STRIDED_SLICE with an ellipsis and a new axis', 45, [given(2, 6, 5), list(0, 0, 1), list(0, 0, 3), list(1, 1, 1)], [[2, 'int32', 2], [3, 'int32', 1]], (x = tf.scalar(0)) => tf.expandDims(tf.slice(x, [0, 0, 1], [2, 6, 2]), 0)],
    ['PACK', 83, [given(4, 3), given(4, 3)], [[0, 'int32', 2], [1, 'int32', 1]], (...x) => tf.stack(x, 1)],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, code, read, options, reference) => {
    expectSame(oneOperator(code, read, options), random, reference);
  });

  it('SPLIT, SPLIT_V and UNPACK have several outputs', () => {
    const three = [given(), given(), given()];
    expectSame(oneOperator(49, [scalar(-1), given(1, 4, 6)], undefined, three), random, (x = tf.scalar(0)) =>
      tf.split(x, 3, 2),
    );
    const uneven = [given(1, 4, 6), list(1, -1, 2), scalar(2)];
    expectSame(oneOperator(102, uneven, undefined, three), random, (x = tf.scalar(0)) =>
      tf.split(x, [1, 3, 2], 2),
    );
    expectSame(oneOperator(88, [given(2, 3, 4)], [[1, 'int32', 1]], three), random, (x = tf.scalar(0)) =>
      tf.unstack(x, 1),
    );
  });

  it('sizes that the network works out become constants', () => {
    // reshape(x, pack(strided_slice(shape(x), 0, 1), -1)), as the converter writes Flatten.
    const tensors = [
      given(1, 3, 4),
      list(4),
      list(0),
      list(1),
      list(1),
      list(1),
      scalar(-1),
      list(2),
      given(),
    ];
    const computed = tensors.map((tensor, i) =>
      i === 1 || i === 5 || i === 7 ? { sizes: tensor.sizes, type: INT32 } : tensor,
    );
    const graph = readTflite(
      buildTflite({
        tensors: computed,
        operators: [
          { code: 77, inputs: [0], outputs: [1] },
          { code: 45, inputs: [1, 2, 3, 4], outputs: [5], options: [[4, 'int32', 1]] },
          { code: 83, inputs: [5, 6], outputs: [7], options: [[0, 'int32', 2]] },
          { code: 22, inputs: [0, 7], outputs: [8] },
        ],
        inputs: [0],
        outputs: [8],
      }),
      'flatten.tflite',
    );
    expect(graph.nodes.map(({ operation }) => operation)).toEqual([{ kind: 'reshape', sizes: [1, 12] }]);
    expect(graph.constants.size).toBe(0);
  });
});

describe('integers', () => {
  it.each([
    ['int8', INT8, [-128, 127], Int8Array],
    ['uint8', UINT8, [0, 255], Uint8Array],
    ['int16', INT16, [-32768, 32767], Int16Array],
  ] as const)(
    '%s values are scale * (q - zero), their levels stay known',
    (_, type, [least, most], Values) => {
      const random = seeded(7);
      const data = new Values(Array.from({ length: 12 }, () => between(random, least, most)));
      const [scale, zero] = [0.125, least + 100];
      const kernel: BuiltTensor = { sizes: [3, 4], type, data, scale: [scale], zero: [zero] };
      const graph = oneOperator(9, [given(1, 4), kernel]);
      expectSame(graph, random, (x) => {
        const values = tf.tensor2d(
          [...data].map((q) => scale * (q - zero)),
          [3, 4],
        );
        return tf.matMul(x, values, false, true);
      });
      const rounding = graph.nodes.find(({ operation }) => operation.kind === 'quantize')?.operation;
      expect(rounding).toEqual({
        kind: 'quantize',
        levels: { step: [scale], zero: [zero], least, most, bipolar: false, rounding: 'even' },
      });
    },
  );

  it('kernels have a scale per filter, biases of 32 and 64 bits too', () => {
    const random = seeded(8);
    const data = Int8Array.from({ length: 3 * 2 * 2 * 2 }, () => between(random, -127, 127));
    const scale = [0.5, 0.25, 0.125];
    const kernel: BuiltTensor = { sizes: [3, 2, 2, 2], type: INT8, data, scale, zero: [0, 0, 0] };
    const wide: BuiltTensor = { sizes: [3], type: INT64, data: BigInt64Array.of(5n, -6n, 7n), scale };
    const bias: BuiltTensor = { sizes: [3], type: INT32, data: Int32Array.of(5, -6, 7), scale };
    for (const sum of [bias, wide]) {
      const graph = oneOperator(
        3,
        [given(1, 4, 4, 2), kernel, sum],
        [
          [1, 'int32', 1],
          [2, 'int32', 1],
        ],
      );
      expectSame(graph, random, (x) => {
        const values = tf.mul(tf.tensor([...data], [3, 2, 2, 2]), tf.tensor(scale, [3, 1, 1, 1]));
        const turned = tf.transpose(values, [1, 2, 3, 0]) as tf.Tensor4D;
        return tf.add(tf.conv2d(x as tf.Tensor4D, turned, 1, 'same'), [2.5, -1.5, 0.875]);
      });
    }
  });

  it('16-bit floats, by way of DEQUANTIZE', () => {
    const halves: BuiltTensor = {
      sizes: [5],
      type: FLOAT16,
      data: Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff),
    };
    const graph = readTflite(
      buildTflite({
        tensors: [given(1, 5), halves, given(5), given(1, 5)],
        operators: [
          { code: 6, inputs: [1], outputs: [2] },
          { code: 0, inputs: [0, 2], outputs: [3] },
        ],
        inputs: [0],
        outputs: [3],
      }),
      'half.tflite',
    );
    const zeros = new Map([[graph.inputs[0]?.name ?? '', new Float32Array(5)]]);
    const values = [...(evaluateGraph(graph, zeros).get(graph.outputs[0] ?? '')?.values ?? [])];
    expect(values).toEqual([1, -2, 0.333251953125, 2 ** -24, 65504]);
  });

  it.each([
    ['int8', INT8, -3, { scale: 0.5, offset: -62.5 }],
    ['uint8', UINT8, 100, { scale: 0.5, offset: -50 }],
  ] as const)('an input of %s tells what its bytes stand for', (_, type, zero, byte) => {
    const input: BuiltTensor = { sizes: [1, 4], type, scale: [0.5], zero: [zero] };
    const output: BuiltTensor = { ...input, scale: [0.25] };
    const graph = oneOperator(19, [input], undefined, [output]);
    expect(graph.inputs[0]?.byte).toEqual(byte);
    expect(graph.nodes.map(({ operation }) => operation.kind)).toEqual(['unary', 'quantize']);
  });

  it('what only moves levels is not rounded again', () => {
    const tensor: BuiltTensor = { sizes: [1, 4], type: INT8, scale: [0.5], zero: [1] };
    const kinds = (code: number, output: BuiltTensor, read = [tensor]): readonly string[] =>
      oneOperator(code, read, undefined, [output]).nodes.map(({ operation }) => operation.kind);
    expect(kinds(19, tensor)).toEqual(['unary']);
    expect(kinds(22, tensor, [tensor, list(4)])).toEqual(['reshape']);
    expect(kinds(14, tensor)).toEqual(['unary', 'quantize']);
    expect(kinds(114, { ...tensor, scale: [0.25] })).toEqual(['quantize']);
    expect(kinds(6, given(1, 4))).toEqual([]);
  });

  it('a rounded sum lies on the output levels, cut off at both ends', () => {
    const tensor: BuiltTensor = { sizes: [1, 64], type: INT8, scale: [0.1], zero: [20] };
    const graph = oneOperator(0, [tensor, tensor], undefined, [{ ...tensor, scale: [0.05] }]);
    const { outputs, tensors } = run(graph, seeded(9), 12);
    const [a, b] = tensors.map((x) => x.dataSync());
    for (const [i, value] of (outputs[0]?.values ?? new Float32Array()).entries()) {
      const sum = (a?.[i] ?? 0) + (b?.[i] ?? 0);
      const index = Math.min(Math.max(Math.round(sum / 0.05) + 20, -128), 127);
      expect(value).toBeCloseTo((index - 20) * 0.05, 4);
    }
  });
});
