import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { makeFolder } from '../../toolkit/folders.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('makeFolder', () => {
  it('makes all that is missing of a path, and leaves alone what is there', () => {
    const folder = join(temporaryFolder('folders'), 'a', 'b', 'c');
    makeFolder(folder);
    writeFileSync(join(folder, 'kept'), '');
    makeFolder(folder);
    expect(statSync(join(folder, 'kept')).isFile()).toBe(true);
  });

  it('follows a link to a folder', () => {
    const root = temporaryFolder('folders');
    mkdirSync(join(root, 'real'));
    symlinkSync('real', join(root, 'link'));
    makeFolder(join(root, 'link', 'a'));
    expect(statSync(join(root, 'real', 'a')).isDirectory()).toBe(true);
  });

  const refused = (path: string): void => {
    let error: unknown;
    try {
      makeFolder(path);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({
      where: path,
      message: expect.stringContaining('cannot make the folder') as string,
    });
  };

  it('refuses a file, a path below a file, a link to nowhere and what cannot be a path', () => {
    const root = temporaryFolder('folders');
    writeFileSync(join(root, 'file'), '');
    symlinkSync('nowhere', join(root, 'link'));
    refused(join(root, 'file'));
    refused(join(root, 'file', 'a', 'b'));
    refused(join(root, 'link'));
    refused(join(root, 'a\0b'));
    refused(join(root, 'x'.repeat(300)));
  });

  it('refuses a place that answers as if its parent were missing', () => {
    refused('/proc/tablize');
    refused('/proc/tablize/a/b');
  });
});
