import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  chooseFolding,
  chooseStore,
  estimateDevice,
  hdlProject,
  PLAIN,
  type Folding,
} from '../../toolkit/hdl/index.js';
import { parseNetwork, type TableNetwork } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';
import { simulatedClocks } from './simulate-engine.js';

const model = (name: string): TableNetwork => {
  const file = new URL(`../../models/${name}/table-network.json`, import.meta.url);
  return parseNetwork(readFileSync(file, 'utf8'), name);
};
const BOARD = {
  id: 'a-board',
  title: 'A board',
  clockHz: 12_000_000,
  baud: 1_000_000,
  receiveBuffer: 256,
  trace: true,
};
const UP5K = { luts: 5280, blockRams: 30, blockRamBits: 4096, sprams: 4, spramBits: 262_144, flash: false };

describeWithTool(['iverilog', 'vvp'], 'estimated clocks', () => {
  const foldings = [
    { banks: 1, filters: 2 },
    { banks: 4, filters: 4 },
  ];
  it.each(foldings)('are those of the simulation, stage by stage: $banks x $filters', (folding) => {
    for (let seed = 1; seed <= 4; seed++) {
      const network = randomNetwork(seed * 5 + folding.filters);
      const picture = new Uint8Array(network.input.shape.reduce((all, size) => all * size, 1)).fill(seed);
      let clocks = 0;
      const { stages, clocksPerPicture } = estimateDevice(network, folding, BOARD);
      const ends = stages.map((stage) => (clocks += stage.clocks));
      expect(ends).toEqual(simulatedClocks(network, folding, picture));
      expect(clocksPerPicture).toBe(clocks);
    }
  });
});

describeWithTool('yosys', 'estimated logic', () => {
  const networks: [string, Folding, TableNetwork][] = [
    ['mnist-small', { banks: 2, filters: 8 }, model('mnist-small')],
  ];
  it.each(networks)(
    'is within a tenth of what Yosys makes, and the block RAMs are exact: %s, %o',
    (_name, folding, network) => {
      const made = synthesized(network, folding);
      const { luts, flipFlops, blockRams } = estimateDevice(network, folding, BOARD);
      expect(blockRams).toBe(made.blockRams);
      expect(Math.abs(luts / made.luts - 1)).toBeLessThan(0.1);
      expect(Math.abs(flipFlops / made.flipFlops - 1)).toBeLessThan(0.1);
    },
    180_000,
  );
});

describe('estimateDevice', () => {
  it('tells lookups per clock of each stage: mnist-cnn, 4 columns x 16 filters', () => {
    const { stages, bandwidthShare } = estimateDevice(model('mnist-cnn'), { banks: 4, filters: 16 }, BOARD);
    const looking = stages.filter(({ products }) => products > 0);
    const products = looking.reduce((sum, stage) => sum + stage.products, 0);
    const clocks = looking.reduce((sum, stage) => sum + stage.clocks, 0);
    expect(products).toBe(337_024);
    expect(products / clocks).toBeGreaterThan(32);
    expect(looking.map(({ lookupsPerClock }) => Math.floor(lookupsPerClock))).toEqual([24, 59, 50, 7]);
    expect(bandwidthShare).toBeGreaterThan(0);
    expect(bandwidthShare).toBeLessThan(1);
  });
});

describe('chooseFolding', () => {
  it('takes the fewest clocks that fit: the more there is, the fewer', () => {
    const network = model('mnist-small');
    const clocks = [2500, 5280].map((luts) => {
      const choice = chooseFolding(network, { ...UP5K, luts }, BOARD);
      if (!choice.fits) throw new Error('nothing fits');
      expect(choice.estimate).toEqual(
        estimateDevice(network, choice.folding, BOARD, { bits: UP5K.blockRamBits, widest: 16 }),
      );
      expect(choice.estimate.luts).toBeLessThan(luts);
      expect(choice.estimate.blockRams).toBeLessThanOrEqual(UP5K.blockRams);
      return choice.estimate.clocksPerPicture;
    });
    expect(clocks).toEqual([...clocks].sort((a, b) => b - a));
    expect(new Set(clocks).size).toBe(clocks.length);
  });

  it('says what is short where nothing fits, and what comes nearest', () => {
    const choice = chooseFolding(model('mnist-small'), { ...UP5K, blockRams: 8 }, BOARD);
    expect(choice.fits).toBe(false);
    if (choice.fits) return;
    expect(choice.short).toEqual([
      { resource: 'blockRams', needed: choice.nearest.estimate.blockRams, available: 8 },
    ]);
  });
});

describe('weights in large memories', () => {
  const network = model('mnist-small');
  const small = { ...UP5K, blockRams: 12 };

  it('are packed where that is enough, and lie there where a flash memory can fill them, but only if they must', () => {
    const stores = [30, 14, 12].map((blockRams) => {
      const choice = chooseFolding(network, { ...UP5K, blockRams, flash: true }, BOARD);
      if (!choice.fits) throw new Error('nothing fits');
      expect(choice.estimate.blockRams).toBeLessThanOrEqual(blockRams);
      expect(choice.estimate.sprams).toBe(choice.store.largeBits / 16);
      return choice.store;
    });
    expect(stores.map(({ largeBits }) => largeBits > 0)).toEqual([false, false, true]);
    expect(stores.map(({ packed }) => packed).slice(0, 2)).toEqual([false, true]);
    expect(chooseFolding(network, small, BOARD).fits).toBe(false);
  });

  it('are for the folding that is asked for, too', () => {
    const folding = { banks: 1, filters: 4 };
    const { store } = chooseStore(network, folding, { ...small, flash: true }, BOARD);
    expect(store.largeBits).toBeGreaterThan(0);
    expect(chooseStore(network, folding, UP5K, BOARD).store).toEqual(PLAIN);
  });
});

function synthesized(network: TableNetwork, folding: Folding) {
  const folder = temporaryFolder('synthesized');
  const { files, sources, top } = hdlProject(network, BOARD, folding);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  const script = `read_verilog -defer ${sources.join(' ')}; synth_ice40 -top ${top}; tee -o cells.json stat -json`;
  execFileSync('yosys', ['-q', '-p', script], { cwd: folder, stdio: 'pipe' });
  const { design } = JSON.parse(readFileSync(join(folder, 'cells.json'), 'utf8')) as {
    design: { num_cells_by_type: Record<string, number> };
  };
  const count = (cell: RegExp): number =>
    Object.entries(design.num_cells_by_type).reduce((sum, [type, n]) => sum + (cell.test(type) ? n : 0), 0);
  return { luts: count(/^SB_LUT4$/), flipFlops: count(/^SB_DFF/), blockRams: count(/^SB_RAM40/) };
}
