import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { evaluateFloat, fromLayersModel, type FloatModel } from '../../toolkit/model/index.js';

type Config = Readonly<Record<string, unknown>>;
/** Class, name, settings, names of the layers that it reads. */
type Node = readonly [string, string, Config, ...string[]];

/** Reads a functional Keras configuration of an input "in" and these layers, its weights 1, 2, 3, ... each. */
function read(
  shape: readonly number[],
  weights: Readonly<Record<string, readonly number[]>>,
  nodes: readonly Node[],
  more: Config = {},
): Promise<FloatModel> {
  const input = { class_name: 'InputLayer', name: 'in', config: { batch_input_shape: [null, ...shape] } };
  const list = nodes.map(([className, name, config, ...inputs]) => ({
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: [inputs.map((from) => [from, 0, 0, {}])],
  }));
  const modelTopology = {
    class_name: 'Functional',
    config: { name: 'hand', layers: [input, ...list], output_layers: [[nodes.at(-1)?.[1], 0, 0]] },
    ...more,
  };
  const entries = Object.entries(weights);
  const counts = entries.map(([, sizes]) => sizes.reduce((product, size) => product * size, 1));
  const values = counts.flatMap((count) => Array.from({ length: count }, (_, i) => i + 1));
  const weightSpecs = entries.map(([name, sizes]) => ({ name, shape: sizes, dtype: 'float32' }));
  const weightData = Float32Array.from(values).buffer;
  return fromLayersModel({ save: (handler) => handler.save({ modelTopology, weightSpecs, weightData }) });
}

const depthwise: Node = ['DepthwiseConv2D', 'dw', { kernel_size: [2, 2], use_bias: false }, 'in'];
const depthwiseWeights = { 'dw/depthwise_kernel': [2, 2, 1, 1] };
const pad = (padding: unknown, from = 'in'): Node => ['ZeroPadding2D', 'pad', { padding }, from];
const mean = (from: string): Node => ['GlobalAveragePooling2D', 'mean', {}, from];
const relu = (from: string): Node => ['ReLU', 'relu', {}, from];
const pool = (from: string, config: Config = {}): Node => ['MaxPooling2D', 'pool', config, from];

async function expectError(reading: Promise<unknown>, message: string, where: string, next?: string) {
  const error: unknown = await reading.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({
    message: expect.stringContaining(message) as string,
    where: `layer "${where}" of the model in memory`,
    ...(next === undefined ? {} : { next: expect.stringContaining(next) as string }),
  });
}

describe('settings of convolutions', () => {
  test('depth_multiplier, of both kinds of layer', async () => {
    const config = { kernel_size: 2, filters: 1, depth_multiplier: 3, use_bias: false };
    const weights = { 'layer/depthwise_kernel': [2, 2, 1, 3], 'layer/pointwise_kernel': [1, 1, 3, 1] };
    const depthwise = await read([2, 2, 1], weights, [['DepthwiseConv2D', 'layer', config, 'in']]);
    expect(depthwise.layers[0]).toMatchObject({ multiplier: 3, bias: new Float32Array(3) });
    const separable = await read([2, 2, 1], weights, [['SeparableConv2D', 'layer', config, 'in']]);
    expect(separable.layers[0]).toMatchObject({ multiplier: 3 });
    // 1 4 7 10, 2 5 8 11, 3 6 9 12 of ones, weighed 1, 2, 3.
    expect([...evaluateFloat(separable, Float32Array.of(1, 1, 1, 1))]).toEqual([22 + 2 * 26 + 3 * 30]);
  });

  test('dilation_rate and groups', async () => {
    const config = { kernel_size: 2, filters: 2, dilation_rate: [1, 2], groups: 2, use_bias: false };
    const node: Node = ['Conv2D', 'conv', config, 'in'];
    const model = await read([2, 3, 2], { 'conv/kernel': [2, 2, 1, 2] }, [node, mean('conv')]);
    expect(model.layers[0]).toMatchObject({ dilations: [1, 2], groups: 2 });
    expect([...evaluateFloat(model, new Float32Array(12).fill(1))]).toEqual([16, 20]);
  });
});

