import { spread, type Operation, type Pair } from '../../../graph/index.js';
import { explicitPadding } from '../../../model/windows.js';
import type { Padding } from '../../../network/index.js';
import type { Call, Translations } from '../call.js';
import { isFloat } from '../data-types.js';
import { channelsFirst, channelsLast, count, reshape } from '../layout.js';
import type { Value } from '../value.js';

/** Convolutions and poolings over one or two dimensions; of one, the other is a height of 1. */
export const windowOperators: Translations = {
  Conv: (call) => {
    const dimensions = dimensionsOf(call);
    const kernel = call.input(1);
    if (kernel.sizes.length !== dimensions + 2)
      throw call.fail('the kernel has another number of axes than the input');
    const windows = windowsOf(call, kernel.sizes.slice(2), dimensions, false);
    const bias = call.optional(2);
    const flat = withHeight(kernel, dimensions, call);
    const hwio = call.apply({ kind: 'transpose', order: [2, 3, 1, 0] }, [flat]);
    const operation: Operation = {
      kind: 'conv2d',
      strides: windows.strides,
      dilations: windows.dilations,
      padding: windows.padding,
      groups: call.integer('group', 1),
    };
    return overPicture(call, dimensions, (input) =>
      call.apply(operation, bias === null ? [input, hwio] : [input, hwio, bias]),
    );
  },
  MaxPool: (call) => {
    if ((call.outputs[1] ?? '') !== '') throw call.fail('the places of the largest values are not supported');
    return pooled(call, 'maxPool', false);
  },
  AveragePool: (call) => pooled(call, 'averagePool', call.integer('count_include_pad', 0) === 1),
  GlobalAveragePool: (call) => global(call, 'mean'),
  GlobalMaxPool: (call) => global(call, 'max'),
};

interface Windows {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
  /** How much of the padding at the bottom and on the right is there for a last, partial window. */
  readonly partial: Pair;
}

function pooled(call: Call, kind: 'maxPool' | 'averagePool', countsPadding: boolean): Value {
  const dimensions = dimensionsOf(call);
  const sizes = call.integers('kernel_shape');
  if (sizes === null) throw call.fail('the attribute kernel_shape is missing');
  const { partial, ...windows } = windowsOf(call, sizes, dimensions, call.integer('ceil_mode', 0) === 1);
  const { top, right, bottom, left } = windows.padding;
  if (!countsPadding || partial.every((extra) => extra === 0)) {
    return overPicture(call, dimensions, (input) => call.apply({ kind, ...windows, countsPadding }, [input]));
  }
  // What is padded counts, but not what a partial window reaches beyond that.
  return overPicture(call, dimensions, (input) => {
    const before = [0, top, left, 0];
    const after = [0, bottom - partial[0], right - partial[1], 0];
    const padded = call.apply({ kind: 'pad', before, after, mode: 'constant', value: 0 }, [input]);
    const padding: Padding = { top: 0, right: partial[1], bottom: partial[0], left: 0 };
    return call.apply({ kind, ...windows, padding, countsPadding: false }, [padded]);
  });
}

function global(call: Call, of: 'mean' | 'max'): Value {
  const input = call.input(0);
  const rank = input.sizes.length;
  if (rank < 3) throw call.fail('a global pooling needs pictures');
  const last = channelsLast(input, call.apply);
  return channelsFirst(
    call.apply({ kind: 'reduce', of, axes: count(1, rank - 1), keep: true }, [last]),
    call.apply,
  );
}

function dimensionsOf(call: Call): 1 | 2 {
  const input = call.input(0);
  if (!isFloat(input.type) && call.operator !== 'MaxPool')
    throw call.fail('integers where floats are needed');
  const rank = input.sizes.length;
  if (rank === 3 || rank === 4) return rank === 3 ? 1 : 2;
  throw call.fail(`${rank - 2} dimensions; one and two are supported`);
}

