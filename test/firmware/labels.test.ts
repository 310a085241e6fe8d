import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listFirmwareBoards, loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { NAMED_SETS } from '../../toolkit/data/index.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import {
  networkHash,
  parseNetwork,
  serializeNetwork,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { run, WARNINGS, withProject } from './host-build.js';

type Labels = readonly [string, string, string];

const labelled = (labels: Labels): TableNetwork => ({ ...tinyNetwork(), output: { labels } });

/** The rendered files, with the network's hash taken out: labels are part of what is hashed. */
function rendered(network: TableNetwork, board: string): ReadonlyMap<string, string> {
  const hash = networkHash(network);
  // A C array of the hash's bytes may spell it, too.
  const bytes = hash.match(/../g)?.map((byte) => `0x${byte}`) ?? [];
  const hashText = new RegExp(`${hash}|${hash.slice(0, 16)}|${bytes.slice(0, 8).join(',\\s*')}`, 'g');
  const { files } = firmwareProject(network, loadFirmwareBoard(board));
  return new Map([...files].map(([path, text]) => [path, text.replace(hashText, 'HASH')]));
}

/** What would end a comment, a string or a line in C, and what names a template. */
const HOSTILE: Labels = ['*/ #error "', '\\\n%s', '<%= 1 %>\u0000"; int x'];

const CLASSES = NAMED_SETS.flatMap(({ name, classes }) =>
  classes.map((_, i): [string, Labels] => {
    const at = (k: number): string => classes[(i + k) % classes.length] ?? '';
    return [`${name} from "${at(0)}" on`, [at(0), at(1), at(2)]];
  }),
);

describe('labels', () => {
  const boards = listFirmwareBoards().map(({ id }) => id);

  it.each([...CLASSES, ['hostile labels', HOSTILE] satisfies [string, Labels]])(
    'of %s are in no file of the firmware',
    (_title, labels) => {
      for (const board of boards)
        expect(rendered(labelled(labels), board)).toEqual(rendered(tinyNetwork(), board));
    },
  );

  it('of any kind change nothing but the hash, and survive the file of the network', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 64, unit: 'binary' })
      .filter(({ length }) => length <= 64);
    fc.assert(
      fc.property(fc.tuple(text, text, text), (labels) => {
        const network = labelled(labels);
        const read = parseNetwork(serializeNetwork(network), 'here');
        expect(read.output.labels).toEqual(labels);
        expect(networkHash(read)).toBe(networkHash(network));
        expect(rendered(read, 'host')).toEqual(rendered(tinyNetwork(), 'host'));
      }),
      { numRuns: 20 },
    );
  });

  itWithTool('cc', 'such as T-shirt/top compile', () => {
    const project = firmwareProject(
      labelled(['T-shirt/top', 'Ankle boot', HOSTILE[0]]),
      loadFirmwareBoard('host'),
    );
    const includes = project.includes.map((include) => `-I${include}`);
    withProject(project, (folder) =>
      run(folder, 'cc', ['-std=c99', ...WARNINGS, '-fsyntax-only', ...includes, ...project.inference]),
    );
  });
});
