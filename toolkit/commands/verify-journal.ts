import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashPictures, type DataSet } from '../data/index.js';
import { InputError } from '../errors.js';
import { networkHash, type TableNetwork } from '../network/index.js';
import { openJournal, type Journal } from '../verify/index.js';
import type { Built } from './builder.js';
import { outFolder } from './out-folder.js';
import type { Target } from './target.js';

export interface JournalOptions {
  /** A file, or true for the usual one. */
  readonly journal?: string | true;
  readonly resume?: boolean;
  readonly out?: string;
}

/** The journal that the options ask for; undefined without one. Throws InputError. */
export function journalOf(
  { journal, resume, out }: JournalOptions,
  targets: readonly Target[],
  network: TableNetwork,
  pictures: DataSet,
): Journal | undefined {
  if (journal === undefined && resume !== true) return undefined;
  const [first] = targets;
  if (first === undefined) throw new InputError('no board');
  // Beside the folder of the build, which is not made for a board on a port.
  const path = typeof journal === 'string' ? journal : `${outFolder(first.board, network, out)}.journal`;
  const header = {
    network: networkHash(network),
    pictures: { set: pictures.name, count: pictures.labels.length, hash: hashPictures([pictures]) },
    boards: targets.map(({ board, built }) => ({
      id: board.id,
      firmware: built === null ? null : hashOf(built),
    })),
  };
  return openJournal(path, header, { resume: resume === true });
}

/** SHA-256 of what runs in the board's place. */
function hashOf({ products }: Built): string {
  return products.reduce((hash, path) => hash.update(readFileSync(path)), createHash('sha256')).digest('hex');
}
