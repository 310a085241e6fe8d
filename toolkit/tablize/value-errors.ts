import { picture, type DataSet } from '../data/index.js';
import { InterruptedError } from '../errors.js';
import { activateAll, evaluateFused, fuse, inputValues, type FloatModel } from '../model/index.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';

/** How far the outputs of a table network are from those of its float network, in their units, over all outputs of all pictures. */
export interface ValueErrors {
  readonly images: number;
  /** Of the differences without their sign. */
  readonly mean: number;
  readonly largest: number;
  /** Of the float network's outputs, to compare them with. */
  readonly float: { readonly least: number; readonly greatest: number };
}

const PICTURES_BETWEEN_LOOKS = 100;

/**
 * Compares outputs that are values (`network.output.values`): of tables `integer * scale + offset`, of both the function
 * that is still to be taken. Null of a network of classes, and of no pictures.
 *
 * @throws InputError if the pictures are not of the size that the network reads; InterruptedError when the signal is
 * aborted.
 */
export async function valueErrors(
  network: TableNetwork,
  model: FloatModel,
  data: DataSet,
  progress: (line: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<ValueErrors | null> {
  const { values } = network.output;
  const fused = fuse(model);
  const total = data.labels.length;
  if (values === undefined || fused.values === undefined || total === 0) return null;
  const { infer } = createInterpreter(network);
  const { activation } = fused.values;
  const channels = network.output.labels.length;
  let [sum, largest, least, greatest, count] = [0, 0, Infinity, -Infinity, 0];
  for (let i = 0; i < total; i++) {
    if (i % PICTURES_BETWEEN_LOOKS === 0) {
      progress(`comparing values with those of the float network: ${i} of ${total} pictures`);
      await new Promise(setImmediate);
      if (signal?.aborted) throw new InterruptedError();
    }
    const bytes = picture(data, i);
    const got = Float32Array.from(infer(bytes).logits, (integer) => integer * values.scale + values.offset);
    const ours = activateAll(activation, got, channels);
    activateAll(activation, evaluateFused(fused, inputValues(fused, bytes)), channels).forEach(
      (wanted, k) => {
        const difference = Math.abs((ours[k] ?? NaN) - wanted);
        sum += difference;
        largest = Math.max(largest, difference);
        least = Math.min(least, wanted);
        greatest = Math.max(greatest, wanted);
        count++;
      },
    );
  }
  return { images: total, mean: sum / count, largest, float: { least, greatest } };
}
