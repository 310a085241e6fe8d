import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  evaluateFloat,
  evaluateFused,
  foldNorms,
  fuse,
  hasWeights,
  type FloatLayer,
  type FloatModel,
  type FusedStage,
  type PaddingMode,
} from '../../toolkit/model/index.js';
import { everyLayer, everyLayerInput, randomInput, randomModel } from './random-model.js';
import { expectClose } from './tensorflow.js';

const ones = (count: number): Float32Array => new Float32Array(count).fill(1);
const dense = (name: string, input: string, inputs: number, units = 2): FloatLayer => ({
  name,
  input,
  kind: 'dense',
  units,
  kernel: ones(inputs * units),
  bias: ones(units),
  activation: 'linear',
});
const conv = (name: string, input: string): FloatLayer => ({
  name,
  input,
  kind: 'conv2d',
  filters: 2,
  kernelSize: [1, 1],
  strides: [1, 1],
  padding: 'valid',
  kernel: ones(4),
  bias: ones(2),
  activation: 'linear',
});
const norm = (name: string, input: string, channels = 2): FloatLayer => ({
  name,
  input,
  kind: 'batchNorm',
  gamma: ones(channels).map((value) => 2 * value),
  beta: ones(channels),
  mean: ones(channels),
  variance: ones(channels),
  epsilon: 0,
});
const relu = (name: string, input: string): FloatLayer => ({
  name,
  input,
  kind: 'activation',
  activation: 'relu',
});
const add = (name: string, ...inputs: string[]): FloatLayer => ({ name, inputs, kind: 'add' });
const concat = (name: string, ...inputs: string[]): FloatLayer => ({ name, inputs, kind: 'concat' });
const flatten = (name: string, input: string): FloatLayer => ({ name, input, kind: 'flatten' });
const mean = (name: string, input: string): FloatLayer => ({ name, input, kind: 'globalAveragePool' });

const model = (...layers: readonly FloatLayer[]): FloatModel => ({
  name: 'small',
  input: { shape: [2, 2, 2], scale: 1, offset: 0 },
  layers,
  labels: ['a', 'b'],
});

test('folding the norms changes no value, whatever the network', () => {
  let norms = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const fused = fuse(randomModel(seed));
      const folded = foldNorms(fused);
      const input = randomInput(randomModel(seed), seed);
      const seen = new Map<string, Float32Array>();
      const see = (stage: FusedStage, output: Float32Array): Float32Array => {
        seen.set(stage.name, output);
        return output;
      };
      evaluateFused(fused, input, see);
      evaluateFused(folded, input, (stage, output) => {
        expectClose(output, seen.get(stage.name) ?? []);
        return output;
      });
      for (const stage of fused.stages) if (hasWeights(stage) && stage.norm !== null) norms++;
      expect(folded.stages.every((stage) => !hasWeights(stage) || stage.norm === null)).toBe(true);
    }),
  );
  expect(norms).toBeGreaterThan(20);
});

test('the stages of every layer', () => {
  expect(fuse(everyLayer).stages.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'conv_a conv2d',
    'pool maxPool',
    'depth depthwiseConv2d',
    'sum add',
    'side conv2d',
    'joined concat',
    'padded depthwiseConv2d',
    'conv_b conv2d',
    'mean averagePool',
    'conv_c conv2d',
    'global averagePool',
    'logits dense',
  ]);
});

test('batch norm stays apart, takes in the bias, and is folded at the logits', () => {
  const { stages } = fuse(
    model(
      conv('conv', 'input'),
      norm('bn', 'conv'),
      relu('act', 'bn'),
      flatten('flat', 'act'),
      dense('last', 'flat', 8),
      norm('end', 'last'),
    ),
  );
  const [first, last] = stages;
  expect(stages).toHaveLength(2);
  expect(first).toMatchObject({
    activation: 'relu',
    bias: new Float32Array(2),
    norm: { mean: new Float32Array(2) },
  });
  // 2 * (x + 1 - 1) / 1 + 1
  expect(last).toMatchObject({ norm: null, bias: ones(2), kernel: ones(16).fill(2) });
});

test('a sum may be the last layer; flattening and linear activations leave nothing', () => {
  const linear: FloatLayer = { name: 'same', input: 'sum', kind: 'activation', activation: 'linear' };
  const sum = model(
    mean('mean', 'input'),
    dense('dense', 'mean', 2),
    add('sum', 'mean', 'dense'),
    linear,
    flatten('flat', 'same'),
  );
  expect(fuse(sum).stages.map(({ name }) => name)).toEqual(['mean', 'dense', 'sum']);
  expect([...evaluateFloat(sum, ones(8))]).toEqual([4, 4]);
});

