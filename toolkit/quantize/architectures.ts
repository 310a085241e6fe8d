import { InputError } from '../errors.js';
import {
  outputShape,
  type Activation,
  type FloatLayer,
  type FloatModel,
  type PaddingMode,
} from '../model/float-model.js';
import { INPUT, type Shape } from '../network/index.js';
import { randomSource, uniformValues } from './random.js';

/** Adds layers after one another; each method returns the name of what it added last. */
interface Builder {
  /** Name of the layer that the next one reads. */
  readonly last: () => string;
  readonly channels: () => number;
  /** The next layer reads this one instead. */
  readonly from: (name: string) => Builder;
  readonly dense: (units: number, activation?: Activation) => Builder;
  readonly conv: (filters: number, size: number, options?: ConvOptions) => Builder;
  readonly depthwise: (size: number, options?: ConvOptions) => Builder;
  readonly norm: (activation?: Activation) => Builder;
  readonly maxPool: (size: number) => Builder;
  readonly globalAveragePool: () => Builder;
  readonly add: (others: readonly string[], activation?: Activation) => Builder;
}

interface ConvOptions {
  readonly stride?: number;
  readonly padding?: PaddingMode;
  readonly activation?: Activation;
}

const SAME = { padding: 'same', activation: 'linear' } as const;

/** MobileNet's pair of layers: depthwise 3 x 3 and pointwise convolution, each with batch norm and ReLU. */
function separable(b: Builder, filters: number, stride = 1): void {
  b.depthwise(3, { ...SAME, stride })
    .norm()
    .conv(filters, 1, SAME)
    .norm();
}

/** ResNet's block (version 1): two 3 x 3 convolutions beside a shortcut, which is a 1 x 1 convolution where the shape changes. */
function residual(b: Builder, filters: number, stride = 1): void {
  const start = b.last();
  const shortcut =
    stride === 1 && filters === b.channels()
      ? start
      : b
          .conv(filters, 1, { ...SAME, stride })
          .norm('linear')
          .last();
  b.from(start)
    .conv(filters, 3, { ...SAME, stride })
    .norm();
  b.conv(filters, 3, SAME).norm('linear').add([shortcut]);
}

/** The hidden layers; a dense layer with one unit per class is added at the end. */
const HIDDEN = {
  mlp: (b) => b.dense(128),
  cnn: (b) => b.conv(8, 5).maxPool(2).conv(16, 5).maxPool(2).dense(64),
  /** For 2 KB of RAM: the picture (784 bytes) and the first map (8 x 8 x 6) must be alive together. */
  small: (b) => b.conv(6, 5, { stride: 3 }).dense(32),
  /**
   * For pictures of 16 x 16 on a chip with 2 KB of RAM and no multiplier: maps of 12 x 12 and 4 x 4, which kernels that make 4 x 4
   * outputs at a time fill without a rest.
   */
  tiny16: (b) => {
    b.conv(8, 5, { activation: 'linear' }).norm().maxPool(2);
    b.conv(32, 3, { activation: 'linear' }).norm();
  },
  /** For log-mel pictures of a word, 40 frames x 32 bands: an output of the last convolution has seen 31 frames. */
  keywords: (b) => {
    b.conv(8, 3, { ...SAME, stride: 2 }).norm();
    b.conv(16, 3, { ...SAME, stride: 2 }).norm();
    b.conv(24, 3, { ...SAME, stride: 2 }).norm();
    b.conv(32, 3, SAME).norm();
    b.globalAveragePool();
  },
  /** MobileNet (Howard et al. 2017, table 1), scaled to small pictures. */
  mobilenet: (b) => {
    b.conv(24, 3, { ...SAME, stride: 2 }).norm();
    separable(b, 64, 2);
    separable(b, 128);
    separable(b, 192, 2);
    separable(b, 256);
    b.globalAveragePool();
  },
  /** ResNet (He et al. 2016, section 4.2), scaled to small pictures. */
  resnet: (b) => {
    b.conv(12, 3, { ...SAME, stride: 2 }).norm();
    residual(b, 12);
    residual(b, 24, 2);
    residual(b, 48, 2);
    b.globalAveragePool();
  },
  /** AlexNet (Krizhevsky et al. 2012, section 3.5), scaled to small pictures. */
  alexnet: (b) => {
    b.conv(12, 5).maxPool(2);
    b.conv(24, 3, { padding: 'same' }).maxPool(2);
    b.conv(32, 3, { padding: 'same' }).conv(32, 3, { padding: 'same' }).maxPool(2);
    b.dense(96);
  },
} as const satisfies Record<string, (b: Builder) => unknown>;

