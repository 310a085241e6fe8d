import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirmwareBoard } from '../boards/board.js';
import { BuildError } from '../errors.js';
import type { Architecture } from './assembly/architecture.js';
import { scanAssembly, type Finding, type Scan } from './assembly/scan.js';
import type { Products } from './build-plan.js';
import { safePath } from './safe-path.js';

/** What the assembly of the inference code holds; the objects that are linked are made from this very assembly. */
export interface MultiplyProof {
  readonly architecture: Architecture;
  /** Paths of the files that were read, relative to the output folder. */
  readonly files: readonly string[];
  readonly instructions: number;
  readonly multiplies: readonly Finding[];
  readonly floats: readonly Finding[];
  readonly divisions: readonly Finding[];
  /** Instructions that are not known to be harmless, and calls of functions that were not looked at. */
  readonly unknown: readonly Finding[];
}

/**
 * Scans the assembly of the inference code. The result is a value whatever it holds; `requireNoMultiply` judges it.
 * Throws BuildError when the assembly cannot be read or holds no instruction at all.
 */
export function proveNoMultiply(products: Products, folder: string, board: FirmwareBoard): MultiplyProof {
  const architecture = architectureOf(board);
  const scans = products.assembly.map((path) =>
    scanAssembly(read(join(folder, safePath(path))), architecture, path),
  );
  const instructions = scans.reduce((sum, scan) => sum + scan.instructions, 0);
  if (instructions === 0) {
    throw new BuildError(
      'the assembly of the inference code holds no instruction, so nothing can be proven',
      {
        where: folder,
        next: 'build the firmware anew in an empty folder',
      },
    );
  }
  const all = (pick: (scan: Scan) => readonly Finding[]): Finding[] => scans.flatMap(pick);
  return {
    architecture,
    files: products.assembly,
    instructions,
    multiplies: all(({ multiplies }) => multiplies),
    floats: all(({ floats }) => floats),
    divisions: all(({ divisions }) => divisions),
    unknown: [...all(({ unknown }) => unknown), ...callsOutside(scans)],
  };
}

/** Throws BuildError naming the first instruction, unless the proof shows no multiplication, no float and nothing unknown. */
export function requireNoMultiply(proof: MultiplyProof): void {
  const kinds = [
    [proof.multiplies, 'multiplies'],
    [proof.floats, 'computes with floats'],
    [proof.unknown, 'does something that is not known to be harmless'],
  ] as const;
  for (const [findings, what] of kinds) {
    const first = findings[0];
    if (first === undefined) continue;
    const more = findings.length === 1 ? '' : ` (and ${findings.length - 1} more)`;
    throw new BuildError(
      `the inference code ${what}: "${first.instruction}" in ${first.function || 'an unnamed function'}${more}`,
      {
        where: `${first.file}:${first.line}`,
        next: 'write the C source of that function without it, or report it if you changed nothing',
      },
    );
  }
}

/** Calls that leave the scanned files for something that is not known to be harmless. */
function callsOutside(scans: readonly Scan[]): Finding[] {
  const defined = new Set(scans.flatMap((scan) => [...scan.defined]));
  return scans
    .flatMap(({ calls }) => calls)
    .filter(({ symbol }) => !defined.has(symbol))
    .map(({ file, line, function: place, instruction }) => ({ file, line, function: place, instruction }));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BuildError('the assembly of the inference code is not there', {
      where: path,
      next: 'build the firmware first',
      cause,
    });
  }
}

function architectureOf({ toolchain }: FirmwareBoard): Architecture {
  if (toolchain.kind === 'arm') return 'arm-thumb';
  if (toolchain.kind === 'avr' || toolchain.kind === 'riscv') return toolchain.kind;
  const found = { x64: 'x86-64', arm64: 'aarch64', riscv64: 'riscv' } as const;
  if (process.arch in found) return found[process.arch as keyof typeof found];
  throw new BuildError(`the assembly of this computer (${process.arch}) cannot be scanned yet`, {
    next: 'take a board with a microcontroller, or x64, arm64 or riscv64',
  });
}
