import type { FirmwareBoard, Toolchain } from '../boards/board.js';
import type { CompilerKind } from './toolchain.js';

type ArmCpu = Extract<Toolchain, { readonly kind: 'arm' }>['cpu'];
type RiscvIsa = Extract<Toolchain, { readonly kind: 'riscv' }>['isa'];

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

/**
 * Cortex-M cores. Of the DSP extension of M4, M7 and M33 a compiler uses little but the multiplications of halves of registers, and those
 * even for the end of a loop's addresses: code for them does without it.
 */
const ARM: Readonly<Record<ArmCpu, { readonly gcc: readonly string[]; readonly zig: string }>> = {
  'cortex-m0': { gcc: ['-mcpu=cortex-m0'], zig: 'cortex_m0' },
  'cortex-m0plus': { gcc: ['-mcpu=cortex-m0plus'], zig: 'cortex_m0plus' },
  'cortex-m3': { gcc: ['-mcpu=cortex-m3'], zig: 'cortex_m3' },
  'cortex-m4': { gcc: ['-march=armv7-m', '-mtune=cortex-m4'], zig: 'cortex_m4-dsp' },
  'cortex-m7': { gcc: ['-march=armv7-m', '-mtune=cortex-m7'], zig: 'cortex_m7-dsp' },
  'cortex-m33': { gcc: ['-march=armv8-m.main', '-mtune=cortex-m33'], zig: 'cortex_m33-dsp' },
};

/**
 * RISC-V cores. Code for RV32E has a calling convention of its own, with 16 registers. gcc 12 has libraries for instruction sets
 * without zicsr only, and so links by that name.
 */
const RISCV: Readonly<Record<RiscvIsa, { readonly abi: string; readonly zig: string }>> = {
  rv32ec: { abi: 'ilp32e', zig: 'generic_rv32-i+e+c' },
  rv32imac: { abi: 'ilp32', zig: 'generic_rv32+m+a+c' },
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
          ...(toolchain.kind === 'riscv' && !zig ? [`-march=${toolchain.isa}`] : []),
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
    const core = ARM[toolchain.cpu];
    return zig ? ['-target', 'thumb-freestanding-eabi', `-mcpu=${core.zig}`] : [...core.gcc, '-mthumb'];
  }
  const { abi, zig: cpu } = RISCV[toolchain.isa];
  return zig
    ? ['-target', 'riscv32-freestanding-none', `-mcpu=${cpu}`, `-mabi=${abi}`]
    : // Without the register gp, which start-up code would have to set.
      [`-march=${toolchain.isa}_zicsr`, `-mabi=${abi}`, '-msmall-data-limit=0'];
}
