import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import {
  boardJsonSchema,
  listFirmwareBoards,
  loadFirmwareBoard,
  type FirmwareBoard,
} from '../../toolkit/boards/index.js';
import { firmwareProject, type KernelOptions } from '../../toolkit/firmware/index.js';
import { specialNetworks } from '../firmware/special-networks.js';
import { tinyNetwork } from '../support/tiny-network.js';

/*
 * What the toolkit writes for a tiny network, committed, so that a change of it is read like code. `npm run golden` writes
 * it anew. Files that are copied as they are stand in project.json by their names only.
 */

const rewrite = process.env['GOLDEN'] === '1';

/** Where a file of a project is copied from. */
function sourceOf(path: string, { target }: FirmwareBoard): string | undefined {
  const [folder = '', name = ''] = path.split('/');
  const folders =
    folder === 'network' ? ['engine'] : folder === 'target' ? [`targets/${target}`, 'targets/shared'] : [folder];
  return folders
    .map((from) => assetPath(`firmware-templates/${from}/${name}`))
    .find((candidate) => name !== '' && existsSync(candidate));
}

/** The golden files of a board, by path. */
function golden(board: FirmwareBoard): ReadonlyMap<string, string> {
  const { files, ...project } = firmwareProject(tinyNetwork(), board);
  const copied = [...files.keys()].filter((path) => sourceOf(path, board) !== undefined);
  const rendered = [...files].filter(([path]) => !copied.includes(path));
  return new Map([['project.json', `${JSON.stringify({ ...project, copied }, null, 2)}\n`], ...rendered]);
}

/** Kernels that the tiny network, which is small as lookups, is not computed by: their wiring of a pooled convolution and a dense stage. */
const KERNELS: Readonly<Record<string, Partial<KernelOptions>>> = {
  'four-lanes': { lanes: 4, among: ['level-sums', 'pairs'], aim: 'speed' },
  'four-lanes-by-steps': { lanes: 4, among: ['level-sums'], aim: 'speed' },
  'one-lane': { lanes: 1, among: ['level-sums', 'rows'], aim: 'speed' },
};

function kernelGolden(name: string, options: Partial<KernelOptions>): string {
  const network = specialNetworks()[name.includes('steps') ? 'equal steps' : 'pooling of 2 x 2, even'] ?? tinyNetwork();
  const { files } = firmwareProject(network, loadFirmwareBoard('host'), options);
  return files.get(`network/${network.name}.c`) ?? '';
}

function listFiles(folder: string, under = ''): string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    return entry.isDirectory() ? listFiles(folder, path) : [path];
  });
}

describe('goldens', () => {
  it.each(listFirmwareBoards().map((board) => [board.id, board] as const))('%s', (id, board) => {
    const folder = assetPath(`test/golden/${id}`);
    const files = golden(board);
    if (rewrite) {
      rmSync(folder, { recursive: true, force: true });
      for (const [path, text] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    expect(listFiles(folder).sort()).toEqual([...files.keys()].sort());
    for (const [path, text] of files) expect(readFileSync(join(folder, path), 'utf8'), path).toBe(text);
  });

  it.each(listFirmwareBoards().map((board) => [board.id, board] as const))('%s: copies are verbatim', (_id, board) => {
    for (const [path, text] of firmwareProject(tinyNetwork(), board).files) {
      const source = sourceOf(path, board);
      if (source !== undefined) expect(text, path).toBe(readFileSync(source, 'utf8'));
    }
  });

  it.each(Object.entries(KERNELS))('kernels: %s', (name, options) => {
    const path = assetPath(`test/golden/kernels/${name}.c`);
    const text = kernelGolden(name, options);
    if (rewrite) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    expect(text).toContain('level_sums.h');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('boards/board.schema.json', () => {
    const path = assetPath('boards/board.schema.json');
    if (rewrite) writeFileSync(path, boardJsonSchema());
    expect(readFileSync(path, 'utf8')).toBe(boardJsonSchema());
  });
});
