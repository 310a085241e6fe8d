import { describe, expect, test } from 'vitest';
import {
  applyRules,
  evaluateGraph,
  simplify,
  type Constant,
  type Graph,
  type GraphNode,
  type Operation,
} from '../../toolkit/graph/index.js';
import { RULES } from '../../toolkit/graph/rules/index.js';
import { graph, values, weights } from '../support/graphs.js';

const only = (value: number): Constant => values([], () => value);

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };
const conv = (padding = NONE, groups = 1): Operation => ({
  kind: 'conv2d',
  strides: [1, 1],
  dilations: [1, 1],
  padding,
  groups,
});
const pool = (kind: 'maxPool' | 'averagePool', countsPadding = true, padding = NONE): Operation => ({
  kind,
  window: [2, 2],
  strides: [1, 1],
  dilations: [1, 1],
  padding,
  countsPadding,
});
const unary = (kind: 'relu' | 'sigmoid' | 'identity' | 'negative' | 'tanh'): Operation => ({
  kind: 'unary',
  of: { kind },
});
const clip = (least: number, most: number): Operation => ({
  kind: 'unary',
  of: { kind: 'clip', least, most },
});
const binary = (of: 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum'): Operation => ({
  kind: 'binary',
  of,
});
const order = (...axes: number[]): Operation => ({ kind: 'transpose', order: axes });
const reshape = (...sizes: number[]): Operation => ({ kind: 'reshape', sizes });
const pad = (value: number, ...amounts: number[]): Operation => ({
  kind: 'pad',
  before: [0, ...amounts, 0],
  after: [0, ...[...amounts].reverse(), 0],
  mode: 'constant',
  value,
});
const matmul: Operation = { kind: 'matmul' };
const round: Operation = {
  kind: 'quantize',
  levels: { step: [0.25], zero: [0], least: 0, most: 7, bipolar: false, rounding: 'even' },
};

function evaluated(whole: Graph): Float32Array {
  const count = whole.inputs[0]?.sizes.reduce((product, size) => product * size, 1) ?? 0;
  const x = Float32Array.from({ length: count }, (_, i) => 4 * Math.cos(5 * i));
  const [output = ''] = whole.outputs;
  return Float32Array.from(evaluateGraph(whole, new Map([['x', x]])).get(output)?.values ?? []);
}

const text = ({ operation }: GraphNode): string =>
  operation.kind === 'unary' || operation.kind === 'binary'
    ? typeof operation.of === 'string'
      ? operation.of
      : operation.of.kind
    : operation.kind;

function expectSame(before: Graph, after: Graph): void {
  const [wanted, got] = [evaluated(before), evaluated(after)];
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] ?? NaN, 4);
  });
}