describe('ZeroPadding2D', () => {
  test.each([
    [2, { top: 2, right: 2, bottom: 2, left: 2 }],
    [[1, 2], { top: 1, right: 2, bottom: 1, left: 2 }],
    [
      [
        [0, 1],
        [2, 0],
      ],
      { top: 0, right: 0, bottom: 1, left: 2 },
    ],
  ])('%j is the padding of what reads it, be there a dropout between', async (padding, expected) => {
    const model = await read([4, 4, 1], { 'dw/depthwise_kernel': [3, 3, 1, 1] }, [
      pad(padding),
      ['Dropout', 'drop', { rate: 0.5 }, 'pad'],
      ['DepthwiseConv2D', 'dw', { kernel_size: 3, use_bias: false }, 'drop'],
      mean('dw'),
    ]);
    expect(model.layers[0]).toMatchObject({ name: 'dw', input: 'input', padding: expected });
  });

  test('of an average pool counts its zeros', async () => {
    const model = await read([2, 2, 1], {}, [
      pad(1),
      ['AveragePooling2D', 'pool', { pool_size: 2, strides: 2 }, 'pad'],
      mean('pool'),
    ]);
    expect([...evaluateFloat(model, Float32Array.of(4, 8, 12, 16))]).toEqual([10 / 4]);
  });

  test('of a max pool after a ReLU, a pool, a sum, an activation and a concatenation', async () => {
    const model = await read([4, 4, 1], depthwiseWeights, [
      depthwise,
      relu('dw'),
      ['MaxPooling2D', 'first', { pool_size: 1 }, 'relu'],
      ['Add', 'sum', {}, 'first', 'relu'],
      ['Activation', 'tanh', { activation: 'tanh' }, 'sum'],
      ['Concatenate', 'both', {}, 'tanh', 'relu'],
      pad(1, 'both'),
      pool('pad'),
      mean('pool'),
    ]);
    expect(model.layers.find(({ name }) => name === 'pool')).toMatchObject({ padding: { top: 1 } });
  });

  test('of a max pool whose zeros could win', async () => {
    await expectError(
      read([4, 4, 1], {}, [pad(1), pool('pad'), mean('pool')]),
      'zeros of a ZeroPadding2D layer would win over negative values',
      'pool',
      'Put a ReLU before',
    );
  });

  test.each<[string, readonly Node[], string]>([
    ['"same"', [pad(1), pool('pad', { padding: 'same' }), mean('pool')], 'pool'],
    ['an activation', [pad(1), relu('pad'), mean('relu')], 'relu'],
    ['a sum', [pad(1), ['Add', 'sum', {}, 'pad', 'pad'], mean('sum')], 'sum'],
    ['zeros', [pad(1), ['ZeroPadding2D', 'again', {}, 'pad'], mean('again')], 'again'],
  ])('before %s', async (_, nodes, where) => {
    await expectError(read([4, 4, 1], {}, nodes), 'zeros of a ZeroPadding2D layer reach this', where);
  });

  test('at the end', async () => {
    await expectError(read([4, 4, 1], {}, [pad(1)]), 'a ZeroPadding2D layer (or this use', 'pad');
  });

  test('as large as the window', async () => {
    await expect(
      read([4, 4, 1], depthwiseWeights, [
        pad([0, 2]),
        ['DepthwiseConv2D', 'dw', { kernel_size: 2, use_bias: false }, 'pad'],
      ]),
    ).rejects.toThrow('its padding (top 0, right 2, bottom 0, left 2) must be less than its 2 x 2 window');
  });
});

