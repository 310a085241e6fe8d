import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LUT4, LUT6, unrolledModules, unrolledProject, type HdlProject } from '../../../toolkit/hdl/index.js';
import { randomPicture } from '../../support/random-network.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeWithTool } from '../../support/tools.js';
import { BOARD } from '../simulated-board.js';
import { expectedLines, simulateUnrolled } from './simulate.js';
import { smallNetworks } from './small-networks.js';

const SETTINGS = [
  { adders: LUT6, levels: 2, keepUnread: true },
  { adders: LUT4, levels: 4, keepUnread: false },
];

describeWithTool(['iverilog', 'vvp'], 'the unrolled engine in Verilog', () => {
  it.each(SETTINGS)(
    'gives what interpret() gives, $levels levels between registers',
    (options) => {
      for (const network of smallNetworks(5)) {
        const pictures = [1, 2, 3].map((seed) => randomPicture(network, seed));
        const printed = simulateUnrolled(unrolledModules(network, options), pictures);
        expect(printed).toEqual(expectedLines(network, pictures, options.keepUnread));
      }
    },
    180_000,
  );

  it('is seen to be wrong when one bit is', () => {
    const options = { adders: LUT6, levels: 2, keepUnread: false };
    const [network] = smallNetworks(1);
    if (network === undefined) throw new Error('there is no small network');
    const pictures = [1, 2, 3].map((k) => randomPicture(network, k));
    const modules = unrolledModules(network, options);
    const files = new Map(modules.files);
    files.set('stage_logits.v', (files.get('stage_logits.v') ?? '').replace('y[0] <= ', 'y[0] <= ~'));
    const printed = simulateUnrolled({ ...modules, files }, pictures);
    expect(printed).not.toEqual(expectedLines(network, pictures, false));
  });
});

function written({ files }: HdlProject): string {
  const folder = join(temporaryFolder('unrolled'), 'project');
  mkdirSync(folder);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return folder;
}

describeWithTool('verilator', 'verilator -Wall', () => {
  it.each(SETTINGS)('has nothing to say of a whole design, $levels levels', (options) => {
    for (const network of smallNetworks(3)) {
      const project = unrolledProject(network, BOARD, options);
      const lint = ['--lint-only', '-Wall', '--top-module', 'top', ...project.sources];
      expect(() => execFileSync('verilator', lint, { cwd: written(project), stdio: 'pipe' })).not.toThrow();
    }
  });
});
