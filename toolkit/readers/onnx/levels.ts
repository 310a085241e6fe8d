import { elements, evaluateOperation, type Operation, type Sizes } from '../../graph/index.js';
import { TYPE } from './data-types.js';
import type { Apply, CodedValue, GridValue, KnownValue, TensorValue, Value } from './value.js';

/** A grid that is transposed or reshaped and keeps its levels; null where the operation is another, or they cannot stay. */
export function movedGrid(grid: GridValue, operation: Operation, where: string): GridValue | null {
  const axis = axisAfter(grid, operation);
  if (axis === null) return null;
  const { sizes, values } = evaluateOperation(operation, [grid], where);
  return { ...grid, sizes, values: Float32Array.from(values), axis };
}

/** A value as nodes can read it. */
export function plain(value: Value, apply: Apply): TensorValue | KnownValue {
  if (value.kind === 'grid') return plain(plainGrid(value, apply), apply);
  if (value.kind === 'coded') return plain(plainCoded(value, apply), apply);
  return value;
}

/** Reshapes a list of steps or zeros so that it is broadcast along an axis. */
export function alongAxis(list: KnownValue, axis: number, rank: number, apply: Apply): Value {
  if (elements(list.sizes) === 1) return apply({ kind: 'reshape', sizes: [] }, [list]);
  const sizes = Array.from({ length: rank }, (_, k) => (k === axis ? elements(list.sizes) : 1));
  return apply({ kind: 'reshape', sizes }, [list]);
}

/** Quantizes along the last axis, and puts the axes back after it. */
function plainGrid({ axis, levels, sizes, values, name }: GridValue, apply: Apply): Value {
  const weights: KnownValue = { kind: 'known', type: TYPE.float, sizes, values, name };
  return quantizeAlong(weights, levels, axis, apply);
}

/** A quantize node for levels along an axis: it goes last, and back. */
export function quantizeAlong(input: Value, levels: GridValue['levels'], axis: number, apply: Apply): Value {
  const last = input.sizes.length - 1;
  if (Math.max(levels.step.length, levels.zero.length) === 1 || axis === last) {
    return apply({ kind: 'quantize', levels }, [input]);
  }
  const axes = input.sizes.map((_, k) => k);
  const order = [...axes.filter((k) => k !== axis), axis];
  const back = axes.map((k) => order.indexOf(k));
  const moved = apply({ kind: 'transpose', order }, [input]);
  return apply({ kind: 'transpose', order: back }, [apply({ kind: 'quantize', levels }, [moved])]);
}

/** round(real / step) + zero: the integers themselves. */
function plainCoded({ real, step, zero, axis, type }: CodedValue, apply: Apply): Value {
  const rank = real.sizes.length;
  const quotient = apply({ kind: 'binary', of: 'divide' }, [real, alongAxis(step, axis, rank, apply)]);
  const code = apply({ kind: 'unary', of: { kind: 'round' } }, [quotient], type);
  return zero === null
    ? code
    : apply({ kind: 'binary', of: 'add' }, [code, alongAxis(zero, axis, rank, apply)]);
}

/** Where the axis with a step per index goes; null if the operation takes it apart. */
function axisAfter({ sizes, axis, levels }: GridValue, operation: Operation): number | null {
  if (operation.kind === 'transpose') return operation.order.indexOf(axis);
  if (operation.kind !== 'reshape') return null;
  if (Math.max(levels.step.length, levels.zero.length) === 1) return 0;
  const found = operation.sizes.findIndex(
    (size, k) => size === sizes[axis] && before(operation.sizes, k) === before(sizes, axis),
  );
  return found < 0 ? null : found;
}

function before(sizes: Sizes, axis: number): number {
  return elements(sizes.slice(0, axis));
}
