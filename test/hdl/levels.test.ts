import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBoard, type FpgaBoard } from '../../toolkit/boards/index.js';
import { fpgaBuilder } from '../../toolkit/commands/fpga.js';
import { openDevice, traceCrc, type Device } from '../../toolkit/device/index.js';
import { BuildError } from '../../toolkit/errors.js';
import { fpgaProject, PLAIN } from '../../toolkit/hdl/index.js';
import { createInterpreter, type TableNetwork } from '../../toolkit/network/index.js';
import {
  executePlan,
  findFpgaTools,
  findSimulator,
  findUnpacker,
  LEVELS,
  planSimulation,
  planSynthesis,
  readUtilization,
  requireGoodNetlist,
} from '../../toolkit/plan/index.js';
import { expectLocated } from '../support/planted.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';

const TOOLS = ['yosys', 'nextpnr-ice40', 'icepack', 'iceunpack', 'icebox_vlog', 'verilator', 'c++', 'make'];
const FOLDING = { banks: 2, filters: 2 };
const PICTURES = 5;

const quiet = {
  signal: new AbortController().signal,
  output: {
    line: () => undefined,
    progress: () => undefined,
    json: () => undefined,
    problem: () => undefined,
    machine: false,
  },
};

function fpgaBoard(id: string): FpgaBoard {
  const board = loadBoard(id);
  if (board.kind !== 'fpga') throw new Error(`${id} has no FPGA`);
  return board;
}

async function expectExact(device: Device, network: TableNetwork): Promise<void> {
  const { infer } = createInterpreter(network);
  for (let i = 0; i < PICTURES; i++) {
    const picture = randomPicture(network, i);
    const { label, logits, trace = [] } = infer(picture, { trace: true });
    const answer = await device.infer(picture);
    expect({ label: answer.label, logits: [...answer.logits] }).toEqual({ label, logits: [...logits] });
    if (i > 0) continue;
    const sums = trace.map((point, k) => traceCrc(point, k === trace.length - 1 ? 'logits' : 'indices'));
    expect(await device.trace(picture)).toEqual(sums);
  }
}

async function failure(work: Promise<unknown>): Promise<BuildError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describeWithTool(TOOLS, 'an FPGA, from Verilog to the bits of its bitstream', () => {
  const network = tinyNetwork();
  const board = fpgaBoard('ice40-hx8k-b-evn');
  const folder = temporaryFolder('levels');

  it.each(LEVELS)(
    'level %s computes what interpret() computes, at every trace point, and shows where it parts from another',
    async (level) => {
      const builder = fpgaBuilder(board, network, { level, folding: FOLDING, out: folder });
      const { image, facts } = await builder.build('emulate', quiet);
      if (image === null) throw new Error('nothing to run');
      const device = await openDevice({ board, network, image });
      try {
        expect(device.executor).toBe(level);
        await expectExact(device, network);
        await expectLocated(
          device,
          network,
          Array.from({ length: 8 }, (_, i) => randomPicture(network, i)),
        );
      } finally {
        await device.close();
      }
      expect(facts.multiplies).toEqual(level === 'rtl' ? null : { inference: 0, floats: 0 });
    },
    240_000,
  );

  describe('a bitstream that was damaged', () => {
    let bitstream: Uint8Array;
    beforeAll(() => {
      bitstream = readFileSync(join(folder, 'build/bitstream.bin'));
    });

    const damaged = async (bytes: Uint8Array): Promise<BuildError> => {
      const copy = temporaryFolder('damaged');
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, 'build/bitstream.bin'), bytes);
      const plan = planSimulation(fpgaProject(network, board, { folding: FOLDING, store: PLAIN }), board, {
        level: 'bitstream',
        simulator: await findSimulator(),
        unpacker: findUnpacker(),
        bench: new Map(),
      });
      return failure(executePlan(plan, copy));
    };

    it('is refused when a bit has changed', async () => {
      const changed = Uint8Array.from(bitstream);
      const middle = changed.length >> 1;
      changed[middle] = (changed[middle] ?? 0) ^ 1;
      expect((await damaged(changed)).message).toMatch(/unpack the bitstream.*CRC/s);
    });

    it('is refused when its end is missing', async () => {
      const { message } = await damaged(bitstream.subarray(0, bitstream.length >> 1));
      expect(message).toMatch(/unpack the bitstream/);
    });
  });
});

describeWithTool('yosys', 'what Yosys makes of a design', () => {
  const board = fpgaBoard('icestick');

  const synthesize = async (network: TableNetwork, change: (files: Map<string, string>) => void) => {
    const project = fpgaProject(network, board, { folding: FOLDING, store: PLAIN });
    const files = new Map(project.files);
    change(files);
    const tools = { yosys: ['yosys'] } as const;
    const plan = planSynthesis({ ...project, files }, tools);
    const folder = temporaryFolder('netlist');
    await executePlan(plan, folder);
    const { products } = plan;
    requireGoodNetlist(folder, products, readUtilization(folder, products.cells, board.toolchain.kind));
  };

  it('is refused when someone has planted a multiplication', async () => {
    const error = await failure(
      synthesize(tinyNetwork(), (files) => {
        const lanes = files.get('lanes.v') ?? '';
        const planted = lanes.replace(/sum \+ /, 'sum * ');
        files.set('lanes.v', planted === lanes ? lanes.replace(/moving \+ /, 'moving * ') : planted);
      }),
    );
    expect(error.message).toMatch(/the design multiplies: \d+ times, first in .*lanes/);
  }, 120_000);

  it('is refused when a memory has become flip-flops', async () => {
    const error = await failure(
      synthesize(randomNetwork(5), (files) => {
        const memory = files.get('block_ram.v') ?? '';
        const planted = memory.replace(
          /\breg \[WIDTH-1:0\] (\w+)\s*\[/,
          '(* ram_style = "registers" *) reg [WIDTH-1:0] $1[',
        );
        if (planted === memory) throw new Error('nothing changed');
        files.set('block_ram.v', planted);
      }),
    );
    expect(error.message).toMatch(/the memory \S+ of \d+ bits did not become block RAM but flip-flops/);
  }, 120_000);

  it('is refused before it is placed when it is too large, with what would be smaller', async () => {
    const large = fpgaBuilder(board, randomNetwork(5), {
      folding: { banks: 4, filters: 8 },
      out: temporaryFolder('large'),
    });
    const error = await failure(large.build('flash', quiet));
    expect(error.message).toMatch(/does not fit Lattice iCEstick: it needs .*\d+ logic cells of 1280/);
    expect(error.next).toContain('--folding 4x4');
  }, 240_000);
});

describe('tools that are missing', () => {
  const { toolchain } = fpgaBoard('icebreaker');
  const env = { PATH: '/nowhere', TABLIZE_CACHE: '/nowhere' };

  it('are named, with how to get them', async () => {
    await expect(findFpgaTools(toolchain, { env })).rejects.toThrow(/yosys and nextpnr-ice40 and icepack/);
    await expect(
      findFpgaTools(fpgaBoard('ulx3s-85f').toolchain, { env, allowDownload: true }),
    ).rejects.toThrow(/nextpnr-ecp5/);
    await expect(findSimulator(env)).rejects.toThrow(/no simulator/);
    expect(() => findUnpacker(env)).toThrow(/iceunpack/);
  });

  it('come from npm where that has them', async () => {
    const planned = await findFpgaTools(toolchain, {
      env,
      planOnly: true,
    });
    expect(planned.why).toMatch(/packages of npm, to be fetched/);
    expect(planned.yosys.at(-1)).toBe('yosys');
  });
});
