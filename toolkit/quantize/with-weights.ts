import type { FloatLayer, FloatModel } from '../model/float-model.js';
import type { Parameters } from './adam.js';

/** The float model with trained weights in place of its own. */
export function withWeights(model: FloatModel, parameters: Parameters): FloatModel {
  const norms = new Map(
    model.layers.flatMap((layer) => (layer.kind === 'batchNorm' ? [[layer.input, layer.name]] : [])),
  );
  const owners = new Map([...norms].map(([owner, norm]) => [norm, owner]));
  return {
    ...model,
    layers: model.layers.map((layer): FloatLayer => {
      const part = (owner: string, name: string, otherwise: Float32Array): Float32Array =>
        parameters.get(`${owner}/${name}`) ?? otherwise;
      if (layer.kind === 'batchNorm') {
        const owner = owners.get(layer.name) ?? layer.name;
        return {
          ...layer,
          gamma: part(owner, 'gamma', layer.gamma),
          beta: part(owner, 'shift', layer.beta),
          mean: part(owner, 'mean', layer.mean),
          variance: part(owner, 'variance', layer.variance),
        };
      }
      if (!('kernel' in layer)) return layer;
      const kernel = part(layer.name, 'kernel', layer.kernel);
      // The shift of a stage with a norm is the norm's.
      return norms.has(layer.name)
        ? { ...layer, kernel }
        : { ...layer, kernel, bias: part(layer.name, 'shift', layer.bias) };
    }),
  };
}
