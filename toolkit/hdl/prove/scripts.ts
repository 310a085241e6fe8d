import type { Side } from './obligation.js';

/**
 * The script that makes one combinational circuit of some sources and writes it down.
 *
 * @param before - commands that leave modules in memory for the others to use.
 */
export function sideScript(
  module: Side['module'],
  sources: readonly string[],
  before: readonly string[],
): Side {
  return {
    module,
    script: [...before, ...combinational(module, sources), `write_blif ${module}.blif`],
  };
}

/**
 * Commands that make a module of gates: registers become wires, memories become logic. They fail where a register is left, or where wires run
 * in a circle.
 */
export function combinational(module: string, sources: readonly string[]): readonly string[] {
  return [
    `read_verilog -defer ${sources.join(' ')}`,
    `hierarchy -check -top ${module}`,
    'proc',
    'techmap -map registers.v',
    'flatten',
    'opt',
    'memory -nomap -nordff',
    'memory_map',
    // What has no value must not become whatever is wanted: the word of a memory that is missing, a choice beyond the last.
    'setundef -one',
    'opt',
    'techmap',
    'setundef -one',
    'opt',
    'abc -g AND,XOR',
    'opt_clean -purge',
    'select -assert-none t:$_*DFF* t:$_*LATCH* t:$*dff* t:$mem*',
    'check -assert',
  ];
}
