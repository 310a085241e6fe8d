import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { C_FORMATS, madeUpPictures, verilogCore } from '../../toolkit/export/index.js';
import { PLAIN } from '../../toolkit/hdl/index.js';
import { exported } from '../export/written.js';
import { tinyNetwork } from '../support/tiny-network.js';

/*
 * What an export of the tiny network has besides its library or its modules: README, manifests, example, bench. `npm run golden` writes it
 * anew.
 */

const rewrite = process.env['GOLDEN'] === '1';

const OWN = /^(README\.md|library\.\w+|keywords\.txt|.*CMakeLists\.txt|examples?\/.*|rtl\/tiny_core\.v|bench\/.*)$/;

function golden(format: string): ReadonlyMap<string, string> {
  const network = tinyNetwork();
  const cFormat = C_FORMATS.find((one) => one === format);
  const files =
    cFormat === undefined
      ? verilogCore({
          network,
          design: { engine: 'sequential', folding: { banks: 1, filters: 2 }, store: PLAIN },
          examples: madeUpPictures(network, 1),
          accuracy: { tables: 0.98765, count: 1000, set: 'mnist:test' },
        })
      : exported(network, cFormat, cFormat === 'arduino' ? 'avr' : 'm0');
  const own = [...files].filter(([path]) => OWN.test(path));
  const others = [...files.keys()].filter((path) => !OWN.test(path));
  return new Map([...own, ['others.txt', `${others.sort().join('\n')}\n`]]);
}

describe('goldens of exports', () => {
  it.each([...C_FORMATS, 'verilog'])('%s', (format) => {
    const folder = assetPath(`test/golden/export/${format}`);
    const files = golden(format);
    if (rewrite) {
      rmSync(folder, { recursive: true, force: true });
      for (const [path, text] of files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    }
    expect(files.size).toBeGreaterThan(3);
    for (const [path, text] of files) expect(readFileSync(join(folder, path), 'utf8'), path).toBe(text);
  });
});
