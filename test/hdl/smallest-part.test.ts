import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hdlProject } from '../../toolkit/hdl/index.js';
import { parseNetwork } from '../../toolkit/network/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

const MODEL = 'models/mnist-small/table-network.json';
const BOARD = { id: 'icestick', title: 'iCEstick', clockHz: 12_000_000, baud: 115_200 };

describeWithTool(['yosys', 'nextpnr-ice40'], 'an iCE40 HX1K: 1,280 logic cells, 16 block RAMs', () => {
  it('holds mnist-small with room to spare, one lane, without TRACE', () => {
    const network = parseNetwork(readFileSync(MODEL, 'utf8'), MODEL);
    const board = { ...BOARD, receiveBuffer: 0, trace: false };
    const { files, sources, top } = hdlProject(network, board, { banks: 1, filters: 1 });
    const folder = temporaryFolder('smallest');
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    const options = { cwd: folder, stdio: 'pipe' } as const;
    const script = `read_verilog -defer ${sources.join(' ')}; hierarchy -top ${top}; synth_ice40 -top ${top} -json top.json`;
    execFileSync('yosys', ['-q', '-p', script], options);
    const part = ['--hx1k', '--package', 'tq144', '--pcf-allow-unconstrained', '--seed', '1'];
    execFileSync('nextpnr-ice40', [...part, '--json', 'top.json', '--report', 'report.json'], options);
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
      readonly utilization: Readonly<Record<string, { readonly used: number }>>;
      readonly fmax: Readonly<Record<string, { readonly achieved: number }>>;
    };
    expect(report.utilization['ICESTORM_LC']?.used).toBeLessThanOrEqual(1230);
    expect(report.utilization['ICESTORM_RAM']?.used).toBeLessThanOrEqual(16);
    for (const { achieved } of Object.values(report.fmax)) expect(achieved).toBeGreaterThan(2 * 12);
  }, 120_000);
});