describe('each rule alone', () => {
  const map = [1, 3, 4, 2] as const;
  test.each<[keyof typeof RULES, string, Graph, string]>([
    [
      'foldConstants',
      'constants',
      graph(
        [2],
        { a: weights(2), b: weights(2) },
        ['s', binary('multiply'), 'a', 'b'],
        ['y', binary('add'), 'x', 's'],
      ),
      'add',
    ],
    [
      'dropNoOps',
      'identity',
      graph([3], {}, ['a', unary('identity'), 'x'], ['y', unary('relu'), 'a']),
      'relu',
    ],
    [
      'dropNoOps',
      'times 1, plus 0',
      graph(
        [3],
        { one: only(1), zero: only(0) },
        ['a', binary('multiply'), 'one', 'x'],
        ['b', binary('add'), 'a', 'zero'],
        ['y', unary('relu'), 'b'],
      ),
      'relu',
    ],
    [
      'dropNoOps',
      'but not 0 minus x',
      graph([3], { zero: only(0) }, ['y', binary('subtract'), 'zero', 'x']),
      'subtract',
    ],
    [
      'dropNoOps',
      'but not times 1 that makes it larger',
      graph([1], { ones: values([3], () => 1) }, ['y', binary('multiply'), 'x', 'ones']),
      'multiply',
    ],
    ['dropNoOps', 'levels twice', graph([3], {}, ['a', round, 'x'], ['y', round, 'a']), 'quantize'],
    [
      'mergeReshapes',
      'two reshapes',
      graph([2, 3], {}, ['a', reshape(6), 'x'], ['y', reshape(3, 2), 'a']),
      'reshape',
    ],
    [
      'mergeReshapes',
      'a transpose of nothing and a reshape',
      graph([1, 1, 3], {}, ['a', order(0, 2, 1), 'x'], ['y', reshape(3), 'a']),
      'reshape',
    ],
    [
      'sinkReshape',
      'past levels',
      graph([2, 3], {}, ['a', reshape(6), 'x'], ['y', round, 'a']),
      'quantize reshape',
    ],
    [
      'sinkReshape',
      'past a sum of two',
      graph(
        [2, 3],
        {},
        ['a', reshape(6), 'x'],
        ['t', unary('tanh'), 'x'],
        ['b', reshape(6), 't'],
        ['y', binary('add'), 'a', 'b'],
      ),
      'tanh add reshape',
    ],
    [
      'mergeTransposes',
      'two transposes',
      graph([2, 3, 4], {}, ['a', order(1, 2, 0), 'x'], ['y', order(1, 2, 0), 'a']),
      'transpose',
    ],
    [
      'sinkTranspose',
      'past an activation',
      graph([2, 3], {}, ['a', order(1, 0), 'x'], ['y', unary('relu'), 'a']),
      'relu transpose',
    ],
    [
      'sinkTranspose',
      'past constants',
      graph([2, 3], { c: weights(2) }, ['a', order(1, 0), 'x'], ['y', binary('subtract'), 'c', 'a']),
      'subtract transpose',
    ],
    [
      'sinkTranspose',
      'past slopes',
      graph([2, 3], { c: weights(2) }, ['a', order(1, 0), 'x'], ['y', { kind: 'prelu' }, 'a', 'c']),
      'prelu transpose',
    ],
    [
      'sinkTranspose',
      'past a sum of two',
      graph(
        [2, 3],
        {},
        ['a', order(1, 0), 'x'],
        ['t', unary('tanh'), 'x'],
        ['b', order(1, 0), 't'],
        ['y', binary('add'), 'a', 'b'],
      ),
      'tanh add transpose',
    ],
    [
      'sinkTranspose',
      'past a concatenation',
      graph(
        [2, 3, 4],
        {},
        ['a', order(2, 0, 1), 'x'],
        ['t', unary('tanh'), 'x'],
        ['b', order(2, 0, 1), 't'],
        ['y', { kind: 'concat', axis: 0 }, 'a', 'b'],
      ),
      'tanh concat transpose',
    ],
    [
      'sinkTranspose',
      'past a mean',
      graph(
        [2, 3, 4],
        {},
        ['a', order(2, 0, 1), 'x'],
        ['y', { kind: 'reduce', of: 'mean', axes: [1], keep: false }, 'a'],
      ),
      'reduce transpose',
    ],
    [
      'sinkTranspose',
      'past the largest',
      graph([2, 3, 4], {}, ['a', order(2, 0, 1), 'x'], ['y', { kind: 'argMax', axis: 0, keep: false }, 'a']),
      'argMax transpose',
    ],
    [
      'sinkTranspose',
      'past a softmax',
      graph([2, 3, 4], {}, ['a', order(2, 0, 1), 'x'], ['y', { kind: 'softmax', axis: 1, log: false }, 'a']),
      'softmax transpose',
    ],
    [
      'sinkTranspose',
      'past padding',
      graph(map, {}, ['a', order(0, 3, 1, 2), 'x'], ['y', pad(2, 1, 2), 'a']),
      'pad transpose',
    ],
    [
      'sinkTranspose',
      'past a part',
      graph(
        [2, 3, 4],
        {},
        ['a', order(2, 0, 1), 'x'],
        ['y', { kind: 'slice', begin: [1, 0, 0], end: [4, 2, 2], step: [2, 1, 1] }, 'a'],
      ),
      'slice transpose',
    ],
    [
      'transposeIntoMatmul',
      'flattened in another order',
      graph(
        map,
        { w: weights(24, 5) },
        ['a', order(0, 3, 1, 2), 'x'],
        ['f', reshape(1, 24), 'a'],
        ['y', matmul, 'f', 'w'],
      ),
      'reshape matmul',
    ],
    [
      'scaleIntoNext',
      'a product before a convolution with padding',
      graph(
        map,
        { c: weights(2), k: weights(2, 2, 2, 3) },
        ['a', binary('multiply'), 'x', 'c'],
        ['y', conv({ ...NONE, top: 1 }), 'a', 'k'],
      ),
      'conv2d',
    ],
    [
      'scaleIntoNext',
      'a sum before a grouped convolution',
      graph(
        map,
        { c: weights(2), k: weights(2, 2, 1, 4) },
        ['a', binary('subtract'), 'x', 'c'],
        ['y', conv(NONE, 2), 'a', 'k'],
      ),
      'conv2d add',
    ],
    [
      'scaleIntoNext',
      'but not a sum before one with padding',
      graph(
        map,
        { c: weights(2), k: weights(2, 2, 2, 3) },
        ['a', binary('add'), 'x', 'c'],
        ['y', conv({ ...NONE, top: 1 }), 'a', 'k'],
      ),
      'add conv2d',
    ],
    [
      'scaleIntoNext',
      'a quotient before a flattened matmul',
      graph(
        map,
        { c: values([2], (i) => i + 2), w: weights(24, 5) },
        ['a', binary('divide'), 'x', 'c'],
        ['f', reshape(1, 24), 'a'],
        ['y', matmul, 'f', 'w'],
      ),
      'reshape matmul',
    ],
    [
      'scaleIntoNext',
      'but not what follows a convolution',
      graph(
        map,
        { k: weights(1, 1, 2, 2), c: weights(2) },
        ['a', conv(), 'x', 'k'],
        ['b', binary('multiply'), 'a', 'c'],
        ['y', conv(), 'b', 'k'],
      ),
      'conv2d multiply conv2d',
    ],
    [
      'mergePad',
      'into a convolution',
      graph(map, { k: weights(3, 3, 2, 1) }, ['a', pad(0, 1, 2), 'x'], ['y', conv(), 'a', 'k']),
      'conv2d',
    ],
    [
      'mergePad',
      'but not as much as the window',
      graph(map, { k: weights(2, 2, 2, 1) }, ['a', pad(0, 2, 0), 'x'], ['y', conv(), 'a', 'k']),
      'pad conv2d',
    ],
    [
      'mergePad',
      'into averages',
      graph(map, {}, ['a', pad(0, 1, 1), 'x'], ['y', pool('averagePool', false), 'a']),
      'averagePool',
    ],
    [
      'mergePad',
      'of what never wins into a maximum',
      graph(map, {}, ['a', pad(-Infinity, 1, 1), 'x'], ['y', pool('maxPool'), 'a']),
      'maxPool',
    ],
    [
      'mergePad',
      'zeros after a rectifier into a maximum',
      graph(map, {}, ['r', unary('relu'), 'x'], ['a', pad(0, 1, 1), 'r'], ['y', pool('maxPool'), 'a']),
      'relu maxPool',
    ],
    [
      'mergePad',
      'but not zeros that would win',
      graph(map, {}, ['a', pad(0, 1, 1), 'x'], ['y', pool('maxPool'), 'a']),
      'pad maxPool',
    ],
    [
      'mergeClips',
      'a rectifier and a minimum',
      graph([9], { six: only(3) }, ['a', unary('relu'), 'x'], ['y', binary('minimum'), 'a', 'six']),
      'clip',
    ],
    [
      'mergeClips',
      'a maximum of 0',
      graph([9], { zero: only(0) }, ['y', binary('maximum'), 'zero', 'x']),
      'relu',
    ],
    ['mergeClips', 'two cuts', graph([9], {}, ['a', clip(-1, 3), 'x'], ['y', clip(-2, 2), 'a']), 'clip'],
    [
      'findLeakyRelu',
      'a maximum of x and a part of it',
      graph([9], { c: only(0.25) }, ['a', binary('multiply'), 'c', 'x'], ['y', binary('maximum'), 'a', 'x']),
      'leakyRelu',
    ],
    [
      'findPrelu',
      'as Keras has it',
      graph(
        [3, 3],
        { c: values([3], (i) => -i / 4) },
        ['p', unary('relu'), 'x'],
        ['n', unary('negative'), 'x'],
        ['q', unary('relu'), 'n'],
        ['m', binary('multiply'), 'q', 'c'],
        ['y', binary('add'), 'p', 'm'],
      ),
      'prelu',
    ],
    [
      'findSwish',
      'x * sigmoid(x)',
      graph([9], {}, ['a', unary('sigmoid'), 'x'], ['y', binary('multiply'), 'a', 'x']),
      'swish',
    ],
    [
      'findSwish',
      'x * relu6(x + 3) / 6',
      graph(
        [9],
        { three: only(3), sixth: only(1 / 6) },
        ['s', binary('add'), 'x', 'three'],
        ['c', clip(0, 6), 's'],
        ['p', binary('multiply'), 'x', 'c'],
        ['y', binary('multiply'), 'sixth', 'p'],
      ),
      'hardSwish',
    ],
    [
      'findSwish',
      'but not of another x',
      graph(
        [9],
        {},
        ['t', unary('tanh'), 'x'],
        ['a', unary('sigmoid'), 'x'],
        ['y', binary('multiply'), 'a', 't'],
      ),
      'tanh sigmoid multiply',
    ],
    [
      'findHardSigmoid',
      'relu6(x + 3) / 6',
      graph(
        [9],
        { three: only(3), six: only(6) },
        ['s', binary('add'), 'x', 'three'],
        ['c', clip(0, 6), 's'],
        ['y', binary('divide'), 'c', 'six'],
      ),
      'hardSigmoid',
    ],
    [
      'findHardSigmoid',
      'a cut of 0.2 x + 0.5',
      graph(
        [9],
        { fifth: only(0.2), half: only(0.5) },
        ['p', binary('multiply'), 'x', 'fifth'],
        ['s', binary('add'), 'p', 'half'],
        ['y', clip(0, 1), 's'],
      ),
      'hardSigmoid',
    ],
  ])('%s: %s', (name, _, before, left) => {
    const rule = RULES[name];
    if (rule === undefined) throw new Error('no such rule');
    // A constant that is folded is one node more, until it is taken for what it is.
    const after = applyRules(before, name === 'foldConstants' ? [rule] : [rule]);
    expect(after.nodes.map(text).join(' ')).toBe(left);
    expectSame(before, after);
  });
});

