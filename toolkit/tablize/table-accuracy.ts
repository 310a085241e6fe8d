import { picture, type DataSet } from '../data/index.js';
import { InterruptedError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';

const PICTURES_BETWEEN_LOOKS = 500;

/**
 * Share of pictures that the integer reference labels right, 0..1.
 *
 * @param standing - what the error says of an interrupted call.
 * @throws InputError if the pictures are not of the size that the network reads; InterruptedError when the signal is
 * aborted.
 */
export async function tableAccuracy(
  network: TableNetwork,
  data: DataSet,
  progress: (line: string) => void = () => undefined,
  signal?: AbortSignal,
  standing = 'interrupted: the tables are not yet measured',
): Promise<number> {
  const { infer } = createInterpreter(network);
  const total = data.labels.length;
  let right = 0;
  for (let i = 0; i < total; i++) {
    if (infer(picture(data, i)).label === data.labels[i]) right++;
    if (i % PICTURES_BETWEEN_LOOKS === 0) {
      progress(`measuring the tables: ${i} of ${total} pictures`);
      await new Promise(setImmediate);
      if (signal?.aborted) throw new InterruptedError(standing);
    }
  }
  return right / total;
}