describe('what cannot be joined to the stage before it becomes one of its own', () => {
  const end = (input: string): FloatLayer => mean('end', input);
  test.each<[string, readonly FloatLayer[], readonly string[], readonly number[]]>([
    [
      'batch norm after a sum',
      [conv('conv', 'input'), add('sum', 'input', 'conv'), norm('bn', 'sum'), end('bn')],
      ['conv', 'sum', 'bn', 'end'],
      // 1 + (1 + 1 + 1) = 4; 2 * (4 - 1) + 1
      [7, 7],
    ],
    [
      'batch norm after an activation',
      [conv('conv', 'input'), relu('act', 'conv'), norm('bn', 'act'), end('bn')],
      ['conv', 'bn', 'end'],
      [5, 5],
    ],
    ['batch norm of the picture', [norm('bn', 'input'), end('bn')], ['bn', 'end'], [1, 1]],
    [
      'batch norm after batch norm is joined to it',
      [conv('conv', 'input'), norm('one', 'conv'), norm('two', 'one'), end('two')],
      ['conv', 'end'],
      // 2 * (3 - 1) + 1 = 5; 2 * (5 - 1) + 1
      [9, 9],
    ],
    [
      'an activation after a concatenation',
      [conv('conv', 'input'), concat('both', 'conv', 'conv'), relu('act', 'both'), dense('end', 'act', 16)],
      ['conv', 'both', 'act', 'end'],
      [49, 49],
    ],
    [
      'two activations',
      [conv('conv', 'input'), relu('one', 'conv'), relu('two', 'one'), end('two')],
      ['conv', 'two', 'end'],
      [3, 3],
    ],
    [
      'batch norm of what another layer reads too',
      [conv('conv', 'input'), norm('bn', 'conv'), add('sum', 'bn', 'conv'), end('sum')],
      ['conv', 'bn', 'sum', 'end'],
      [8, 8],
    ],
    [
      'an activation behind a flatten layer, of what another layer reads too',
      [
        mean('mean', 'input'),
        dense('dense', 'mean', 2),
        flatten('flat', 'dense'),
        relu('act', 'flat'),
        add('sum', 'act', 'dense'),
      ],
      ['mean', 'dense', 'act', 'sum'],
      [6, 6],
    ],
    [
      'an activation at the end that makes values equal',
      [mean('mean', 'input'), dense('dense', 'mean', 2), relu('act', 'dense')],
      ['mean', 'dense', 'logits'],
      [3, 3],
    ],
    [
      'a concatenation at the end',
      [mean('m', 'input'), dense('one', 'm', 2, 1), dense('two', 'm', 2, 1), concat('both', 'one', 'two')],
      ['m', 'one', 'two', 'both', 'logits'],
      [3, 3],
    ],
  ])('%s', (_, layers, names, values) => {
    const whole = model(...layers);
    expect(fuse(whole).stages.map(({ name }) => name)).toEqual(names);
    expect([...evaluateFloat(whole, ones(8))]).toEqual(values);
  });

  test('the values of a swish that a max pool reads, whose levels must ascend', () => {
    const swish: FloatLayer = { name: 'act', input: 'conv', kind: 'activation', activation: 'swish' };
    const pool = { poolSize: [2, 2], strides: [1, 1], padding: 'valid' } as const;
    const last: FloatLayer = { name: 'pool', input: 'act', kind: 'maxPool', ...pool };
    const { stages } = fuse(model(conv('conv', 'input'), swish, last));
    expect(stages.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'conv conv2d',
      'conv-values depthwiseConv2d',
      'pool maxPool',
      'logits depthwiseConv2d',
    ]);
  });

  test('an activation at the end that keeps the order goes', () => {
    const tanh: FloatLayer = { name: 'act', input: 'dense', kind: 'activation', activation: 'tanh' };
    const { stages } = fuse(model(mean('mean', 'input'), dense('dense', 'mean', 2), tanh));
    expect(stages.map(({ name }) => name)).toEqual(['mean', 'dense']);
    expect(stages.at(-1)).toMatchObject({ activation: 'linear' });
  });
});

