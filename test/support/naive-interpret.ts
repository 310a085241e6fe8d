import type { Requantize, Shape, Stage, TableNetwork } from '../../toolkit/network/index.js';

type Tensor = { shape: Shape; at: (y: number, x: number, c: number) => bigint };

/**
 * A second, deliberately plain reading of docs/table-network.md: nested loops over coordinates, BigInt
 * arithmetic, nothing shared with the toolkit's interpreter but the types. Returns every trace point.
 */
export function naiveInterpret(network: TableNetwork, picture: Uint8Array): bigint[][] {
  const tensors = new Map<string, Tensor>();
  const points: bigint[][] = [];
  const put = (name: string, shape: Shape, value: Tensor['at']): void => {
    const flat: bigint[] = [];
    for (let y = 0; y < shape[0]; y++)
      for (let x = 0; x < shape[1]; x++) for (let c = 0; c < shape[2]; c++) flat.push(value(y, x, c));
    points.push(flat);
    tensors.set(name, { shape, at: (y, x, c) => must(flat[(y * shape[1] + x) * shape[2] + c]) });
  };
  const [, width, depth] = network.input.shape;
  put('input', network.input.shape, (y, x, c) =>
    BigInt(must(network.input.table[must(picture[(y * width + x) * depth + c])])),
  );
  for (const stage of network.stages) {
    const inputs = ('inputs' in stage ? stage.inputs : [stage.input]).map((name) => must(tensors.get(name)));
    const [shape, value] = compute(network, stage, inputs);
    put(stage.name, shape, value);
  }
  return points;
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('outside the network');
  return value;
}

function requantized(requantize: Requantize | null, accumulator: bigint, channel: number): bigint {
  if (requantize === null) return accumulator;
  if (requantize.kind === 'thresholds')
    return BigInt(must(requantize.values[channel]).filter((t) => BigInt(t) <= accumulator).length);
  const divisor = 2n ** BigInt(requantize.shift);
  const sum = accumulator + BigInt(requantize.offset);
  const floor = sum >= 0n ? sum / divisor : -((-sum + divisor - 1n) / divisor);
  const last = BigInt(requantize.table.length - 1);
  const bin = floor < 0n ? 0n : floor > last ? last : floor;
  return BigInt(must(requantize.table[Number(bin)]));
}

function compute(network: TableNetwork, stage: Stage, inputs: Tensor[]): [Shape, Tensor['at']] {
  const input = must(inputs[0]);
  const [height, width, depth] = input.shape;
  const product = (activation: bigint, weight: number): bigint => {
    if (!('products' in stage)) throw new Error('no products');
    const table = must(network.products[stage.products]);
    return BigInt(must(table.values[Number(activation) * table.weights + weight]));
  };
  if (stage.kind === 'dense') {
    return [
      [1, 1, stage.units],
      (_y, _x, unit) => {
        let sum = BigInt(must(stage.bias[unit]));
        let w = unit * height * width * depth;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            for (let c = 0; c < depth; c++) sum += product(input.at(y, x, c), must(stage.weights[w++]));
        return requantized(stage.requantize, sum, unit);
      },
    ];
  }
  if (stage.kind === 'add') {
    return [
      input.shape,
      (y, x, c) =>
        requantized(
          stage.requantize,
          inputs.reduce(
            (sum, one, k) => sum + BigInt(must(must(stage.values[k])[Number(one.at(y, x, c))])),
            0n,
          ),
          c,
        ),
    ];
  }
  if (stage.kind === 'concat') {
    const total = inputs.reduce((sum, one) => sum + one.shape[2], 0);
    return [
      [height, width, total],
      (y, x, c) => {
        let [k, channel] = [0, c];
        while (channel >= must(inputs[k]).shape[2]) channel -= must(inputs[k++]).shape[2];
        return BigInt(must(must(stage.tables[k])[Number(must(inputs[k]).at(y, x, channel))]));
      },
    ];
  }
  const [windowHeight, windowWidth] = 'kernel' in stage ? stage.kernel : stage.window;
  const { stride, padding } = stage;
  const channels = stage.kind === 'conv2d' ? stage.filters : depth;
  const shape: Shape = [
    Math.floor((height + padding.top + padding.bottom - windowHeight) / stride[0]) + 1,
    Math.floor((width + padding.left + padding.right - windowWidth) / stride[1]) + 1,
    channels,
  ];
  const seen = (
    y: number,
    x: number,
    visit: (iy: number, ix: number, ky: number, kx: number, inside: boolean) => void,
  ): void => {
    for (let ky = 0; ky < windowHeight; ky++)
      for (let kx = 0; kx < windowWidth; kx++) {
        const iy = y * stride[0] + ky - padding.top;
        const ix = x * stride[1] + kx - padding.left;
        visit(iy, ix, ky, kx, iy >= 0 && iy < height && ix >= 0 && ix < width);
      }
  };
  switch (stage.kind) {
    case 'maxPool':
      return [
        shape,
        (y, x, c) => {
          let largest = 0n;
          seen(y, x, (iy, ix, _ky, _kx, inside) => {
            if (inside && input.at(iy, ix, c) > largest) largest = input.at(iy, ix, c);
          });
          return largest;
        },
      ];
    case 'averagePool':
      return [
        shape,
        (y, x, c) => {
          let sum = 0n;
          seen(y, x, (iy, ix, _ky, _kx, inside) => {
            if (inside) sum += BigInt(must(stage.values[Number(input.at(iy, ix, c))]));
          });
          return requantized(stage.requantize, sum, c);
        },
      ];
    case 'conv2d':
    case 'depthwiseConv2d':
      return [
        shape,
        (y, x, c) => {
          let sum = BigInt(must(stage.bias[c]));
          seen(y, x, (iy, ix, ky, kx, inside) => {
            const from = stage.kind === 'conv2d' ? [...Array(depth).keys()] : [c];
            for (const channel of from) {
              const weight =
                stage.kind === 'conv2d'
                  ? ((c * windowHeight + ky) * windowWidth + kx) * depth + channel
                  : (c * windowHeight + ky) * windowWidth + kx;
              sum += product(
                inside ? input.at(iy, ix, channel) : BigInt(stage.paddingIndex),
                must(stage.weights[weight]),
              );
            }
          });
          return requantized(stage.requantize, sum, c);
        },
      ];
  }
}
