import { InputError } from '../errors.js';
import type { Shape } from '../network/index.js';
import { elements, windowOf, type FloatLayer } from './float-model.js';

/** Products (or values looked at) for one picture: more would take hours to calibrate, and days on a device. */
export const MOST_WORK = 2 ** 33;

/** What one picture costs in a layer, at least 1 per output value; dilated and grouped kernels count as filled up. */
export function workOf(layer: FloatLayer, input: Shape, output: Shape): number {
  const outputs = elements(output);
  switch (layer.kind) {
    case 'dense':
      return outputs * elements(input);
    case 'conv2d': {
      const [rows, columns] = windowOf(layer);
      const perChannel = layer.groups === input[2];
      return outputs * rows * columns * (perChannel ? 1 : input[2]);
    }
    case 'depthwiseConv2d':
    case 'maxPool':
    case 'averagePool': {
      const [rows, columns] = windowOf(layer);
      return outputs * rows * columns;
    }
    case 'globalAveragePool':
    case 'globalMaxPool':
    case 'flatten':
    case 'batchNorm':
    case 'quantize':
    case 'activation':
    case 'add':
    case 'concat':
      return Math.max(outputs, elements(input));
  }
}

/** @throws InputError if the layers up to this one need more than `MOST_WORK`. */
export function checkWork(work: number, where: string): void {
  if (work <= MOST_WORK) return;
  throw new InputError(`up to it a picture takes ${work} products, more than ${MOST_WORK}`, {
    where,
    next: 'Use smaller pictures, fewer filters or larger strides.',
  });
}
