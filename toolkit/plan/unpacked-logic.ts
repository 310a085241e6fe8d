import { withPllPad } from './pll-pad.js';
import { separatePorts } from './separate-ports.js';
import { withSprams } from './spram-cells.js';

/**
 * Verilog of an unpacked bitstream, as simulators read it.
 * `logic` is what icebox_vlog prints of `asc`, with its comments. Throws BuildError where a cell's wires are not found.
 */
export function unpackedLogic(logic: string, asc: string): string {
  return separatePorts(withPllPad(withSprams(logic, asc)));
}