export type Architecture = keyof typeof HIDDEN;
export const ARCHITECTURES = Object.keys(HIDDEN) as readonly Architecture[];

const NORMED: ReadonlySet<Architecture> = new Set(['tiny16', 'keywords', 'mobilenet', 'resnet']);

/** Adam's rate for training an architecture in floating point: batch norm takes a larger one. */
export const floatRateOf = (architecture: Architecture): number => (NORMED.has(architecture) ? 4e-3 : 1e-3);

/** An untrained network for pictures of `shape`: weights uniform after He, biases zero, the same for each seed. */
export function buildArchitecture(
  architecture: Architecture,
  name: string,
  shape: Shape,
  labels: readonly string[],
  seed: number,
): FloatModel {
  const random = randomSource(seed);
  const layers: FloatLayer[] = [];
  const shapes = new Map<string, Shape>([[INPUT, shape]]);
  const counts = new Map<string, number>();
  let last = INPUT;
  const shapeOf = (layer: string): Shape => shapes.get(layer) ?? shape;
  const add = (layer: FloatLayer, inputs: readonly string[]): Builder => {
    const output = outputShape(layer, inputs.map(shapeOf));
    if (output.some((size) => size < 1)) {
      throw new InputError(`pictures of ${shape.join(' x ')} are too small for "${architecture}"`, {
        where: `layer "${layer.name}"`,
        next: 'Use larger pictures or the architecture mlp.',
      });
    }
    layers.push(layer);
    shapes.set(layer.name, output);
    last = layer.name;
    return builder;
  };
  const fresh = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}${count}`;
  };
  const he = (count: number, fanIn: number): Float32Array =>
    uniformValues(count, Math.sqrt(6 / fanIn), random);
  const builder: Builder = {
    last: () => last,
    channels: () => shapeOf(last)[2],
    from: (layer) => {
      last = layer;
      return builder;
    },
    dense: (units, activation = 'relu') => {
      const [height, width] = shapeOf(last);
      if (height * width > 1) add({ kind: 'flatten', name: fresh('flatten'), input: last }, [last]);
      const fanIn = builder.channels();
      const kernel = he(fanIn * units, fanIn);
      const bias = new Float32Array(units);
      return add({ kind: 'dense', name: fresh('dense'), input: last, units, kernel, bias, activation }, [
        last,
      ]);
    },
    conv: (filters, size, { stride = 1, padding = 'valid', activation = 'relu' } = {}) => {
      const fanIn = size * size * builder.channels();
      return add(
        {
          kind: 'conv2d',
          name: fresh('conv'),
          input: last,
          filters,
          kernelSize: [size, size],
          strides: [stride, stride],
          padding,
          kernel: he(fanIn * filters, fanIn),
          bias: new Float32Array(filters),
          activation,
        },
        [last],
      );
    },
    depthwise: (size, { stride = 1, padding = 'valid', activation = 'relu' } = {}) => {
      const channels = builder.channels();
      return add(
        {
          kind: 'depthwiseConv2d',
          name: fresh('depthwise'),
          input: last,
          kernelSize: [size, size],
          strides: [stride, stride],
          padding,
          kernel: he(size * size * channels, size * size),
          bias: new Float32Array(channels),
          activation,
        },
        [last],
      );
    },
    norm: (activation = 'relu') => {
      const ones = new Float32Array(builder.channels()).fill(1);
      const zeros = ones.map(() => 0);
      const norm = { gamma: ones, beta: zeros, mean: zeros, variance: ones, epsilon: 1e-3 };
      add({ kind: 'batchNorm', name: fresh('norm'), input: last, ...norm }, [last]);
      if (activation === 'linear') return builder;
      return add({ kind: 'activation', name: fresh('activation'), input: last, activation }, [last]);
    },
    maxPool: (size) =>
      add(
        {
          kind: 'maxPool',
          name: fresh('pool'),
          input: last,
          poolSize: [size, size],
          strides: [size, size],
          padding: 'valid',
        },
        [last],
      ),
    globalAveragePool: () => add({ kind: 'globalAveragePool', name: fresh('mean'), input: last }, [last]),
    add: (others, activation = 'relu') => {
      const inputs = [last, ...others];
      add({ kind: 'add', name: fresh('add'), inputs }, inputs);
      if (activation === 'linear') return builder;
      return add({ kind: 'activation', name: fresh('activation'), input: last, activation }, [last]);
    },
  };
  HIDDEN[architecture](builder);
  builder.dense(labels.length, 'linear');
  return { name, input: { shape, scale: 1 / 255, offset: 0 }, layers, labels };
}
