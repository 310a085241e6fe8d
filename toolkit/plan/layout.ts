import type { FirmwareBoard } from '../boards/board.js';
import type { FirmwareProject } from '../firmware/project.js';
import type { Products } from './build-plan.js';
import { safePath } from './safe-path.js';

/** What a source becomes: an object, and for the inference code the assembly that the object is made from. */
export interface Unit {
  readonly source: string;
  readonly assembly: string | null;
  readonly object: string;
}

/** Where everything of a build lies, relative to the output folder. */
export interface Layout {
  readonly units: readonly Unit[];
  readonly folders: readonly string[];
  readonly products: Products;
  /** The symbol in the linker script's ENTRY(), or null. */
  readonly entry: string | null;
}

export const BUILD_FOLDER = 'build';

/** Apart from the products, whose names could be those of source folders. */
export const OBJECT_FOLDER = `${BUILD_FOLDER}/objects`;

/** The layout of a project's build: pure names, checked. */
export function layoutOf(project: FirmwareProject, board: FirmwareBoard): Layout {
  const inference = project.inference.map((source) => unit(source, true));
  const units = [...inference, ...project.support.map((source) => unit(source, false))];
  const objects = new Set(units.map(({ object }) => object));
  if (objects.size !== units.length) throw new RangeError('two sources of the project have one name');
  project.includes.forEach(safePath);
  const script = project.linkerScript === null ? '' : (project.files.get(project.linkerScript) ?? '');
  const image = board.kind === 'microcontroller';
  const base = `${BUILD_FOLDER}/firmware`;
  return {
    units,
    folders: [...new Set(units.map(({ object }) => object.slice(0, object.lastIndexOf('/'))))].sort(),
    products: {
      elf: image ? `${base}.elf` : base,
      bin: image ? `${base}.bin` : null,
      hex: image ? `${base}.hex` : null,
      uf2: board.flash.kind === 'uf2-drive' ? `${base}.uf2` : null,
      assembly: inference.flatMap(({ assembly }) => assembly ?? []),
    },
    entry: /\bENTRY\s*\(\s*([A-Za-z_][A-Za-z0-9_]*)\s*\)/.exec(script)?.[1] ?? null,
  };
}

function unit(source: string, inference: boolean): Unit {
  if (!/\.[csS]$/.test(source)) throw new RangeError(`not a C or assembly source: ${source}`);
  if (inference && !source.endsWith('.c')) throw new RangeError(`inference code must be C: ${source}`);
  const base = `${OBJECT_FOLDER}/${safePath(source).slice(0, -2)}`;
  return { source, assembly: inference ? `${base}.s` : null, object: `${base}.o` };
}
