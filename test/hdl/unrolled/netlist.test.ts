import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LUT4, unrolledModules } from '../../../toolkit/hdl/index.js';
import { randomPicture } from '../../support/random-network.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeWithTool } from '../../support/tools.js';
import { expectedLines, simulateUnrolled } from './simulate.js';
import { smallNetworks } from './small-networks.js';

describeWithTool(['yosys', 'iverilog', 'vvp'], 'the netlist of the unrolled engine for the iCE40', () => {
  it('gives what interpret() gives, a picture every clock', () => {
    const [network] = smallNetworks(1);
    if (network === undefined) throw new Error('there is no small network');
    const modules = unrolledModules(network, { adders: LUT4, levels: 3, keepUnread: false });
    const folder = temporaryFolder('netlist');
    for (const [name, content] of modules.files) writeFileSync(join(folder, name), content);
    const parts = modules.sources.filter((name) => /^(stage_|pipeline|delay|widen)/.test(name));
    const script = `read_verilog ${parts.join(' ')}; synth_ice40 -top pipeline; write_verilog -noattr netlist.v`;
    const said = execFileSync('yosys', ['-p', script], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
    // The cells' own descriptions, which synthesis has read too.
    const cells = /`([^']*\/ice40\/cells_sim\.v)'/.exec(said)?.[1] ?? '';
    const files = new Map([...modules.files].filter(([name]) => !parts.includes(name)));
    files.set('netlist.v', readFileSync(join(folder, 'netlist.v'), 'utf8'));
    files.set('cells.v', `\`define NO_ICE40_DEFAULT_ASSIGNMENTS\n${readFileSync(cells, 'utf8')}`);
    const sources = [...modules.sources.filter((name) => !parts.includes(name)), 'netlist.v', 'cells.v'];
    expect(files.get('netlist.v')).toMatch(/SB_LUT4/);
    const pictures = [1, 2, 3, 4].map((seed) => randomPicture(network, seed));
    const printed = simulateUnrolled({ ...modules, files, sources }, pictures, { strict: false });
    expect(printed).toEqual(expectedLines(network, pictures, false));
  }, 120_000);
});
