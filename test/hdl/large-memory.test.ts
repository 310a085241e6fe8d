import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { loadBoard, type FpgaBoard } from '../../toolkit/boards/index.js';
import { openDevice } from '../../toolkit/device/index.js';
import { engineProgram, fpgaProject } from '../../toolkit/hdl/index.js';
import { createInterpreter, type TableNetwork } from '../../toolkit/network/index.js';
import {
  executePlan,
  findFpgaTools,
  findSimulator,
  findUnpacker,
  planPlacement,
  planSimulation,
  planSynthesis,
  readUtilization,
  type Level,
} from '../../toolkit/plan/index.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

const FOLDING = { banks: 2, filters: 5 };
const STORE = { packed: true, largeBits: 32 };
const MODELS = ['board.cpp', 'board.v', 'chip.v', 'spi_flash.v', 'ice40_cells.v'];

function iceBreaker(): FpgaBoard {
  const board = loadBoard('icebreaker');
  if (board.kind !== 'fpga') throw new Error('no FPGA');
  return board;
}

const PICTURES = [0, 1, 2];

function expectedLogits(network: TableNetwork): number[][] {
  const { infer } = createInterpreter(network);
  return PICTURES.map((i) => [...infer(randomPicture(network, i)).logits]);
}

/** Weights of five levels, with narrow words and wide ones; its answers differ from picture to picture. */
function suitable(): TableNetwork {
  for (let seed = 1; seed < 5000; seed++) {
    const network = randomNetwork(seed);
    const { levels, narrow, wide } = engineProgram(network, FOLDING);
    if (levels !== 4 || narrow.length === 0 || wide.length === 0) continue;
    if (new Set(expectedLogits(network).map(String)).size === PICTURES.length) return network;
  }
  throw new Error('no such network');
}

/** The simulated board's logits for some pictures. */
async function logits(
  network: TableNetwork,
  level: Level,
  simulator: 'verilator' | 'iverilog',
  change: (flash: string) => string = (flash) => flash,
): Promise<number[][]> {
  const board = iceBreaker();
  const folder = temporaryFolder(`large-${level}`);
  const project = fpgaProject(network, board, { folding: FOLDING, store: STORE });
  if (level !== 'rtl') {
    const tools = await findFpgaTools(board.toolchain);
    const synthesis = planSynthesis(project, tools);
    await executePlan(synthesis, folder);
    const { sprams, dsps } = readUtilization(folder, synthesis.products.cells, 'ice40');
    expect({ sprams, dsps }).toEqual({ sprams: 2, dsps: 0 });
    await executePlan(planPlacement(project, board, tools), folder);
    expect(Uint8Array.from(readFileSync(join(folder, 'weights.bin')))).toEqual(project.flash?.bytes);
  }
  const chosen = await findSimulator(process.env, simulator);
  const plan = planSimulation(project, board, {
    level,
    simulator: chosen,
    unpacker: findUnpacker(),
    bench: new Map(
      MODELS.map((name) => [name, readFileSync(assetPath(`hdl-templates/simulation/${name}`), 'utf8')]),
    ),
  });
  await executePlan(plan, folder);
  const flash = join(folder, 'flash.hex');
  writeFileSync(flash, change(readFileSync(flash, 'utf8')));
  const program = join(folder, plan.products.program);
  const argv = chosen.kind === 'verilator' ? ([program] as const) : ([chosen.vvp, program] as const);
  const device = await openDevice({
    board,
    network,
    image: { level, argv: [...argv], folder, polled: chosen.kind === 'iverilog' },
  });
  try {
    const answers: number[][] = [];
    for (const i of PICTURES) answers.push([...(await device.infer(randomPicture(network, i))).logits]);
    return answers;
  } finally {
    await device.close();
  }
}

describeWithTool(
  ['yosys', 'nextpnr-ice40', 'icepack', 'iceunpack', 'icebox_vlog', 'verilator', 'iverilog', 'c++', 'make'],
  'weights that a board reads from its flash memory',
  () => {
    const network = suitable();
    const expected = expectedLogits(network);

    it.each([
      ['rtl', 'verilator'],
      ['rtl', 'iverilog'],
      ['bitstream', 'verilator'],
    ] as const)(
      'give what interpret() gives: %s, %s',
      async (level, simulator) => {
        expect(await logits(network, level, simulator)).toEqual(expected);
      },
      480_000,
    );

    it('are seen to be wrong when the memory has others', async () => {
      const wrong = (flash: string): string =>
        flash.replace(/^[0-9a-f]{2}$/gm, (byte) => (parseInt(byte, 16) ^ 1).toString(16).padStart(2, '0'));
      expect(await logits(network, 'rtl', 'verilator', wrong)).not.toEqual(expected);
    }, 240_000);
  },
);
