import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { loadBoard } from '../../toolkit/boards/index.js';
import type { FpgaProject } from '../../toolkit/hdl/index.js';
import {
  executePlan,
  planPlacement,
  planSimulation,
  type BuildPlan,
  type Level,
} from '../../toolkit/plan/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

const TOOLS = ['yosys', 'nextpnr-ice40', 'icepack', 'iceunpack', 'icebox_vlog', 'iverilog', 'vvp'];
const PINS = { clk: 35, go: 10, in0: 2, in1: 3, in2: 4, in3: 6, out0: 9, out1: 11, out2: 12, out3: 13 };
const CELLS = 'ice40_cells.v';

const text = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');

/** What the bench says of a design of this folder: of its Verilog, and of its bitstream. */
async function simulate(design: string): Promise<Readonly<Record<'rtl' | 'bitstream', string[]>>> {
  const board = loadBoard('icebreaker');
  if (board.kind !== 'fpga') throw new Error('no FPGA');
  const folder = temporaryFolder('spram');
  const project: FpgaProject = {
    files: new Map([
      ['top.v', text(design)],
      [CELLS, readFileSync(assetPath(`hdl-templates/simulation/${CELLS}`), 'utf8')],
      ['board.v', text('spram_bench.v').replaceAll('spram_bench', 'board')],
      [
        'pins.pcf',
        Object.entries(PINS)
          .map(([name, pin]) => `set_io ${name} ${pin}\n`)
          .join(''),
      ],
    ]),
    sources: ['top.v', CELLS],
    top: 'top',
    clocksPerBit: 1,
    primitives: false,
    flash: null,
    constraints: 'pins.pcf',
    script: 'synthesis.ys',
  };
  const netlist = 'build/netlist.json';
  const script = `read_verilog top.v; synth_ice40 -top top -json ${netlist}`;
  const synthesis: BuildPlan = {
    name: 'synthesis',
    files: project.files,
    folders: [],
    commands: [{ title: 'synthesize', argv: ['yosys', '-q', '-p', script], env: {}, timeoutSeconds: 60 }],
    uf2: null,
    inputs: [],
    products: { netlist },
  };
  await executePlan(synthesis, folder);
  await executePlan(planPlacement(project, board, { nextpnr: ['nextpnr-ice40'], pack: ['icepack'] }), folder);
  const run = async (level: Level): Promise<string[]> => {
    const plan = planSimulation(project, board, {
      level,
      simulator: { kind: 'iverilog', iverilog: 'iverilog', vvp: 'vvp', version: '' },
      unpacker: { iceunpack: 'iceunpack', iceboxVlog: 'icebox_vlog' },
      bench: new Map(),
    });
    await executePlan(plan, folder);
    return execFileSync('vvp', ['-n', plan.products.program], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
    })
      .trim()
      .split('\n');
  };
  return { rtl: await run('rtl'), bitstream: await run('bitstream') };
}

describeWithTool(TOOLS, 'SPRAMs of a bitstream that is turned back into logic', () => {
  it.each(['spram_cells.v', 'spram_memory.v'])(
    'keep and give what those of %s do',
    async (design) => {
      const { rtl, bitstream } = await simulate(design);
      expect(bitstream).toEqual(rtl);
      expect(rtl.join('')).toMatch(/^[0-9a-f]{9600}$/);
      expect(new Set(rtl).size).toBeGreaterThan(100);
    },
    120_000,
  );
});
