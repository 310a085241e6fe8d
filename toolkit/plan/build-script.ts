import { plainTitle, type FirmwareBoard } from '../boards/index.js';
import type { FirmwareProject } from '../firmware/project.js';
import { compilerFlags } from './compiler-flags.js';
import { OBJECT_FOLDER, layoutOf, type Layout } from './layout.js';

/** Names of the native tools, which the variables CC and OBJCOPY override. */
const NATIVE = {
  host: { cc: 'cc', objcopy: null },
  arm: { cc: 'arm-none-eabi-gcc', objcopy: 'arm-none-eabi-objcopy' },
  avr: { cc: 'avr-gcc', objcopy: 'avr-objcopy' },
  riscv: { cc: 'riscv64-unknown-elf-gcc', objcopy: 'riscv64-unknown-elf-objcopy' },
} as const;

/**
 * The `build.sh` of a firmware project: a POSIX shell script that builds the same products as the plan, with nothing but a
 * compiler. It is the same on every machine; which compiler runs it is the user's choice.
 */
export function buildScript(project: FirmwareProject, board: FirmwareBoard): string {
  const layout = layoutOf(project, board);
  const facts = { linkerScript: project.linkerScript, entry: layout.entry };
  const gcc = compilerFlags(board, 'gcc', facts);
  const zig = compilerFlags(board, 'zig', facts);
  const { cc, objcopy } = NATIVE[board.toolchain.kind];
  const { products } = layout;
  const includes = project.includes.map((folder) => `-I ${folder}`).join(' ');
  const choose = (name: string, pick: (flags: typeof gcc) => readonly string[]): string =>
    `${name}=${quote(pick(gcc).join(' '))}`;
  const chooseZig = (name: string, pick: (flags: typeof gcc) => readonly string[]): string =>
    `${name}=${quote(pick(zig).join(' '))}`;
  const other = objcopy === null ? 'CC="zig cc"' : 'CC="zig cc" OBJCOPY="zig objcopy"';
  return [
    '#!/bin/sh',
    `# Builds ${outputs(layout)} for ${plainTitle(board)}.`,
    `# Another compiler: ${other} sh build.sh`,
    'set -eu',
    'cd "$(dirname "$0")"',
    '',
    `CC=\${CC:-${cc}}`,
    ...(objcopy === null ? [] : [`OBJCOPY=\${OBJCOPY:-${objcopy}}`]),
    '',
    'case $CC in',
    '*zig*)',
    `  ${chooseZig('TARGET', ({ target }) => target)}`,
    `  ${chooseZig('CFLAGS', ({ compile }) => compile)}`,
    `  ${chooseZig('LDFLAGS', ({ link }) => link)}`,
    `  ${chooseZig('LDLIBS', ({ libraries }) => libraries)}`,
    "  ASFLAGS='-g0 -Wno-unused-command-line-argument'",
    ...(objcopy === null ? [] : ['  HEX=hex']),
    '  ;;',
    '*)',
    `  ${choose('TARGET', ({ target }) => target)}`,
    `  ${choose('CFLAGS', ({ compile }) => compile)}`,
    `  ${choose('LDFLAGS', ({ link }) => link)}`,
    `  ${choose('LDLIBS', ({ libraries }) => libraries)}`,
    "  ASFLAGS=''",
    ...(objcopy === null ? [] : ['  HEX=ihex']),
    '  ;;',
    'esac',
    `INCLUDES=${quote(includes)}`,
    ...(gcc.support.length === 0 ? [] : [`SMALL=${quote(gcc.support.join(' '))}`]),
    '',
    `mkdir -p ${layout.folders.join(' ')}`,
    '',
    '# The network, by way of its assembly: what is scanned for multiplications there is what runs.',
    ...loop(layout, true, [
      '$CC $TARGET $CFLAGS $INCLUDES -S "$source" -o "$output.s"',
      '$CC $TARGET $ASFLAGS -c "$output.s" -o "$output.o"',
    ]),
    '',
    '# The test firmware.',
    ...loop(layout, false, [
      `$CC $TARGET $CFLAGS $INCLUDES ${gcc.support.length === 0 ? '' : '$SMALL '}-c "$source" -o "$output.o"`,
    ]),
    '',
    `$CC $TARGET $LDFLAGS \\`,
    ...layout.units.map(({ object }) => `  ${object} \\`),
    `  $LDLIBS -o ${products.elf}`,
    ...(products.bin === null ? [] : [`$OBJCOPY -O binary ${products.elf} ${products.bin}`]),
    ...(products.hex === null ? [] : [`$OBJCOPY -O $HEX ${products.elf} ${products.hex}`]),
    ...uf2(layout, board),
    '',
  ].join('\n');
}

function outputs({ products }: Layout): string {
  return [products.elf, products.bin, products.hex, products.uf2].filter((name) => name !== null).join(', ');
}

function loop(layout: Layout, inference: boolean, body: readonly string[]): string[] {
  const sources = layout.units
    .filter(({ assembly }) => (assembly !== null) === inference)
    .map(({ source }) => source);
  return [
    'for source in \\',
    ...sources.map((source, i) => `  ${source}${i === sources.length - 1 ? '' : ' \\'}`),
    'do',
    '  echo "compile $source"',
    `  output=${OBJECT_FOLDER}/\${source%.*}`,
    ...body.map((line) => `  ${line}`),
    'done',
  ];
}

/** UF2 blocks (512 bytes, 256 of them image) by printf and dd: words are little-endian. */
function uf2({ products }: Layout, board: FirmwareBoard): string[] {
  if (products.uf2 === null || products.bin === null) return [];
  if (board.memory === null || board.flash.kind !== 'uf2-drive') return [];
  const { origin } = board.memory.flash;
  return [
    '',
    '# The file for the drive of the boot loader: UF2 blocks of 512 bytes, 256 of them image.',
    'words() {',
    '  for word in "$@"; do',
    "    printf \"$(printf '\\\\%03o\\\\%03o\\\\%03o\\\\%03o' \\",
    '      $((word & 255)) $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"',
    '  done',
    '}',
    `blocks=$((($(wc -c <${products.bin}) + 255) / 256))`,
    'block=0',
    'while [ "$block" -lt "$blocks" ]; do',
    "  printf 'UF2\\n\\127\\121\\135\\236\\000\\040\\000\\000'",
    `  words $((${String(origin)} + block * 256)) 256 "$block" "$blocks" ${String(board.flash.family)}`,
    `  { dd if=${products.bin} bs=256 skip="$block" count=1; dd if=/dev/zero bs=476 count=1; } 2>/dev/null | head -c 476`,
    "  printf '\\060\\157\\261\\012'",
    '  block=$((block + 1))',
    `done >${products.uf2}`,
  ];
}

/** A word in single quotes; flags and paths of a plan hold none themselves. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
