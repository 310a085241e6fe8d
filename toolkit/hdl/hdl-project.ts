import { readFileSync, readdirSync } from 'node:fs';
import { assetPath } from '../assets.js';
import type { TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { engineImage } from './engine-image.js';
import { engineProgram } from './engine-program.js';
import type { Folding } from './folding.js';
import { topView, type HdlBoard } from './top-view.js';

export type { HdlBoard };

/** A rendered Verilog project: file names and their contents. All files lie side by side. */
export interface HdlProject {
  readonly files: ReadonlyMap<string, string>;
  /** The Verilog sources among them. */
  readonly sources: readonly string[];
  readonly top: string;
  readonly clocksPerBit: number;
}

const FOLDERS = ['board', 'engine', 'memory', 'protocol', 'serial'];
/**
 * Renders the Verilog project of a network: the hand-written modules as they are, the top module that connects them, and what
 * the engine reads. The same network, board and folding give the same bytes. Throws InputError for a network that the engine cannot run.
 */
export function hdlProject(network: TableNetwork, board: HdlBoard, folding: Folding): HdlProject {
  const image = engineImage(engineProgram(network, folding));
  const { files, sources } = handWritten(FOLDERS);
  const view = topView(network, board, {
    title: `${folding.banks} columns x ${folding.filters} filters at once`,
    parameters: image.parameters,
    tracesStages: true,
  });
  files.set('top.v', renderTemplate(assetPath('hdl-templates/board/top.v.ejs'), view));
  for (const { name, content } of image.files) files.set(name, content);
  return { files, sources: [...sources, 'top.v'], top: 'top', clocksPerBit: view.board.clocksPerBit };
}

/** The Verilog modules of some folders of hdl-templates/, as they are. */
export function handWritten(folders: readonly string[]): { files: Map<string, string>; sources: string[] } {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const name of readdirSync(assetPath(`hdl-templates/${folder}`)).sort()) {
      if (!name.endsWith('.v')) continue;
      files.set(name, readFileSync(assetPath(`hdl-templates/${folder}/${name}`), 'utf8'));
    }
  }
  return { files, sources: [...files.keys()] };
}