describe('what cannot be fused names the layer', () => {
  const end = (input: string): FloatLayer => mean('end', input);
  test.each<[string, readonly FloatLayer[], string, string]>([
    [
      'a sum of flattened values',
      [
        flatten('flat', 'input'),
        dense('dense', 'input', 8, 8),
        add('sum', 'flat', 'dense'),
        dense('last', 'sum', 8),
      ],
      'the add layer reads "flat", which is flattened',
      'sum',
    ],
    [
      'batch norm of flattened values',
      [conv('conv', 'input'), flatten('flat', 'conv'), norm('bn', 'flat', 8), dense('last', 'bn', 8)],
      'the batchNorm layer reads "flat", which is flattened',
      'bn',
    ],
    [
      'a layer that none reads',
      [conv('conv', 'input'), relu('act', 'conv'), end('input')],
      'no other layer reads it',
      'act',
    ],
  ])('%s', (_, layers, message, where) => {
    const fusing = (): unknown => fuse(model(...layers));
    expect(fusing).toThrow(InputError);
    expect(fusing).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message) as string,
        where: `layer "${where}" of model "small"`,
      }) as Error,
    );
  });

  test('average pooling of padding "same", but not of padding in numbers', () => {
    const pool = {
      name: 'pool',
      input: 'input',
      kind: 'averagePool',
      poolSize: [2, 2],
      strides: [2, 1],
    } as const;
    expect(() => fuse(model({ ...pool, padding: 'same' }, end('pool')))).toThrow(
      expect.objectContaining({
        message: 'average pooling with padding "same" is not supported on 2 x 2 x 2',
        where: 'layer "pool"',
      }) as Error,
    );
    const padding = { top: 0, right: 1, bottom: 0, left: 0 };
    expect(fuse(model({ ...pool, padding }, end('pool'))).stages[0]).toMatchObject({ padding });
  });
});

describe('layers that do not fit together', () => {
  const pool = (padding: PaddingMode): FloatLayer => ({
    name: 'pool',
    input: 'input',
    kind: 'maxPool',
    poolSize: [2, 1],
    strides: [1, 1],
    padding,
  });
  test.each<[string, readonly FloatLayer[], string, string]>([
    [
      'a sum of different shapes',
      [pool('valid'), add('sum', 'input', 'pool'), mean('end', 'sum')],
      '2 x 2 x 2 and 1 x 2 x 2',
      'sum',
    ],
    [
      'a sum of different numbers of channels',
      [concat('both', 'input', 'input'), add('sum', 'input', 'both'), mean('end', 'sum')],
      '2 x 2 x 2 and 2 x 2 x 4',
      'sum',
    ],
    [
      'a concatenation of different sizes',
      [pool('valid'), concat('both', 'input', 'pool')],
      '2 x 2 and 1 x 2',
      'both',
    ],
    [
      'a sum of one',
      [add('sum', 'input'), mean('end', 'sum')],
      'must join two tensors or more, and joins 1',
      'sum',
    ],
    ['a concatenation of none', [concat('both')], 'must join two tensors or more, and joins 0', 'both'],
    [
      'an unknown input of a sum',
      [add('sum', 'input', 'late')],
      'it reads "late", which is not an earlier layer',
      'sum',
    ],
    [
      'padding as large as the window',
      [pool({ top: 2, right: 0, bottom: 0, left: 0 })],
      'must be less than its 2 x 1',
      'pool',
    ],
    [
      'padding on an axis of no room',
      [pool({ top: 0, right: 1, bottom: 0, left: 0 })],
      'must be less than its 2 x 1',
      'pool',
    ],
    [
      'padding below zero',
      [pool({ top: -1, right: 0, bottom: 0, left: 0 })],
      'must be less than its 2 x 1',
      'pool',
    ],
    [
      'a depthwise kernel of another size',
      [{ ...conv('dw', 'input'), kind: 'depthwiseConv2d', kernel: ones(4), bias: ones(2) } as FloatLayer],
      'kernel holds 4 values, an input of 2 x 2 x 2 needs 2',
      'dw',
    ],
  ])('%s', (_, layers, message, where) => {
    expect(() => fuse(model(...layers))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message) as string,
        where: `layer "${where}" of model "small"`,
      }) as Error,
    );
  });
});

test('evaluation goes through the same stages as before folding', () => {
  const logits = evaluateFloat(everyLayer, everyLayerInput(1));
  expectClose(evaluateFused(foldNorms(fuse(everyLayer)), everyLayerInput(1)), logits, 1e-5);
});
