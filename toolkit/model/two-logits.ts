import type { FloatLayer } from './float-model.js';

/**
 * A network that gives one value z, of which a sigmoid is to be taken, as one with the logits 0 and z: the second is the
 * larger where the sigmoid is above one half.
 */
export function twoLogits(
  layers: readonly FloatLayer[],
  fresh: (name: string) => string,
): readonly FloatLayer[] {
  const last = layers.at(-1);
  const before = layers.slice(0, -1);
  if (last?.kind === 'batchNorm') {
    const widened = twoLogits(before, fresh);
    // Only where nothing new stands between the two.
    if (widened.length === before.length) {
      const pair = (value: number, [own = 0]: Float32Array): Float32Array => Float32Array.of(value, own);
      const norm = {
        gamma: pair(1, last.gamma),
        beta: pair(0, last.beta),
        mean: pair(0, last.mean),
        variance: pair(1, last.variance),
      };
      return [...widened, { ...last, ...norm }];
    }
  }
  const isPlain =
    last !== undefined && (last.kind === 'dense' || (last.kind === 'conv2d' && (last.groups ?? 1) === 1));
  if (isPlain && last.activation === 'linear') {
    const kernel = new Float32Array(2 * last.kernel.length);
    last.kernel.forEach((weight, i) => (kernel[2 * i + 1] = weight));
    const wide = { kernel, bias: Float32Array.of(0, last.bias[0] ?? 0) };
    return [
      ...before,
      last.kind === 'dense' ? { ...last, ...wide, units: 2 } : { ...last, ...wide, filters: 2 },
    ];
  }
  const input = last?.name ?? '';
  const pair: FloatLayer = {
    name: fresh('logits'),
    input,
    kind: 'dense',
    units: 2,
    kernel: Float32Array.of(0, 1),
    bias: new Float32Array(2),
    activation: 'linear',
  };
  return [...layers, pair];
}
