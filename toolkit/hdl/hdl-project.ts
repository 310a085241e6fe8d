import { readFileSync, readdirSync } from 'node:fs';
import { assetPath } from '../assets.js';
import type { TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { InputError } from '../errors.js';
import { engineImage, type EngineImage } from './engine-image.js';
import { engineProgram } from './engine-program.js';
import type { Folding } from './folding.js';
import { hasPll, topView, type HdlBoard } from './top-view.js';
import { PLAIN, type WeightStore } from './weight-store.js';

export type { HdlBoard };

/** A rendered Verilog project: file names and their contents. All files lie side by side. */
export interface HdlProject {
  readonly files: ReadonlyMap<string, string>;
  /** The Verilog sources among them. */
  readonly sources: readonly string[];
  readonly top: string;
  readonly clocksPerBit: number;
  /** Whether the sources have primitives of an iCE40, of which a simulation needs models. */
  readonly primitives: boolean;
  /** What must be in the flash memory beside the part; null where nothing is read from it. */
  readonly flash: FlashContent | null;
}

/** Data in a flash memory. */
export interface FlashContent {
  /** Byte of the memory. */
  readonly first: number;
  readonly bytes: Uint8Array;
}

/**
 * Renders the Verilog project of a network: the hand-written modules as they are, the top module that connects them, and what
 * the engine reads. The same network, board and folding give the same bytes. Throws InputError for a network that the engine cannot run.
 */
export function hdlProject(
  network: TableNetwork,
  board: HdlBoard,
  folding: Folding,
  store: WeightStore = PLAIN,
): HdlProject {
  const image = engineImage(engineProgram(network, folding), store);
  const flash = flashOf(board, image);
  const rooms = ['board', 'engine', 'memory', 'protocol', 'serial', ...(flash === null ? [] : ['flash'])];
  const { files, sources } = handWritten(rooms, notNeeded(board));
  const view = topView(network, board, {
    title: `${folding.banks} columns x ${folding.filters} filters at once`,
    parameters: image.parameters,
    fill: flash && { first: flash.first, largeBits: store.largeBits, words: image.parameters.LARGE_WORDS },
  });
  files.set('top.v', renderTemplate(assetPath('hdl-templates/board/top.v.ejs'), view));
  for (const { name, content } of image.files) files.set(name, content);
  files.set('hello.hex', view.hello);
  return {
    files,
    sources: [...sources, 'top.v'],
    top: 'top',
    clocksPerBit: view.board.clocksPerBit,
    primitives: hasPll(board),
    flash,
  };
}

function flashOf({ id, flash }: HdlBoard, { large }: EngineImage): FlashContent | null {
  if (large === null) return null;
  if (flash === undefined)
    throw new InputError('weights in the large memory need a flash memory that the design can read', {
      where: `board "${id}"`,
      next: 'name its pins (spiFlash) in the board file, or keep weights in block RAM',
    });
  if (flash.free + large.length > flash.bytes)
    throw new InputError(
      `the weights' ${large.length} bytes from ${flash.free} on do not fit the flash memory of ${flash.bytes}`,
      { where: `board "${id}"`, next: 'choose a board with a larger one' },
    );
  return { first: flash.free, bytes: large };
}

/** The hand-written modules that a board does not take. */
export function notNeeded(board: HdlBoard): readonly string[] {
  return [
    ...(board.receiveBuffer === 0 ? ['fifo.v'] : []),
    ...(board.trace === false ? ['tracer.v'] : []),
    ...(hasPll(board) ? [] : ['pll.v']),
  ];
}

/** The Verilog modules of some folders of hdl-templates/, as they are, but for some of them. */
export function handWritten(
  folders: readonly string[],
  without: readonly string[] = [],
): { files: Map<string, string>; sources: string[] } {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const name of readdirSync(assetPath(`hdl-templates/${folder}`)).sort()) {
      if (!name.endsWith('.v') || without.includes(name)) continue;
      files.set(name, readFileSync(assetPath(`hdl-templates/${folder}/${name}`), 'utf8'));
    }
  }
  return { files, sources: [...files.keys()] };
}