describe('joins', () => {
  test('channels are the last axis of maps and of vectors', async () => {
    const join = (axis: number, from: string): Node => ['Concatenate', 'join', { axis }, from, from];
    for (const axis of [-1, 3]) {
      const model = await read([2, 2, 1], {}, [join(axis, 'in'), mean('join')]);
      expect([...evaluateFloat(model, Float32Array.of(1, 2, 3, 6))]).toEqual([3, 3]);
    }
    const flat: Node = ['Flatten', 'flat', {}, 'in'];
    const model = await read([2, 1, 1], {}, [mean('in'), join(1, 'mean')]);
    expect(model.layers[1]).toEqual({ name: 'join', kind: 'concat', inputs: ['mean', 'mean'] });
    await expectError(read([2, 2, 1], {}, [join(1, 'in'), mean('join')]), 'the axis 1 of', 'join', 'axis -1');
    await expectError(read([2, 2, 1], {}, [flat, join(3, 'flat')]), 'the axis 3 of', 'join');
    // Keras would put them side by side, we one above the other.
    await expectError(read([2, 2], {}, [join(-1, 'in')]), 'the axis -1 of', 'join');
  });

  test('tensors of different shapes, one tensor, a layer that does not join', async () => {
    const bigger = pool('in', { pool_size: 1, strides: 2 });
    await expect(read([4, 4, 1], {}, [bigger, ['Add', 'sum', {}, 'in', 'pool']])).rejects.toMatchObject({
      message: 'it joins tensors of different shapes: 4 x 4 x 1 and 2 x 2 x 1',
      where: 'layer "sum" of model "hand"',
    });
    await expect(read([4, 4, 1], {}, [['Add', 'sum', {}, 'in']])).rejects.toThrow(
      'it must join two tensors or more, and joins 1',
    );
    await expectError(read([4, 4, 1], {}, [['Flatten', 'flat', {}, 'in', 'in']]), 'a Flatten layer', 'flat');
    await expectError(read([4, 4, 1], {}, [relu('later')]), 'it reads "later", which is not', 'relu');
  });
});

describe('settings', () => {
  const batchNorm = (axis: unknown): Node => ['BatchNormalization', 'bn', { axis, scale: false }, 'in'];
  const batchWeights = { 'bn/beta': [2], 'bn/moving_mean': [2], 'bn/moving_variance': [2] };

  test('batch norm of the channels only, its axis a number or a list of one', async () => {
    for (const axis of [-1, 3, [3]]) {
      const model = await read([2, 2, 2], batchWeights, [batchNorm(axis), mean('bn')]);
      expect(model.layers[0]).toMatchObject({ gamma: Float32Array.of(1, 1), beta: Float32Array.of(1, 2) });
    }
    await expectError(read([2, 2, 2], batchWeights, [batchNorm([1]), mean('bn')]), 'the axis 1 of', 'bn');
  });

  test.each<[string, Node]>([
    ['max_value', ['ReLU', 'layer', { max_value: 4, negative_slope: 0.1 }, 'in']],
    ['negative_slope', ['ReLU', 'layer', { negative_slope: -0.1 }, 'in']],
    [
      'activation',
      ['Activation', 'layer', { activation: { class_name: 'ReLU', config: { max_value: 6 } } }, 'in'],
    ],
    ['data_format', ['Flatten', 'layer', { data_format: 'channels_first' }, 'in']],
    ['data_format', ['ZeroPadding2D', 'layer', { data_format: 'channels_first' }, 'in']],
    ['dilation_rate', ['DepthwiseConv2D', 'layer', { kernel_size: 2, dilation_rate: 0 }, 'in']],
    ['padding', ['ZeroPadding2D', 'layer', { padding: -1 }, 'in']],
  ])('%s of %j', async (setting, node) => {
    await expectError(
      read([4, 4, 1], {}, [node, mean('layer')]),
      `the setting ${setting} of this ${node[0]} layer is not supported`,
      'layer',
    );
  });

  test('a reshaping that changes nothing, one that flattens, another one', async () => {
    const reshape = (...target: number[]): Node => ['Reshape', 'shape', { target_shape: target }, 'in'];
    expect((await read([2, 2, 3], {}, [reshape(2, -1, 3), mean('shape')])).layers).toHaveLength(1);
    expect((await read([2, 2, 3], {}, [reshape(-1)])).layers).toMatchObject([{ kind: 'flatten' }]);
    const behind: Node = ['Reshape', 'shape', { target_shape: [1, 1, 12] }, 'relu'];
    await expectError(read([2, 2, 3], {}, [relu('in'), behind]), 'a Reshape layer (or this use', 'shape');
    // At the very start it is the picture's shape.
    const model = await read([2, 2, 3], {}, [reshape(1, 2, -1), mean('shape')]);
    expect(model.input.shape).toEqual([1, 2, 6]);
  });
});

