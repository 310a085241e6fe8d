import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { require, requireTool } from '../support/tools.js';

const BENCH = fileURLToPath(new URL('cells_bench.v', import.meta.url));
const OURS = readFileSync(assetPath('hdl-templates/simulation/ice40_cells.v'), 'utf8');

/** Yosys's models of the cells, which lie in its share folder; null where there is none. */
const YOSYS_MODELS =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'yosys'))
    .filter(existsSync)
    .map((path) => join(dirname(dirname(realpathSync(path))), 'share/yosys/ice40/cells_sim.v'))
    .find(existsSync) ?? null;

/** What the bench says of our cells beside Yosys's. */
function differences(ours: string): readonly string[] {
  const folder = temporaryFolder('cells');
  writeFileSync(join(folder, 'ours.v'), ours.replaceAll(/\bmodule SB_/g, 'module OUR_'));
  // Without the macro iverilog 11 does not take the models' default values of ports.
  const options = ['-g2012', '-DNO_ICE40_DEFAULT_ASSIGNMENTS', '-s', 'cells_bench', '-o', 'cells.vvp'];
  execFileSync('iverilog', [...options, YOSYS_MODELS ?? '', 'ours.v', BENCH], { cwd: folder, stdio: 'pipe' });
  return execFileSync('vvp', ['-n', 'cells.vvp'], { cwd: folder, encoding: 'utf8', timeout: 60_000 })
    .trim()
    .split('\n');
}

const tools = ['iverilog', 'vvp'].every(requireTool);
const models = require("Yosys's models of iCE40 cells", 'are not installed', () => YOSYS_MODELS !== null);
const missing = tools ? (models ? '' : ' [missing: models of yosys]') : ' [missing: iverilog]';

describe.skipIf(missing !== '')(`our models of iCE40 cells${missing}`, () => {
  it('give what those of Yosys give, wherever these give something', () => {
    const said = differences(OURS);
    expect(said).toHaveLength(1);
    expect(Number(/^compared (\d+)$/.exec(said[0] ?? '')?.[1])).toBeGreaterThan(1_000_000);
  }, 60_000);

  it.each([
    ['a lookup table with two inputs exchanged', '{I3, I2, I1, I0}', '{I3, I2, I0, I1}'],
    ['a set that resets', "Q <= S ? 1'b1", "Q <= S ? 1'b0"],
    ['a bit of a narrow word at the place of its neighbour', 'read[4*r+1]', 'read[4*r]'],
    ['a mask that is upside down', '& keep) | (value & ~keep)', '& ~keep) | (value & keep)'],
    ['nibbles that are written together', '{4{MASKWREN[2]}}', '{4{MASKWREN[3]}}'],
  ])(
    '%s is seen',
    (_what, right, wrong) => {
      expect(OURS).toContain(right);
      expect(differences(OURS.replaceAll(right, wrong)).length).toBeGreaterThan(1);
    },
    60_000,
  );
});
