import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { claimModelFolder } from '../../toolkit/quantize/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('claim');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

const checkpoint = JSON.stringify({ format: 'tablize/checkpoint@1' });

describe('a model folder', () => {
  test('is made, or taken when it is empty; nothing is left in it', () => {
    const fresh = join(temporaryFolder('claim'), 'deep', 'down');
    claimModelFolder(fresh);
    claimModelFolder(fresh);
    expect(readdirSync(fresh)).toEqual([]);
  });

  test('of ours is taken, whole or in part, with what else lies there', () => {
    const whole = folderWith({ 'notes.txt': 'mine' });
    cpSync('models/mnist-small', whole, { recursive: true });
    claimModelFolder(whole);
    expect(readFileSync(join(whole, 'notes.txt'), 'utf8')).toBe('mine');
    expect(() => {
      claimModelFolder(folderWith({ 'checkpoint.json': checkpoint, 'notes.txt': 'mine' }));
    }).not.toThrow();
  });

  test.each([
    ['notes', { 'notes.txt': 'mine' }, ''],
    ['tables of another program', { 'table-network.json': '{"tables":[]}' }, 'table-network.json'],
    ['no JSON', { 'quantized.json': 'mine' }, 'quantized.json'],
    ['another checkpoint', { 'checkpoint.json': '{"settings":"x"}' }, 'checkpoint.json'],
    ['another float model', { 'float/model.json': '{"format":"layers-model"}' }, 'model.json'],
    [
      'a float model of the user beside a checkpoint of ours',
      { 'checkpoint.json': checkpoint, 'float/model.json': '{"format":"layers-model"}' },
      'model.json',
    ],
    [
      'a folder in place of a file',
      { 'checkpoint.json': checkpoint, 'quantized.json/a': '' },
      'quantized.json',
    ],
  ])('with %s is refused and left alone', (_title, files, culprit) => {
    const folder = folderWith(files);
    const before = readdirSync(folder, { recursive: true });
    let error: unknown;
    try {
      claimModelFolder(folder);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({
      message: expect.stringContaining('is not empty and was not made by tablize') as string,
      where: expect.stringMatching(new RegExp(`${culprit}$`)) as string,
      next: expect.stringContaining('choose a new folder with --out') as string,
    });
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    for (const [file, text] of Object.entries(files)) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
    }
  });

  test.each([
    ['a file', ''],
    ['a folder below a file', 'below'],
  ])('that is %s is refused', (_title, below) => {
    const folder = folderWith({ file: 'mine' });
    expect(() => {
      claimModelFolder(join(folder, 'file', below));
    }).toThrow(InputError);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });
});
