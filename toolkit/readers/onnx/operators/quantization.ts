import { elements, type QuantizedLevels } from '../../../graph/index.js';
import { axisOf, numberOf, type Call, type Translations } from '../call.js';
import { integerRange, TYPE, typeName } from '../data-types.js';
import { alongAxis, plain, quantizeAlong } from '../levels.js';
import type { GridValue, KnownValue, Value } from '../value.js';

/** ONNX's own pair: integers and back. Together they are one quantize node. */
export const quantizationOperators: Translations = {
  QuantizeLinear: (call) => {
    const [input, step] = [call.input(0), call.known(1, 'the scale')];
    const zero = call.optional(2) === null ? null : call.known(2, 'the zero point');
    const type = zero?.type ?? TYPE.uint8;
    const range = integerRange(type);
    if (range === null) throw call.fail(`quantizing to ${typeName(type)} is not supported`);
    const axis = quantizedAxis(call, input, step);
    const levels = centred(call, step, zero, range);
    const real = plain(quantizeAlong(input, levels, axis, call.apply), call.apply);
    if (real.kind !== 'tensor') throw call.fail('quantized constants are not supported here');
    return { kind: 'coded', type, sizes: real.sizes, real, step, zero, axis };
  },
  DequantizeLinear: (call) => {
    const [input, step] = [call.input(0), call.known(1, 'the scale')];
    const zero = call.optional(2) === null ? null : call.known(2, 'the zero point');
    const axis = quantizedAxis(call, input, step);
    if (
      input.kind === 'coded' &&
      sameLevels(input.step, step) &&
      sameLevels(input.zero, zero) &&
      input.axis === axis
    ) {
      return input.real;
    }
    const rank = input.sizes.length;
    const codes = call.apply({ kind: 'unary', of: { kind: 'identity' } }, [input], TYPE.float);
    const centre = zero === null ? null : alongAxis(asFloat(zero), axis, rank, call.apply);
    const centred = centre === null ? codes : call.apply({ kind: 'binary', of: 'subtract' }, [codes, centre]);
    const real = call.apply({ kind: 'binary', of: 'multiply' }, [
      centred,
      alongAxis(step, axis, rank, call.apply),
    ]);
    const range = integerRange(input.type);
    if (real.kind !== 'known' || range === null) return real;
    return gridOf(real, levelsOf(step, zero, range), axis);
  },
};

/** QONNX: levels that training chose, written as floats. https://github.com/fastmachinelearning/qonnx */
export const qonnxOperators: Translations = {
  Quant: (call) => quant(call),
  IntQuant: (call) => quant(call),
  BipolarQuant: (call) => {
    const [input, step] = [call.input(0), call.known(1, 'the scale')];
    return quantized(call, input, { ...BIPOLAR, step: [...step.values] }, levelAxis(call, input, step));
  },
};

const BIPOLAR: QuantizedLevels = {
  step: [1],
  zero: [0],
  least: -1,
  most: 1,
  bipolar: true,
  rounding: 'even',
};

const ROUNDING = new Map<string, QuantizedLevels['rounding']>([
  ['ROUND', 'even'],
  ['HALF_EVEN', 'even'],
  ['CEIL', 'ceil'],
  ['FLOOR', 'floor'],
  ['DOWN', 'toZero'],
  ['ROUND_TO_ZERO', 'toZero'],
]);

function quant(call: Call): Value {
  const input = call.input(0);
  const [step, zero] = [call.known(1, 'the scale'), call.known(2, 'the zero point')];
  const bits = numberOf(call, call.known(3, 'the number of bits'));
  const [signed, narrow] = [call.integer('signed', 1) !== 0, call.integer('narrow', 0) !== 0];
  const rounding = ROUNDING.get(call.text('rounding_mode', 'ROUND').toUpperCase());
  if (rounding === undefined) throw call.fail('an unknown rounding_mode', 'Use ROUND, CEIL, FLOOR or DOWN.');
  if (!Number.isInteger(bits) || bits < 1 || bits > 32)
    throw call.fail(`${bits} bits; 1 to 32 are supported`);
  const axis = levelAxis(call, input, elements(step.sizes) === 1 ? zero : step);
  const lists = { step: [...step.values], zero: [...zero.values] };
  if (bits === 1 && signed) {
    if (lists.zero.some((value) => value !== 0)) throw call.fail('two levels with a zero point');
    return quantized(call, input, { ...BIPOLAR, step: lists.step }, axis);
  }
  const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1 - (narrow ? 1 : 0);
  const least = signed ? -(2 ** (bits - 1)) + (narrow ? 1 : 0) : 0;
  return quantized(call, input, { ...lists, least, most, bipolar: false, rounding }, axis);
}

function quantized(call: Call, input: Value, levels: QuantizedLevels, axis: number): Value {
  if (![...levels.step, ...levels.zero].every(Number.isFinite) || levels.step.some((step) => step <= 0)) {
    throw call.fail('a scale that is not above 0');
  }
  return input.kind === 'known'
    ? gridOf(input, levels, axis)
    : quantizeAlong(input, levels, axis, call.apply);
}

/** The axis along which a list, of the input's rank or short of it, has its values. */
function levelAxis(call: Call, input: Value, list: KnownValue): number {
  if (elements(list.sizes) === 1) return 0;
  const missing = input.sizes.length - list.sizes.length;
  const axes = list.sizes.flatMap((size, axis) => (size === 1 ? [] : [axis + missing]));
  const [axis = -1] = axes;
  if (axes.length !== 1 || input.sizes[axis] !== elements(list.sizes)) {
    throw call.fail('a scale per value is not supported; one, or one per channel is');
  }
  return axis;
}

function quantizedAxis(call: Call, input: Value, step: KnownValue): number {
  if (call.integer('block_size', 0) !== 0) throw call.fail('scales of blocks are not supported');
  if (elements(step.sizes) === 1) return 0;
  const axis = axisOf(call, call.integer('axis', 1), input.sizes.length);
  if (step.sizes.length !== 1 || input.sizes[axis] !== step.sizes[0]) {
    throw call.fail('the scales do not fit the input');
  }
  return axis;
}

function gridOf({ type, sizes, values, name }: KnownValue, levels: QuantizedLevels, axis: number): GridValue {
  return { kind: 'grid', type, sizes, values: Float32Array.from(values), name, levels, axis };
}

function levelsOf(
  step: KnownValue,
  zero: KnownValue | null,
  [least, most]: readonly [number, number],
): QuantizedLevels {
  return {
    step: [...step.values],
    zero: zero === null ? [0] : [...zero.values],
    least,
    most,
    bipolar: false,
    rounding: 'even',
  };
}

/**
 * The same levels about zero where all channels have one zero point: ONNX adds it after rounding, a quantize node
 * before, which is another thing for halves when it is odd.
 */
function centred(
  call: Call,
  step: KnownValue,
  zero: KnownValue | null,
  range: readonly [number, number],
): QuantizedLevels {
  const levels = levelsOf(step, zero, range);
  const [offset = 0] = levels.zero;
  if (levels.zero.every((value) => value === offset)) {
    return { ...levels, zero: [0], least: levels.least - offset, most: levels.most - offset };
  }
  if (levels.zero.every((value) => value % 2 === 0)) return levels;
  throw call.fail('odd zero points that differ by channel are not supported');
}

function sameLevels(a: KnownValue | null, b: KnownValue | null): boolean {
  const [left, right] = [a === null ? [0] : [...a.values], b === null ? [0] : [...b.values]];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

function asFloat(value: KnownValue): KnownValue {
  return { ...value, type: TYPE.float, values: Float32Array.from(value.values) };
}
