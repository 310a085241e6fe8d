import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { madeUpPictures } from '../../toolkit/export/index.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { exampleLines, exported, sh, written } from './written.js';

/** What PlatformIO's documentation asks of library.json, of the fields that an export has. */
const manifest = z.strictObject({
  $schema: z.url(),
  name: z
    .string()
    .max(50)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  version: z
    .string()
    .max(20)
    .regex(/^\d+\.\d+\.\d+$/),
  description: z.string().min(1).max(255),
  keywords: z.array(
    z
      .string()
      .max(255)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  ),
  homepage: z.url().max(255),
  authors: z.array(z.strictObject({ name: z.string().min(1), maintainer: z.boolean() })),
  license: z.literal('Apache-2.0'),
  frameworks: z.literal('*'),
  platforms: z.literal('*'),
  headers: z.array(z.string()),
  examples: z.array(z.strictObject({ name: z.string(), base: z.string(), files: z.array(z.string()) })),
  build: z.strictObject({ includeDir: z.string(), srcDir: z.string() }),
});

describe('a library for PlatformIO', () => {
  it.each(['tiny', 'int', 'a1-b2', 'a'.repeat(48)])('has a library.json that is allowed: %s', (name) => {
    const files = exported({ ...tinyNetwork(), name }, 'platformio', 'm0');
    const {
      headers,
      examples,
      build,
      name: given,
    } = manifest.parse(JSON.parse(files.get('library.json') ?? ''));
    expect(given).toBe(name);
    for (const header of headers) expect(files.has(`${build.includeDir}/${header}`)).toBe(true);
    for (const { base, files: own } of examples)
      expect([...files.keys()].filter((path) => path.startsWith(`${base}/`)).sort()).toEqual(
        own.map((path) => `${base}/${path}`).sort(),
      );
    const loose = [...files.keys()].filter((path) => !/^(include|src|examples)\//.test(path));
    expect(loose.sort()).toEqual(['LICENSE', 'README.md', 'library.json']);
  });

  itWithTool('gcc', 'its example runs, with include/ and src/ as folders of headers', () => {
    const network = tinyNetwork();
    const [picture] = madeUpPictures(network, 1);
    const folder = written(exported(network, 'platformio', 'm0'), 'library');
    const compile = 'gcc -std=c99 -O2 -Wall -Wextra -Werror -Iinclude -Isrc';
    const printed = sh(folder, `${compile} src/*.c examples/classify/src/main.c -o classify && ./classify`);
    expect(printed.trimEnd()).toBe(exampleLines(network, picture?.pixels ?? new Uint8Array()).join('\n'));
  });

  it('has a project as its example', () => {
    const text = exported(tinyNetwork(), 'platformio', 'm0').get('examples/classify/platformio.ini') ?? '';
    expect(text).toMatch(/^\[env:native\]\nplatform = native\nlib_deps = symlink:\/\/\.\.\/\.\.$/m);
  });
});
