import { basename, join, resolve } from 'node:path';
import { picture, type DataSet } from '../data/index.js';
import { InputError, InterruptedError } from '../errors.js';
import { writeFileAtomic } from '../model/index.js';
import { createInterpreter, nameSchema, serializeNetwork, type TableNetwork } from '../network/index.js';

/** The name of a network: `--name`, or the last part of the folder that it is written to. */
export function networkName(name: string | undefined, out: string): string {
  const parsed = nameSchema.safeParse(name ?? basename(resolve(out)));
  if (parsed.success) return parsed.data;
  throw new InputError(
    `"${name ?? basename(resolve(out))}" cannot be the name of a network: ${parsed.error.issues[0]?.message ?? 'invalid'}`,
    {
      next: 'give one with --name, such as --name mnist-mine',
    },
  );
}

/** Writes table-network.json beside the quantized model; its path. */
export function writeTables(folder: string, network: TableNetwork): string {
  const path = join(folder, 'table-network.json');
  writeFileAtomic(path, serializeNetwork(network));
  return path;
}

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
