import { picture, type DataSet } from '../data/index.js';
import { InterruptedError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';

const PICTURES_BETWEEN_LOOKS = 500;

/** Share of pictures that the integer reference labels right, 0..1; of tables that are written already. */
export async function tableAccuracy(
  network: TableNetwork,
  data: DataSet,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const { infer } = createInterpreter(network);
  const total = data.labels.length;
  let right = 0;
  for (let i = 0; i < total; i++) {
    if (infer(picture(data, i)).label === data.labels[i]) right++;
    if (i % PICTURES_BETWEEN_LOOKS === 0) {
      progress(`measuring the tables: ${i} of ${total} pictures`);
      await new Promise(setImmediate);
      if (signal.aborted) {
        throw new InterruptedError(
          'interrupted: the tables are written, but not yet measured; the same command does that',
        );
      }
    }
  }
  return right / total;
}
