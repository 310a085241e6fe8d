import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { checkImports } from './check-imports.js';

const toolkit = fileURLToPath(new URL('../../toolkit', import.meta.url));

function house(files: Record<string, string>): string {
  const root = temporaryFolder('test');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the import rule', () => {
  it('holds in toolkit/', () => {
    expect(checkImports(toolkit)).toEqual([]);
  });

  it('finds a room that looks the wrong way', () => {
    const root = house({
      'network/a.ts': "import { b } from '../device/b.js';",
      'device/b.ts': 'export const b = 1;',
    });
    expect(checkImports(root)).toEqual(['network/a.ts: network/ may not import device']);
  });

  it('finds a package that enters by the wrong door', () => {
    expect(checkImports(house({ 'network/a.ts': "import ejs from 'ejs';" }))).toEqual([
      'network/a.ts: only render/ may import ejs',
    ]);
  });

  it('finds a circle', () => {
    const root = house({ 'network/a.ts': "import './b.js';", 'network/b.ts': "import './a.js';" });
    expect(checkImports(root)).toEqual(['circle: network/a.ts -> network/b.ts -> network/a.ts']);
  });

  it('finds a circle of types', () => {
    const root = house({
      'network/a.ts': "import { b } from './b.js';",
      'network/b.ts': "import type { A } from './a.js';",
    });
    expect(checkImports(root)).toEqual(['circle: network/a.ts -> network/b.ts -> network/a.ts']);
  });

  it('lets main.ts alone exit', () => {
    expect(
      checkImports(house({ 'network/a.ts': 'process.exit(1);', 'main.ts': 'process.exit(0);' })),
    ).toEqual(['network/a.ts: main.ts alone exits']);
  });
});
