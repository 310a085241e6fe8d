import { assetPath, toolkitVersion } from '../assets.js';
import { plainTitle, type FpgaBoard, type FpgaToolchain } from '../boards/index.js';
import { networkHash, type TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import type { Folding } from './folding.js';
import type { WeightStore } from './weight-store.js';
import { hdlProject, type HdlProject } from './hdl-project.js';
import { LUT4, unrolledProject, type UnrollOptions } from './unrolled/index.js';

/** A Verilog project with what the tools of a board's part must be told. */
export interface FpgaProject extends HdlProject {
  /** Yosys script: from the sources to build/netlist.json, build/netlist.v and counts of cells. */
  readonly script: string;
  /** Where pins lie, in the language of the part's tools. */
  readonly constraints: string;
}

const CONSTRAINTS: Readonly<Record<FpgaToolchain['kind'], string>> = {
  ice40: 'ice40.pcf',
  ecp5: 'ecp5.lpf',
  gowin: 'gowin.cst',
};

/** Four lookup tables in a row between two registers: about the depth of the serial line's own logic. */
const UNROLLED: UnrollOptions = { adders: LUT4, levels: 4, keepUnread: false };

/**
 * Renders all that is needed to build a network for an FPGA board: the sequential engine with a folding, or the unrolled one.
 * The same arguments give the same bytes.
 */
export function fpgaProject(
  network: TableNetwork,
  board: FpgaBoard,
  design: { readonly folding: Folding; readonly store: WeightStore } | 'unrolled',
): FpgaProject {
  const { id, title, part, clockHz, oscillator, serial, spiFlash, trace, toolchain } = board;
  const { baud, receiveBuffer } = serial;
  const flash = spiFlash ?? undefined;
  const hdlBoard = { id, title, clockHz, baud, receiveBuffer, trace, oscillator, flash };
  const project =
    design === 'unrolled'
      ? unrolledProject(network, hdlBoard, UNROLLED)
      : hdlProject(network, hdlBoard, design.folding, design.store);
  const template = CONSTRAINTS[toolchain.kind];
  const constraints = template.replace(/^[^.]*/, 'board');
  const script = 'synthesis.ys';
  const view = {
    version: toolkitVersion(),
    network: { name: network.name, hash: networkHash(network) },
    board: {
      id,
      title: plainTitle(board),
      part: plainTitle({ title: part }),
      oscillatorMHz: oscillator.hz / 1e6,
      pins: { clock: oscillator.pin, ...serial.pins },
      flash: project.flash && spiFlash?.pins,
    },
    primitives: project.primitives,
    sources: project.sources.join(' '),
    synth: synthesisCommand(toolchain),
  };
  const files = new Map([
    ...project.files,
    [constraints, renderTemplate(assetPath(`hdl-templates/constraints/${template}.ejs`), view)],
    [script, renderTemplate(assetPath('hdl-templates/synthesis/synthesis.ys.ejs'), view)],
  ]);
  return { ...project, files, script, constraints };
}

function synthesisCommand(toolchain: FpgaToolchain): string {
  switch (toolchain.kind) {
    case 'ice40':
      return `synth_ice40 -device ${toolchain.device === 'up5k' ? 'u' : toolchain.device.slice(0, 2)}`;
    case 'ecp5':
      return 'synth_ecp5';
    case 'gowin':
      return 'synth_gowin';
  }
}
