import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { makeWritableFolder, removeFile, writeFileAtomic } from '../../toolkit/model/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('writing a file', () => {
  test('makes its folder and leaves nothing else', () => {
    const folder = temporaryFolder('write');
    writeFileAtomic(join(folder, 'a', 'b.txt'), 'one');
    writeFileAtomic(join(folder, 'a', 'b.txt'), 'two');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.txt']);
    expect(readFileSync(join(folder, 'a', 'b.txt'), 'utf8')).toBe('two');
    makeWritableFolder(join(folder, 'a'));
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.txt']);
  });

  test('below a file, in /proc, in place of a folder, of too long a name: the user is told, nothing is left', () => {
    const folder = temporaryFolder('write');
    writeFileSync(join(folder, 'file'), 'mine');
    mkdirSync(join(folder, 'taken'));
    for (const path of [
      join(folder, 'file', 'b.txt'),
      join(folder, 'taken'),
      join(folder, 'n'.repeat(300)),
      '/dev/null/abc/b.txt',
      '/proc/x/b.txt',
    ]) {
      expect(() => {
        writeFileAtomic(path, 'text');
      }).toThrow(InputError);
    }
    expect(readdirSync(folder)).toEqual(['file', 'taken']);
    expect(() => {
      makeWritableFolder('/proc');
    }).toThrow(InputError);
  });

  test('removing one: absent is as good as removed, what cannot go is told', () => {
    const folder = temporaryFolder('write');
    removeFile(join(folder, 'absent'));
    expect(() => {
      removeFile(folder);
    }).toThrow(InputError);
  });
});
