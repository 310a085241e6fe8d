import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import {
  elements,
  evaluateGraph,
  evaluateOperation,
  type Constant,
  type Graph,
  type Operation,
  type QuantizedLevels,
} from '../../toolkit/graph/index.js';

const tensor = (sizes: readonly number[], values: readonly number[]): Constant => ({
  sizes,
  values: Float32Array.from(values),
});
const counted = (...sizes: number[]): Constant =>
  tensor(
    sizes,
    Array.from({ length: elements(sizes) }, (_, i) => i),
  );
const run = (operation: Operation, ...inputs: Constant[]): number[] => [
  ...evaluateOperation(operation, inputs, 'here').values,
];
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };

describe('windows', () => {
  const size = fc.integer({ min: 1, max: 4 });
  const pair = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
  const side = fc.integer({ min: 0, max: 2 });
  const windows = fc.record({
    strides: pair,
    dilations: pair,
    padding: fc.record({ top: side, right: side, bottom: side, left: side }),
  });

  /** Value of a [n, h, w, c] tensor, `outside` where there is none. */
  const at = (t: Constant, n: number, y: number, x: number, c: number, outside: number): number => {
    const [, h = 0, w = 0, channels = 0] = t.sizes;
    return y < 0 || x < 0 || y >= h || x >= w
      ? outside
      : (t.values[((n * h + y) * w + x) * channels + c] ?? NaN);
  };

  it('a convolution in groups is what its definition says', () => {
    const cases = fc.record({
      windows,
      batch: fc.integer({ min: 1, max: 2 }),
      groups: fc.integer({ min: 1, max: 3 }),
      perGroup: size,
      filtersPerGroup: size,
      height: fc.integer({ min: 7, max: 9 }),
      width: fc.integer({ min: 7, max: 9 }),
      kernel: pair,
    });
    fc.assert(
      fc.property(cases, ({ windows, batch, groups, perGroup, filtersPerGroup, height, width, kernel }) => {
        const filters = groups * filtersPerGroup;
        const noise = (count: number, seed: number): number[] =>
          Array.from({ length: count }, (_, i) => ((i * 7 + seed) % 11) - 5);
        const x = tensor(
          [batch, height, width, groups * perGroup],
          noise(batch * height * width * groups * perGroup, 1),
        );
        const k = tensor(
          [...kernel, perGroup, filters],
          noise(kernel[0] * kernel[1] * perGroup * filters, 2),
        );
        const b = tensor([filters], noise(filters, 3));
        const y = evaluateOperation({ kind: 'conv2d', groups, ...windows }, [x, k, b], 'here');
        const { strides, dilations, padding } = windows;
        for (let n = 0; n < batch; n++) {
          for (let row = 0; row < (y.sizes[1] ?? 0); row++) {
            for (let column = 0; column < (y.sizes[2] ?? 0); column++) {
              for (let f = 0; f < filters; f++) {
                let sum = b.values[f] ?? 0;
                for (let i = 0; i < kernel[0]; i++) {
                  for (let j = 0; j < kernel[1]; j++) {
                    for (let c = 0; c < perGroup; c++) {
                      const channel = Math.floor(f / filtersPerGroup) * perGroup + c;
                      const inputRow = row * strides[0] + i * dilations[0] - padding.top;
                      const inputColumn = column * strides[1] + j * dilations[1] - padding.left;
                      sum += at(x, n, inputRow, inputColumn, channel, 0) * at(k, i, j, c, f, NaN);
                    }
                  }
                }
                expect(at(y, n, row, column, f, NaN)).toBe(sum);
              }
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('an average counts the padding or not, and a maximum never meets it', () => {
    const x = tensor([1, 2, 2, 1], [-1, -2, -3, -4]);
    const pool = (kind: 'maxPool' | 'averagePool', countsPadding: boolean): number[] =>
      run(
        {
          kind,
          window: [2, 2],
          strides: [2, 2],
          dilations: [1, 1],
          padding: { top: 1, right: 1, bottom: 1, left: 1 },
          countsPadding,
        },
        x,
      );
    expect(pool('maxPool', false)).toEqual([-1, -2, -3, -4]);
    expect(pool('averagePool', false)).toEqual([-1, -2, -3, -4]);
    expect(pool('averagePool', true)).toEqual([-0.25, -0.5, -0.75, -1]);
  });

  it('a window with gaps skips what lies in them', () => {
    const operation = { kind: 'maxPool', window: [2, 2], strides: [1, 1], dilations: [2, 2] } as const;
    expect(run({ ...operation, padding: NO_PADDING, countsPadding: false }, counted(1, 3, 3, 1))).toEqual([
      8,
    ]);
  });
});

describe('moving values', () => {
  it('transposes, slices, pads and joins', () => {
    const x = counted(2, 3);
    expect(run({ kind: 'transpose', order: [1, 0] }, x)).toEqual([0, 3, 1, 4, 2, 5]);
    expect(run({ kind: 'slice', begin: [0, 0], end: [2, 3], step: [1, 2] }, x)).toEqual([0, 2, 3, 5]);
    expect(run({ kind: 'concat', axis: 1 }, x, tensor([2, 1], [8, 9]))).toEqual([0, 1, 2, 8, 3, 4, 5, 9]);
    const pad = (mode: 'constant' | 'edge' | 'reflect'): number[] =>
      run({ kind: 'pad', before: [2], after: [2], mode, value: 7 }, counted(3));
    expect(pad('constant')).toEqual([7, 7, 0, 1, 2, 7, 7]);
    expect(pad('edge')).toEqual([0, 0, 0, 1, 2, 2, 2]);
    expect(pad('reflect')).toEqual([2, 1, 0, 1, 2, 1, 0]);
  });

  it('keeps integers', () => {
    const x: Constant = { sizes: [2], values: Int32Array.of(-7, 2 ** 30) };
    expect(evaluateOperation({ kind: 'concat', axis: 0 }, [x, x], 'here').values).toBeInstanceOf(Int32Array);
    const two: Constant = { sizes: [], values: Int32Array.of(2) };
    expect(evaluateOperation({ kind: 'binary', of: 'divide' }, [x, two], 'here').values).toEqual(
      Int32Array.of(-3, 2 ** 29),
    );
  });
});

describe('sums', () => {
  it('multiplies broadcast matrices', () => {
    const a = tensor([2, 1, 1, 2], [1, 2, 3, 4]);
    const b = tensor([2, 2, 1], [1, 1, 2, 5]);
    expect(run({ kind: 'matmul' }, a, b)).toEqual([3, 12, 7, 26]);
  });

  it('reduces along any axes', () => {
    const x = counted(2, 3, 2);
    expect(run({ kind: 'reduce', of: 'sum', axes: [0, 2], keep: false }, x)).toEqual([14, 22, 30]);
    expect(run({ kind: 'reduce', of: 'mean', axes: [1], keep: true }, x)).toEqual([2, 3, 8, 9]);
    expect(run({ kind: 'reduce', of: 'min', axes: [0, 1, 2], keep: false }, x)).toEqual([0]);
    expect(run({ kind: 'argMax', axis: 1, keep: false }, tensor([2, 3], [1, 3, 3, 2, 1, 0]))).toEqual([1, 0]);
  });

  it('a softmax of large values stays finite and sums to 1', () => {
    const values = run({ kind: 'softmax', axis: 0, log: false }, tensor([3], [1000, 1000, -1000]));
    expect(values).toEqual([0.5, 0.5, 0]);
    const logs = run({ kind: 'softmax', axis: 0, log: true }, tensor([2], [1000, 1000]));
    expect(logs[0]).toBeCloseTo(-Math.LN2, 6);
  });
});

describe('quantize', () => {
  const levels: QuantizedLevels = {
    step: [1],
    zero: [0],
    least: -2,
    most: 2,
    bipolar: false,
    rounding: 'even',
  };
  const x = tensor([1, 6], [-9, -1.5, -0.5, 0.5, 1.5, 9]);
  it.each([
    ['even', [-2, -2, 0, 0, 2, 2]],
    ['up', [-2, -1, 0, 1, 2, 2]],
    ['floor', [-2, -2, -1, 0, 1, 2]],
    ['ceil', [-2, -1, 0, 1, 2, 2]],
    ['toZero', [-2, -1, 0, 0, 1, 2]],
  ] as const)('rounds %s', (rounding, expected) => {
    const values = run({ kind: 'quantize', levels: { ...levels, rounding } }, x);
    expect(values.map((value) => value + 0)).toEqual(expected);
  });

  it('has a step and a zero per channel, or two levels', () => {
    const perChannel = { ...levels, step: [1, 2], zero: [0, 1], least: 0, most: 3 };
    expect(run({ kind: 'quantize', levels: perChannel }, tensor([2, 2], [-5, -5, 9, 9]))).toEqual([
      0, -2, 3, 4,
    ]);
    expect(run({ kind: 'quantize', levels: { ...levels, step: [0.5], bipolar: true } }, x)).toEqual([
      -0.5, -0.5, -0.5, 0.5, 0.5, 0.5,
    ]);
  });
});

describe('a graph', () => {
  const graph: Graph = {
    name: 'two',
    inputs: [{ name: 'x', sizes: [1, 2], byte: null }],
    constants: new Map([['w', tensor([2, 2], [1, 2, 3, 4])]]),
    nodes: [
      { name: 'first', operation: { kind: 'matmul' }, inputs: ['x', 'w'], output: 'a' },
      { name: 'last', operation: { kind: 'unary', of: { kind: 'relu' } }, inputs: ['a'], output: 'y' },
    ],
    outputs: ['y'],
    labels: null,
  };
  const x = new Map([['x', Float32Array.of(1, -1)]]);

  it('gives its outputs, or every tensor', () => {
    expect([...evaluateGraph(graph, x).keys()]).toEqual(['y']);
    const every = evaluateGraph(graph, x, 'every');
    expect([...every.keys()].sort()).toEqual(['a', 'w', 'x', 'y']);
    expect(every.get('a')?.values).toEqual(Float32Array.of(-2, -2));
    expect(every.get('y')?.values).toEqual(Float32Array.of(0, 0));
  });

  it('names the node that does not fit, however it is called', () => {
    const nodes = graph.nodes.map((node) => ({ ...node, name: 'a\u001b[31m\nb', inputs: ['w', 'x'] }));
    const fails = (): unknown => evaluateGraph({ ...graph, nodes }, x);
    expect(fails).toThrow(expect.objectContaining({ where: 'matmul node "a\\u001b[31m\\nb"' }));
    expect(fails).toThrow(/do not fit/);
  });

  it('refuses absurd sizes, missing inputs and unknown tensors', () => {
    const pad: Operation = { kind: 'pad', before: [0, 0], after: [2 ** 20, 2 ** 20], mode: 'edge', value: 0 };
    const nodes = [{ name: 'p', operation: pad, inputs: ['x'], output: 'y' }];
    expect(() => evaluateGraph({ ...graph, nodes }, x)).toThrow(InputError);
    expect(() => evaluateGraph(graph, new Map())).toThrow(/no values where 1 x 2/);
    expect(() => evaluateGraph(graph, x, ['z'])).toThrow(/no tensor "z"/);
  });
});

describe('erf', () => {
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [-1, -0.8427007929497149],
    [3, 0.9999779095030014],
    [7, 1],
  ])('of %d', (x, expected) => {
    expect(run({ kind: 'unary', of: { kind: 'erf' } }, tensor([1], [x]))[0]).toBe(Math.fround(expected));
  });
});
