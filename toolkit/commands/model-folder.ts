import { basename, join, resolve } from 'node:path';
import { InputError } from '../errors.js';
import { writeFileAtomic } from '../model/index.js';
import { nameSchema, serializeNetwork, type TableNetwork } from '../network/index.js';

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

/** What an interruption says once `writeTables` is done. */
export const TABLES_WRITTEN =
  'interrupted: the tables are written, but not yet measured; the same command does that';

/** Writes table-network.json beside the quantized model; its path. */
export function writeTables(folder: string, network: TableNetwork): string {
  const path = join(folder, 'table-network.json');
  writeFileAtomic(path, serializeNetwork(network));
  return path;
}
