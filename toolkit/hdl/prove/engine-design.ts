import { readFileSync } from 'node:fs';
import { assetPath } from '../../assets.js';
import type { TableNetwork } from '../../network/index.js';
import { engineImage, type EngineImage } from '../engine-image.js';
import { engineProgram, type EngineProgram } from '../engine-program.js';
import type { Folding } from '../folding.js';
import { handWritten } from '../hdl-project.js';
import type { StageWord } from '../stage-words.js';

/** What the sequential engine of a network is made of: its Verilog, its words, and the files with them. */
export interface EngineDesign {
  readonly program: EngineProgram;
  readonly image: EngineImage;
  /** Verilog modules and hexadecimal words, by file name. */
  readonly files: ReadonlyMap<string, string>;
}

/** The design whose proof is wanted. */
export function engineDesign(network: TableNetwork, folding: Folding): EngineDesign {
  const program = engineProgram(network, folding);
  const image = engineImage(program);
  const { files } = handWritten(['engine', 'memory']);
  for (const { name, content } of image.files) files.set(name, content);
  return { program, image, files };
}

/** The file with the circuit that stands for a register in a proof. */
export function registersAsWires(): [string, string] {
  return ['registers.v', readFileSync(assetPath('hdl-templates/proof/registers.v'), 'utf8')];
}

/** The files of a design by name. */
export function pick(files: ReadonlyMap<string, string>, names: readonly string[]): [string, string][] {
  return names.map((name) => {
    const text = files.get(name);
    if (text === undefined) throw new RangeError(`the design has no ${name}`);
    return [name, text];
  });
}

/** The words that carry a stage out, or one part of it: a stage may be cut into columns. */
export function wordsOf({ stages }: EngineProgram, name: string): readonly StageWord[] {
  return stages.filter(
    (word) => word.runs && (word.name === name || word.name.startsWith(`${name} (column `)),
  );
}

/** A parameter of the module `engine`. */
export function parameter({ parameters }: EngineImage, name: string): number {
  const known: Readonly<Record<string, number>> = parameters;
  const value = known[name];
  if (value === undefined) throw new RangeError(`the engine has no parameter ${name}`);
  return value;
}