/** Computes on a picture of [batch, height, width, channels] and gives the result in the file's order. */
function overPicture(call: Call, dimensions: 1 | 2, compute: (input: Value) => Value): Value {
  const input = withHeight(call.input(0), dimensions, call);
  const output = channelsFirst(compute(channelsLast(input, call.apply)), call.apply);
  const [batch = 0, channels = 0, , width = 0] = output.sizes;
  return dimensions === 2 ? output : reshape(output, [batch, channels, width], call.apply);
}

/** [a, b, width] to [a, b, 1, width]. */
function withHeight(value: Value, dimensions: 1 | 2, call: Call): Value {
  const [first = 0, second = 0, width = 0] = value.sizes;
  return dimensions === 2 ? value : reshape(value, [first, second, 1, width], call.apply);
}

function windowsOf(call: Call, kernel: readonly number[], dimensions: 1 | 2, ceil: boolean): Windows {
  const pairOf = (values: readonly number[], otherwise: number): Pair => {
    if (values.length !== dimensions)
      throw call.fail(`${values.length} values where ${dimensions} are needed`);
    return dimensions === 2 ? [values[0] ?? 0, values[1] ?? 0] : [otherwise, values[0] ?? 0];
  };
  const ones = call
    .input(0)
    .sizes.slice(2)
    .map(() => 1);
  const window = pairOf(kernel, 1);
  const strides = pairOf(call.integers('strides') ?? ones, 1);
  const dilations = pairOf(call.integers('dilations') ?? ones, 1);
  if (![...window, ...strides, ...dilations].every((value) => Number.isSafeInteger(value) && value >= 1)) {
    throw call.fail('a window, stride or dilation below 1');
  }
  const size = pairOf(call.input(0).sizes.slice(2), 1);
  const reach = spread(window, dilations);
  const auto = call.text('auto_pad', 'NOTSET');
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const upper = explicitPadding([...size, 1], reach, strides, 'same');
    const padding = auto === 'SAME_UPPER' ? upper : swapped(upper);
    return { window, strides, dilations, padding, partial: [0, 0] };
  }
  if (auto !== 'NOTSET' && auto !== 'VALID' && auto !== '')
    throw call.fail('an unknown way of padding (auto_pad)');
  const given = call.integers('pads') ?? [...ones, ...ones].map(() => 0);
  const [begin, end] = [pairOf(given.slice(0, dimensions), 0), pairOf(given.slice(dimensions), 0)];
  const around = ([0, 1] as const).map((k) =>
    auto === 'VALID'
      ? axisPadding(size[k], reach[k], strides[k], 0, 0, ceil)
      : axisPadding(size[k], reach[k], strides[k], begin[k], end[k], ceil),
  );
  const [vertical = NONE, horizontal = NONE] = around;
  return {
    window,
    strides,
    dilations,
    padding: {
      top: vertical.before,
      bottom: vertical.after,
      left: horizontal.before,
      right: horizontal.after,
    },
    partial: [vertical.partial, horizontal.partial],
  };
}

interface AxisPadding {
  readonly before: number;
  readonly after: number;
  readonly partial: number;
}

const NONE: AxisPadding = { before: 0, after: 0, partial: 0 };

/** More on the other side. */
const swapped = ({ top, right, bottom, left }: Padding): Padding => ({
  top: bottom,
  right: left,
  bottom: top,
  left: right,
});

function axisPadding(
  size: number,
  reach: number,
  stride: number,
  before: number,
  after: number,
  ceil: boolean,
): AxisPadding {
  if (!ceil) return { before, after, partial: 0 };
  const places = Math.ceil((size + before + after - reach) / stride) + 1;
  // A window that would start beyond the input and the padding before it is none.
  const counted = (places - 1) * stride >= size + before ? places - 1 : places;
  const reached = Math.max((counted - 1) * stride + reach - size - before, 0);
  const partial = Math.max(reached - after, 0);
  return { before, after: counted < places ? reached : after + partial, partial };
}
