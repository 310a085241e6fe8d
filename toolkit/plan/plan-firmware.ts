import type { FirmwareBoard } from '../boards/board.js';
import type { FirmwareProject } from '../firmware/project.js';
import type { BuildPlan, Command, Products } from './build-plan.js';
import { buildScript } from './build-script.js';
import { compilerFlags } from './compiler-flags.js';
import { layoutOf, type Unit } from './layout.js';
import { safePath } from './safe-path.js';
import type { FoundToolchain } from './toolchain.js';

const TIMEOUT_SECONDS = 600;

/**
 * The plan of a firmware build: every source to an object (the inference code by way of its assembly, so that what is scanned
 * is what runs), link, raw image. Pure: the same project, board and toolchain give the same plan.
 */
export function planFirmware(
  project: FirmwareProject,
  board: FirmwareBoard,
  toolchain: FoundToolchain,
): BuildPlan<Products> {
  const layout = layoutOf(project, board);
  const { products } = layout;
  const flags = compilerFlags(board, toolchain.kind, {
    linkerScript: project.linkerScript === null ? null : safePath(project.linkerScript),
    entry: layout.entry,
  });
  const command = (
    title: string,
    program: readonly [string, ...string[]],
    ...args: readonly string[]
  ): Command => ({
    title,
    argv: [...program, ...args],
    env: toolchain.env,
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  const cc = toolchain.compiler;
  const includes = project.includes.flatMap((folder) => ['-I', folder]);

  const build = ({ source, assembly, object }: Unit): Command[] => {
    const compile = [...flags.target, ...flags.compile, ...includes];
    if (assembly === null) {
      return [command(`compile ${source}`, cc, ...compile, ...flags.support, '-c', source, '-o', object)];
    }
    return [
      command(`compile ${source}`, cc, ...compile, '-S', source, '-o', assembly),
      command(`assemble ${assembly}`, cc, ...assemble(flags.target, toolchain), '-c', assembly, '-o', object),
    ];
  };
  const link = command(
    `link ${products.elf}`,
    cc,
    ...flags.target,
    ...flags.link,
    ...layout.units.map(({ object }) => object),
    ...flags.libraries,
    '-o',
    products.elf,
  );
  const { objcopy } = toolchain;
  const images =
    objcopy === null
      ? []
      : [
          ...(products.bin === null
            ? []
            : [command(`write ${products.bin}`, objcopy, '-O', 'binary', products.elf, products.bin)]),
          ...(products.hex === null
            ? []
            : [
                command(
                  `write ${products.hex}`,
                  objcopy,
                  '-O',
                  toolchain.kind === 'zig' ? 'hex' : 'ihex',
                  products.elf,
                  products.hex,
                ),
              ]),
        ];
  return {
    name: 'build',
    inputs: [],
    files: new Map<string, string>([...project.files, ['build.sh', buildScript(project, board)]]),
    folders: layout.folders,
    commands: [...layout.units.flatMap(build), link, ...images],
    uf2:
      products.uf2 === null ||
      products.bin === null ||
      board.memory === null ||
      board.flash.kind !== 'uf2-drive'
        ? null
        : {
            bin: products.bin,
            uf2: products.uf2,
            origin: board.memory.flash.origin,
            family: board.flash.family,
          },
    products,
  };
}

function assemble(target: readonly string[], { kind }: FoundToolchain): readonly string[] {
  return kind === 'zig' ? [...target, '-g0', '-Wno-unused-command-line-argument'] : target;
}
