import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDataSet, picture, take } from '../../../toolkit/data/index.js';
import { InputError } from '../../../toolkit/errors.js';
import { evaluateGraph, type Graph } from '../../../toolkit/graph/index.js';
import { readOnnx } from '../../../toolkit/readers/onnx/index.js';
import { TYPE } from '../../../toolkit/readers/onnx/data-types.js';
import { writeModel, type NewModel, type NewNode } from './write-model.js';

const read = (model: NewModel): Graph => readOnnx(writeModel(model), 'made.onnx');
const kinds = (graph: Graph): string[] => graph.nodes.map(({ operation }) => operation.kind);
const outputOf = (graph: Graph, values: readonly number[]): number[] => {
  const given = new Map(graph.inputs.map(({ name }) => [name, Float32Array.from(values)]));
  return [...(evaluateGraph(graph, given).get(graph.outputs[0] ?? '')?.values ?? [])];
};
const one = (node: Omit<NewNode, 'inputs' | 'outputs'>, sizes: readonly (number | string)[]): NewModel => ({
  inputs: [{ name: 'x', sizes }],
  nodes: [{ ...node, inputs: ['x'], outputs: ['y'] }],
  outputs: ['y'],
});
const refusal = (model: NewModel): InputError => {
  try {
    read(model);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('the model was read');
};

describe('a QONNX network with two bits', () => {
  const graph = readOnnx(readFileSync('test/fixtures/qonnx/tfc-2w2a.onnx'), 'tfc-2w2a.onnx');

  it('has one quantize node for each weight, and none of the arithmetic on sizes', () => {
    const weights = graph.nodes.filter(
      ({ operation, inputs }) => operation.kind === 'quantize' && graph.constants.has(inputs[0] ?? ''),
    );
    expect(weights.map(({ inputs }) => graph.constants.get(inputs[0] ?? '')?.sizes)).toEqual([
      [784, 64],
      [64, 64],
      [64, 64],
      [64, 10],
    ]);
    expect(kinds(graph).filter((kind) => kind === 'reshape' || kind === 'transpose')).toEqual(['reshape']);
    expect(graph.inputs).toEqual([{ name: '0', sizes: [1, 1, 28, 28], byte: null }]);
  });

  it('knows the digits, as its authors say (96.6 %)', () => {
    const data = take(loadDataSet('mnist:test'), 300);
    const right = [...data.labels].filter((label, i) => {
      const bytes = picture(data, i);
      const logits = outputOf(
        graph,
        Array.from(bytes, (byte) => byte / 255),
      );
      return logits.indexOf(Math.max(...logits)) === label;
    });
    expect(right.length / data.labels.length).toBeGreaterThan(0.94);
  });
});

describe('pictures', () => {
  it('have transposes around a convolution, and the kernel is [height, width, in, out]', () => {
    const graph = read({
      inputs: [{ name: 'x', sizes: ['batch', 1, 2, 2] }],
      weights: [{ name: 'w', sizes: [2, 1, 1, 2], values: [1, 2, 3, 4] }],
      nodes: [{ operator: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
      outputs: ['y'],
    });
    expect(kinds(graph)).toEqual(['transpose', 'conv2d', 'transpose']);
    expect(graph.inputs[0]?.sizes).toEqual([1, 1, 2, 2]);
    expect([...graph.constants.values()]).toEqual([
      { sizes: [1, 2, 1, 2], values: Float32Array.of(1, 3, 2, 4) },
    ]);
    expect(outputOf(graph, [1, 10, 100, 1000])).toEqual([21, 2100, 43, 4300]);
  });

  it('an average counts the padding, but not what a last window reaches beyond it', () => {
    const attributes = { kernel_shape: [2], strides: [2], pads: [1, 0], ceil_mode: 1, count_include_pad: 1 };
    const graph = read(one({ operator: 'AveragePool', attributes }, [1, 1, 4]));
    expect(outputOf(graph, [2, 4, 6, 8])).toEqual([1, 5, 8]);
  });

  it('a last window that would start in the padding is none', () => {
    const attributes = { kernel_shape: [1], strides: [2], pads: [0, 1], ceil_mode: 1 };
    expect(outputOf(read(one({ operator: 'MaxPool', attributes }, [1, 1, 2])), [5, 6])).toEqual([5]);
  });

  it('a softmax of old is over all axes from its own on', () => {
    const model = one({ operator: 'Softmax' }, [1, 2, 2]);
    expect(outputOf(read({ ...model, opsets: { '': 12 } }), [0, 0, 0, 0])).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(outputOf(read({ ...model, opsets: { '': 13 } }), [0, 0, 0, 0])).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

describe('quantized networks', () => {
  const scale = { name: 's', sizes: [], values: [0.5] };
  const zero = { name: 'z', sizes: [], values: [1], type: TYPE.uint8 };

  it('QuantizeLinear and DequantizeLinear are one node, which rounds halves before the zero point', () => {
    const graph = read({
      inputs: [{ name: 'x', sizes: [1, 5] }],
      weights: [scale, zero],
      nodes: [
        { operator: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['q'] },
        { operator: 'DequantizeLinear', inputs: ['q', 's', 'z'], outputs: ['y'] },
      ],
      outputs: ['y'],
    });
    expect(kinds(graph)).toEqual(['quantize']);
    expect(outputOf(graph, [0.25, 0.75, -9, 0.6, 999])).toEqual([0, 1, -0.5, 0.5, 127]);
  });

  it('weights of a convolution keep their levels per filter right before it', () => {
    const graph = read({
      inputs: [{ name: 'x', sizes: [1, 1, 1, 2] }],
      weights: [
        { name: 'w', sizes: [2, 1, 1, 2], values: [1, -2, 3, 4], type: TYPE.int8 },
        { name: 's', sizes: [2], values: [0.5, 2] },
        { name: 'z', sizes: [2], values: [0, 0], type: TYPE.int8 },
      ],
      nodes: [
        { operator: 'DequantizeLinear', inputs: ['w', 's', 'z'], outputs: ['v'], attributes: { axis: 0 } },
        { operator: 'Conv', inputs: ['x', 'v'], outputs: ['y'] },
      ],
      outputs: ['y'],
    });
    expect(kinds(graph)).toEqual(['transpose', 'quantize', 'conv2d', 'transpose']);
    expect(graph.nodes[1]?.operation).toMatchObject({ levels: { step: [0.5, 2], least: -128, most: 127 } });
    expect(outputOf(graph, [1, 10])).toEqual([-9.5, 86]);
  });

  it('weights with a scale per row go through a transpose with it', () => {
    const graph = read({
      opsets: { '': 17, 'qonnx.custom_op.general': 1 },
      inputs: [{ name: 'x', sizes: [1, 2] }],
      weights: [
        { name: 'w', sizes: [2, 2], values: [0.6, -9, 4, -0.4] },
        { name: 's', sizes: [2, 1], values: [0.5, 2] },
        { name: 'z', sizes: [], values: [0] },
        { name: 'b', sizes: [], values: [2] },
      ],
      nodes: [
        {
          operator: 'Quant',
          domain: 'qonnx.custom_op.general',
          inputs: ['w', 's', 'z', 'b'],
          outputs: ['v'],
          attributes: { signed: 1, narrow: 0, rounding_mode: 'ROUND' },
        },
        { operator: 'Transpose', inputs: ['v'], outputs: ['t'], attributes: { perm: [1, 0] } },
        { operator: 'MatMul', inputs: ['x', 't'], outputs: ['y'] },
      ],
      outputs: ['y'],
    });
    expect(kinds(graph)).toEqual(['quantize', 'matmul']);
    expect(outputOf(graph, [1, 10])).toEqual([-9.5, 2]);
  });
});

describe('what the file tells', () => {
  it('labels, if there is one per output', () => {
    const model = one({ operator: 'Relu' }, [1, 2]);
    expect(read({ ...model, metadata: { labels: '["yes","no"]' } }).labels).toEqual(['yes', 'no']);
    expect(read({ ...model, metadata: { classes: 'yes, no' } }).labels).toEqual(['yes', 'no']);
    expect(read({ ...model, metadata: { labels: '["yes"]' } }).labels).toBeNull();
    expect(read(model).labels).toBeNull();
  });

  it('what stands for a byte, where the input has integers', () => {
    const of = (type: 2 | 3): Graph =>
      read({ ...one({ operator: 'Relu' }, [1]), inputs: [{ name: 'x', sizes: [1], type }] });
    expect(of(TYPE.uint8).inputs[0]?.byte).toEqual({ scale: 1, offset: 0 });
    expect(of(TYPE.int8).inputs[0]?.byte).toEqual({ scale: 1, offset: -128 });
  });
});

describe('is refused', () => {
  it('an operator that is not supported, with its node, however that is called', () => {
    const error = refusal(one({ operator: 'LSTM', name: 'a\u001b]0;b\u0007\n' }, [1, 2]));
    expect(error.message).toBe('the operator "LSTM" is not supported');
    expect(error.where).toBe('made.onnx: LSTM node "a\\u001b]0;b\\u0007\\n"');
    expect(error.next).toMatch(/another layer/);
  });

  it('a size that is open', () => {
    const error = refusal(one({ operator: 'Relu' }, ['batch', 3, 'height', 8]));
    expect(error.message).toBe('axis 2, "height", has no fixed size');
    expect(
      refusal({ ...one({ operator: 'Relu' }, []), inputs: [{ name: 'x', sizes: null }] }).message,
    ).toMatch(/number of its axes/);
  });

  it('a new size that the network computes', () => {
    const error = refusal({
      inputs: [
        { name: 'x', sizes: [2] },
        { name: 'n', sizes: [1], type: TYPE.int64 },
      ],
      nodes: [{ operator: 'Reshape', inputs: ['x', 'n'], outputs: ['y'] }],
      outputs: ['y'],
    });
    expect(error.message).toMatch(/input 2, "shape", is computed/);
  });

  it.each([
    ['an absurd padding', one({ operator: 'Pad', attributes: { pads: [0, 2 ** 40] } }, [4]), /values/],
    [
      'a node of sizes that do not fit',
      one({ operator: 'Transpose', attributes: { perm: [0, 0] } }, [2, 3]),
      /order/,
    ],
    [
      'operators of tomorrow',
      { ...one({ operator: 'Relu' }, [1]), opsets: { '': 99 } },
      /version 99; 1 to 21/,
    ],
    [
      'an output that nothing gives',
      { ...one({ operator: 'Relu' }, [1]), outputs: ['z'] },
      /nothing .* gives "z"/,
    ],
    ['nothing', { inputs: [], nodes: [], outputs: [] }, /not an ONNX model/],
  ])('%s', (_, model, message) => {
    expect(refusal(model).message).toMatch(message);
  });
});
