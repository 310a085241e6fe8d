import type { Int8Network, Int8Stage, Tensor } from '../../scripts/bench/int8/int8-network.mjs';

type Values = readonly number[];

/** The outputs of a network of 8-bit integers for a picture, straight from the meaning of each stage. */
export function naiveInt8(network: Int8Network, picture: Uint8Array): Values {
  const tensors = new Map<string, Values>([[network.input.name, Array.from(picture, (byte) => byte - 128)]]);
  let last: Values = [];
  for (const stage of network.stages) {
    last = evaluate(
      stage,
      stage.inputs.map(({ name }) => tensors.get(name) ?? []),
    );
    tensors.set(stage.output.name, last);
  }
  return last;
}

function evaluate(stage: Int8Stage, inputs: readonly Values[]): Values {
  const [height, width, channels] = stage.output.shape;
  return Array.from({ length: height * width * channels }, (_, at) => {
    const channel = at % channels;
    const column = Math.floor(at / channels) % width;
    const row = Math.floor(at / channels / width);
    const value = valueAt(stage, inputs, row, column, channel);
    return Math.min(Math.max(value, stage.range.least), stage.range.greatest);
  });
}

function valueAt(
  stage: Int8Stage,
  inputs: readonly Values[],
  row: number,
  column: number,
  channel: number,
): number {
  const [tensor, values] = [stage.inputs[0] as Tensor, inputs[0] ?? []];
  const zero = tensor.zero;
  switch (stage.kind) {
    case 'dense': {
      const products = values.map(
        (value, i) => (value - zero) * (stage.weights[channel * values.length + i] ?? NaN),
      );
      return scaled(stage, channel, sum(products));
    }
    case 'conv2d':
    case 'depthwiseConv2d': {
      const cells = cellsUnder(stage, tensor, row, column);
      const inner = tensor.shape[2];
      const products = cells.flatMap(({ y, x, from }) => {
        const at = y * stage.window[1] + x;
        if (stage.kind === 'depthwiseConv2d')
          return [((values[from + channel] ?? NaN) - zero) * (stage.weights[at * inner + channel] ?? NaN)];
        const filter = channel * stage.window[0] * stage.window[1] * inner;
        return Array.from(
          { length: inner },
          (_, c) => ((values[from + c] ?? NaN) - zero) * (stage.weights[filter + at * inner + c] ?? NaN),
        );
      });
      return scaled(stage, channel, sum(products));
    }
    case 'maxPool':
      return Math.max(
        ...cellsUnder(stage, tensor, row, column).map(({ from }) => values[from + channel] ?? NaN),
      );
    case 'averagePool': {
      const cells = cellsUnder(stage, tensor, row, column).map(({ from }) => values[from + channel] ?? NaN);
      return roundAway(sum(cells) / cells.length);
    }
    case 'add': {
      const [, width, channels] = stage.output.shape;
      const at = (row * width + column) * channels + channel;
      const addends = stage.inputs.map((addend, k) => {
        const { multiplier, shift } = stage.factors[k] ?? { multiplier: NaN, shift: NaN };
        const value = (inputs[k]?.[at] ?? NaN) - addend.zero;
        return scale(value * 2 ** stage.leftShift, multiplier, shift);
      });
      const { multiplier, shift } = stage.outputFactor;
      return scale(sum(addends), multiplier, shift) + stage.output.zero;
    }
  }
}

const sum = (values: Values): number => values.reduce((total, value) => total + value, 0);

const roundAway = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/** Cells of the window inside the input: where in the window, and the first channel's place in the tensor. */
function cellsUnder(
  stage: Extract<Int8Stage, { stride: unknown }>,
  { shape: [height, width, channels] }: Tensor,
  row: number,
  column: number,
): readonly { readonly y: number; readonly x: number; readonly from: number }[] {
  const cells = [];
  for (let y = 0; y < stage.window[0]; y++) {
    for (let x = 0; x < stage.window[1]; x++) {
      const inputRow = row * stage.stride[0] - stage.padding.top + y;
      const inputColumn = column * stage.stride[1] - stage.padding.left + x;
      if (inputRow < 0 || inputRow >= height || inputColumn < 0 || inputColumn >= width) continue;
      cells.push({ y, x, from: (inputRow * width + inputColumn) * channels });
    }
  }
  return cells;
}

function scaled(
  { scaling, output }: Extract<Int8Stage, { scaling: unknown }>,
  channel: number,
  products: number,
): number {
  const [bias = NaN, multiplier = NaN, shift = NaN] = [
    scaling.bias[channel],
    scaling.multipliers[channel],
    scaling.shifts[channel],
  ];
  return scale(products + bias, multiplier, shift) + output.zero;
}

/** value * 2^shift * multiplier / 2^31: the product is rounded, halves up; then what a negative shift divides, halves away from zero. */
function scale(value: number, multiplier: number, shift: number): number {
  const left = BigInt(value) << BigInt(Math.max(shift, 0));
  const high = Number((left * BigInt(multiplier) + (1n << 30n)) >> 31n);
  return roundAway(high / 2 ** Math.max(-shift, 0));
}
