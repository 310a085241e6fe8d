import * as layers from '@tensorflow/tfjs-layers';
import { tf } from '../model/tensorflow.js';

/**
 * A Layers model that knows the pictures of `rows`: a convolution adds up each row, a dense layer picks the brightest of
 * the three. Further layers may be put before the last one.
 */
export function rowsModel(...further: readonly layers.layers.Layer[]): layers.Sequential {
  const model = layers.sequential({ name: 'Rows' });
  const { conv2d, flatten, dense } = layers.layers;
  const means = conv2d({
    inputShape: [9, 6, 1],
    filters: 1,
    kernelSize: [1, 6],
    activation: 'relu',
    name: 'means',
  });
  model.add(means);
  means.setWeights([tf.fill([1, 6, 1, 1], 1 / 6), tf.zeros([1])]);
  model.add(flatten());
  for (const layer of further) model.add(layer);
  const pick = dense({ units: 3, activation: 'softmax', name: 'pick' });
  model.add(pick);
  const chosen = Array.from({ length: 9 }, (_, row) => [1, 4, 7].map((bright) => (row === bright ? 12 : 0)));
  if (further.length === 0) pick.setWeights([tf.tensor2d(chosen), tf.zeros([3])]);
  return model;
}
