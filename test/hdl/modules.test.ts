import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { hdlProject, type HdlProject } from '../../toolkit/hdl/index.js';
import { randomNetwork } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';

const BOARD = { id: 'a-board', title: 'A board', clockHz: 12_000_000, baud: 115_200 };

const DESIGNS = [
  { banks: 1, filters: 1, receiveBuffer: 0, trace: false },
  { banks: 1, filters: 1, receiveBuffer: 1024, trace: true },
  { banks: 4, filters: 3, receiveBuffer: 1024, trace: true },
];
const TITLE = '$banks x $filters, buffer of $receiveBuffer, TRACE: $trace';

function written({ files }: HdlProject): string {
  const folder = join(temporaryFolder('hdl'), 'project');
  mkdirSync(folder);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return folder;
}

describeWithTool('verilator', 'verilator -Wall', () => {
  it.each(DESIGNS)(`has nothing to say of a whole design, ${TITLE}`, (design) => {
    const project = hdlProject(randomNetwork(5), { ...BOARD, ...design }, design);
    const folder = written(project);
    const lint = ['--lint-only', '-Wall', '--top-module', 'top', ...project.sources];
    expect(() => execFileSync('verilator', lint, { cwd: folder, stdio: 'pipe' })).not.toThrow();
  });

  it.each(['pad', 'core'] as const)('nor of one whose clock a PLL makes, %s', (pll) => {
    const board = { ...BOARD, receiveBuffer: 64, clockHz: 18_000_000, oscillator: { hz: 12_000_000, pll } };
    const project = hdlProject(tinyNetwork(), board, { banks: 1, filters: 1 });
    const folder = written(project);
    expect(project.files.get('top.v')).toContain('18 MHz of the oscillator');
    const models = assetPath('hdl-templates/simulation/ice40_cells.v');
    const lint = ['--lint-only', '-Wall', '--top-module', 'top', ...project.sources, '-v', models];
    expect(() => execFileSync('verilator', lint, { cwd: folder, stdio: 'pipe' })).not.toThrow();
  });
});

describeWithTool('verilator', 'verilator -Wall', () => {
  const board = { ...BOARD, receiveBuffer: 64, trace: false, flash: { free: 2 ** 20, bytes: 2 ** 24 } };

  it.each([16, 32, 48, 64])(
    'has nothing to say of weights in a large memory, %i bits of a word',
    (largeBits) => {
      const project = hdlProject(
        randomNetwork(5),
        board,
        { banks: 4, filters: 3 },
        { packed: false, largeBits },
      );
      expect(project.sources).toContain('flash_loader.v');
      const lint = ['--lint-only', '-Wall', '--top-module', 'top', ...project.sources];
      expect(() => execFileSync('verilator', lint, { cwd: written(project), stdio: 'pipe' })).not.toThrow();
    },
  );

  it('is not asked of a design whose weights do not fit the flash memory', () => {
    const store = { packed: false, largeBits: 16 };
    const tight = { ...board, flash: { free: 2 ** 20, bytes: 2 ** 20 + 1 } };
    for (const other of [tight, { ...board, flash: undefined }])
      expect(() => hdlProject(randomNetwork(5), other, { banks: 4, filters: 3 }, store)).toThrow(
        /flash memory/,
      );
  });
});

describeWithTool('yosys', 'yosys', () => {
  it.each(DESIGNS)(`reads a whole design as Verilog-2005 without a warning, ${TITLE}`, (design) => {
    const project = hdlProject(randomNetwork(5), { ...BOARD, ...design }, design);
    const folder = written(project);
    const script = `read_verilog -defer ${project.sources.join(' ')}; hierarchy -check -top top; proc; check -assert`;
    const said = execFileSync('yosys', ['-p', script], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(said.split('\n').filter((line) => /warning/i.test(line))).toEqual([]);
  });
});