describe('Keras 3', () => {
  const keras3 = { keras_version: '3.3.3' };
  const act = (activation: unknown): Node => ['Activation', 'act', { activation }, 'dw'];

  test('its hard_sigmoid is another function', async () => {
    const nodes = [depthwise, act('hard_sigmoid'), mean('act')];
    expect((await read([2, 2, 1], depthwiseWeights, nodes)).layers[1]).toMatchObject({
      activation: 'hardSigmoid',
    });
    const { layers } = await read([2, 2, 1], depthwiseWeights, nodes, keras3);
    expect(layers[1]).toMatchObject({ activation: { kind: 'hardSigmoid', gain: 1 / 6, offset: 0.5 } });
  });

  test('its hard_tanh, functions as objects, and "kernel" for a depthwise kernel', async () => {
    const activation = { module: 'builtins', class_name: 'function', config: 'hard_tanh' };
    const model = await read(
      [2, 2, 1],
      { 'hand/dw/kernel:0': [2, 2, 1, 1] },
      [depthwise, act(activation), mean('act')],
      keras3,
    );
    expect(model.layers[1]).toMatchObject({ activation: 'hardTanh' });
    expect([...evaluateFloat(model, Float32Array.of(0.1, 0, 0, 0))]).toEqual([Math.fround(0.1)]);
    expect([...evaluateFloat(model, Float32Array.of(0, 0, 0, -3))]).toEqual([-1]);
  });
});

describe('activations', () => {
  test.each<[Node, unknown]>([
    [['ReLU', 'act', { max_value: 4 }, 'dw'], { kind: 'clip', least: 0, most: 4 }],
    [['ReLU', 'act', { negative_slope: 0.1 }, 'dw'], { kind: 'leakyRelu', slope: 0.1 }],
    [['LeakyReLU', 'act', { alpha: 0.2 }, 'dw'], { kind: 'leakyRelu', slope: 0.2 }],
    [['LeakyReLU', 'act', { negative_slope: 0.4 }, 'dw'], { kind: 'leakyRelu', slope: 0.4 }],
    [['LeakyReLU', 'act', {}, 'dw'], { kind: 'leakyRelu', slope: 0.3 }],
    [['ELU', 'act', {}, 'dw'], { kind: 'elu', alpha: 1, gamma: 1 }],
    [['PReLU', 'act', { shared_axes: [1, 2] }, 'dw'], { kind: 'prelu', slopes: [1] }],
    [['Activation', 'act', { activation: 'silu' }, 'dw'], 'swish'],
    [['Activation', 'act', { activation: 'hard_silu' }, 'dw'], 'hardSwish'],
    [['Activation', 'act', { activation: 'softplus' }, 'dw'], 'softplus'],
  ])('%j', async (node, activation) => {
    const weights = { ...depthwiseWeights, 'act/alpha': [1, 1, 1] };
    const { layers } = await read([2, 2, 1], weights, [depthwise, node, mean('act')]);
    expect(layers[1]).toEqual({ name: 'act', input: 'dw', kind: 'activation', activation });
  });

  test('a PReLU with a slope for each place', async () => {
    const weights = { ...depthwiseWeights, 'act/alpha': [2, 2, 1] };
    await expectError(
      read([3, 3, 1], weights, [depthwise, ['PReLU', 'act', {}, 'dw'], mean('act')]),
      'a PReLU layer (or this use of one)',
      'act',
    );
  });

  test('GlobalMaxPooling2D', async () => {
    const model = await read([2, 2, 1], {}, [['GlobalMaxPooling2D', 'most', {}, 'in']]);
    expect([...evaluateFloat(model, Float32Array.of(-4, -2, -8, -3))]).toEqual([-2]);
  });
});

describe('names', () => {
  const dense = (name: string, from: string): Node => ['Dense', name, { units: 1, use_bias: false }, from];

  test('a layer that is called as we call the picture', async () => {
    const model = await read([1], { 'input/kernel': [1, 1] }, [
      dense('input', 'in'),
      relu('input'),
      mean('relu'),
    ]);
    expect(model.layers.map(({ name }) => name)).toEqual(['input-2', 'relu', 'mean']);
    expect([...evaluateFloat(model, Float32Array.of(7))]).toEqual([7]);
  });

  test('weights of a layer whose name ends as that of another', async () => {
    await expect(
      read([1], { 'block/out/kernel': [2, 1], 'out/kernel': [1, 1] }, [dense('out', 'in')]),
    ).resolves.toMatchObject({ layers: [{ kernel: Float32Array.of(1) }] });
  });
});