test('a network with channels first ends with channels last and no transposes', () => {
  const [last, first] = [order(0, 2, 3, 1), order(0, 3, 1, 2)];
  const before = graph(
    [1, 3, 4, 2],
    { k: weights(2, 2, 2, 3), b: weights(3, 1, 1), l: weights(1, 1, 3, 2), w: weights(12, 2) },
    ['c', conv(), 'x', 'k'],
    ['cf', first, 'c'],
    ['n', binary('multiply'), 'cf', 'b'],
    ['r', unary('relu'), 'n'],
    ['rl', last, 'r'],
    ['d', conv(), 'rl', 'l'],
    ['df', first, 'd'],
    ['f', reshape(1, 12), 'df'],
    ['y', matmul, 'f', 'w'],
  );
  const after = simplify(before);
  expect(after.nodes.map(text)).toEqual(['conv2d', 'multiply', 'relu', 'conv2d', 'reshape', 'matmul']);
  expectSame(before, after);
});

test('rules that undo each other end', () => {
  const there = graph([2, 3], {}, ['y', unary('relu'), 'x']);
  const turned = applyRules(there, [
    (node) =>
      node.operation.kind === 'unary'
        ? { nodes: [{ ...node, operation: clip(0, node.operation.of.kind === 'relu' ? 9 : Infinity) }] }
        : null,
  ]);
  expect(turned.nodes).toHaveLength(1);
});

test('what nothing reads goes, however long, and nothing else does', () => {
  const given = graph(
    [1, 4],
    { w: weights(4, 3) },
    ['logits', { kind: 'matmul' }, 'x', 'w'],
    ['softmax', { kind: 'softmax', axis: 1, log: false }, 'logits'],
    ['shown', { kind: 'unary', of: { kind: 'abs' } }, 'softmax'],
  );
  expect(simplify({ ...given, outputs: ['logits'] }).nodes.map(({ output }) => output)).toEqual(['logits']);
});
