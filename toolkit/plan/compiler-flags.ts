import type { FirmwareBoard, Toolchain } from '../boards/board.js';
import type { CompilerKind } from './toolchain.js';

/** Flags of a board's compiler, in the order of use. */
export interface CompilerFlags {
  /** Language, warnings and optimization: for C sources. */
  readonly compile: readonly string[];
  /** On top of them for the test firmware, which may be slow, but shall leave the flash to the network. */
  readonly support: readonly string[];
  /** The core: for every step. */
  readonly target: readonly string[];
  /** For the link step, before and after the objects. */
  readonly link: readonly string[];
  readonly libraries: readonly string[];
}

export interface LinkFacts {
  readonly linkerScript: string | null;
  /** The symbol that the linker script names as entry. */
  readonly entry: string | null;
}

const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror'];

/** No debug information and no paths or dates in the objects: the same sources give the same bytes in every folder. */
const REPRODUCIBLE = ['-g0', '-Wdate-time'];

const ZIG_CPU: Readonly<Record<string, string>> = {
  'cortex-m0': 'cortex_m0',
  'cortex-m0plus': 'cortex_m0plus',
  'cortex-m3': 'cortex_m3',
  'cortex-m4': 'cortex_m4',
  'cortex-m7': 'cortex_m7',
};

/** A RISC-V core as gcc and zig name it; code for RV32E has a calling convention of its own, with 16 registers. */
const RISCV: Readonly<
  Record<
    Extract<Toolchain, { kind: 'riscv' }>['isa'],
    { readonly gcc: readonly string[]; readonly zig: readonly string[] }
  >
> = {
  rv32ec: { gcc: ['-march=rv32ec_zicsr', '-mabi=ilp32e'], zig: ['-mcpu=generic_rv32-i+e+c', '-mabi=ilp32e'] },
  rv32imac: { gcc: ['-march=rv32imac_zicsr', '-mabi=ilp32'], zig: ['-mcpu=generic_rv32+m+a+c'] },
};

/** Code for a machine without an operating system; each function in a section of its own, so that unused ones go. */
const BARE = ['-ffreestanding', '-ffunction-sections', '-fdata-sections', '-fno-stack-protector'];

/** gcc makes calls of memset and memcpy of loops; without a C library there are none. */
const KEEP_LOOPS = ['-fno-tree-loop-distribute-patterns'];

const ZIG_PLAIN = ['-fno-sanitize=undefined', '-Wno-unused-command-line-argument'];

/** The flags for a board and a compiler family; `facts` are those of the project that is linked. */
export function compilerFlags(board: FirmwareBoard, kind: CompilerKind, facts: LinkFacts): CompilerFlags {
  const zig = kind === 'zig';
  const script = facts.linkerScript === null ? [] : [`-Wl,-T,${facts.linkerScript}`];
  // zig does not read ENTRY() of a linker script.
  const entry = facts.entry === null || !zig ? [] : ['-e', facts.entry];
  const { toolchain } = board;
  switch (toolchain.kind) {
    case 'host':
      return {
        compile: ['-std=c99', '-O2', ...WARNINGS, ...REPRODUCIBLE, ...(zig ? ZIG_PLAIN : [])],
        support: [],
        // zig takes the instructions of the very machine that it runs on, unless it is told otherwise.
        target: zig ? ['-mcpu=baseline'] : [],
        link: zig ? ['-g0'] : [],
        libraries: [],
      };
    case 'arm':
    case 'riscv':
      return {
        compile: [
          '-std=c99',
          '-O2',
          ...WARNINGS,
          ...REPRODUCIBLE,
          ...BARE,
          ...(zig ? ZIG_PLAIN : KEEP_LOOPS),
        ],
        support: toolchain.kind === 'riscv' ? ['-Os'] : [],
        target: coreFlags(toolchain, zig),
        link: [
          '-nostdlib',
          '-Wl,--gc-sections',
          ...(zig ? ['-g0'] : ['-Wl,--build-id=none']),
          ...entry,
          ...script,
        ],
        // The compiler's own helpers (shifts of 64 bits, switch tables), no C library.
        libraries: [zig ? '-rtlib=compiler-rt' : '-lgcc'],
      };
    case 'avr': {
      const ownStart = facts.linkerScript !== null;
      return {
        compile: [
          '-std=gnu99',
          // Of the same speed as -O2 with clang, and 2 KB smaller; gcc's -Os costs 2 to 8 % of the cycles for 0.7 KB.
          zig ? '-Os' : '-O2',
          ...WARNINGS,
          ...REPRODUCIBLE,
          ...BARE,
          ...(zig ? ZIG_PLAIN : ownStart ? KEEP_LOOPS : []),
        ],
        support: [],
        target: zig
          ? ['-target', 'avr-freestanding-none', `-mcpu=${toolchain.mcu}`, `-mmcu=${toolchain.mcu}`]
          : [`-mmcu=${toolchain.mcu}`],
        link: [
          ...(zig || ownStart ? ['-nostdlib'] : []),
          '-Wl,--gc-sections',
          ...(zig ? ['-g0'] : []),
          ...entry,
          ...script,
        ],
        libraries: zig ? [] : ownStart ? ['-lgcc'] : [],
      };
    }
  }
}

/** The flags that name a core. */
function coreFlags(
  toolchain: Extract<Toolchain, { readonly kind: 'arm' | 'riscv' }>,
  zig: boolean,
): readonly string[] {
  if (toolchain.kind === 'arm') {
    return zig
      ? ['-target', 'thumb-freestanding-eabi', `-mcpu=${ZIG_CPU[toolchain.cpu] ?? toolchain.cpu}`]
      : [`-mcpu=${toolchain.cpu}`, '-mthumb'];
  }
  const core = RISCV[toolchain.isa];
  return zig
    ? ['-target', 'riscv32-freestanding-none', ...core.zig]
    : // Without the register gp, which start-up code would have to set.
      [...core.gcc, '-msmall-data-limit=0'];
}
