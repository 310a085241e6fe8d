import { BuildError } from '../errors.js';
import { SPRAM_PLACES, type Segment, type SpramPlaces } from './spram-places.js';

/** An SPRAM that a bitstream uses: its column of tiles, and which of the two there it is. */
interface Spram {
  readonly column: string;
  readonly index: number;
  readonly places: SpramPlaces;
}

/**
 * Adds the SPRAMs of an iCE40 UltraPlus, of which icebox_vlog knows the wires but not the cells, to the Verilog that it makes
 * of `asc`, an unpacked bitstream. `logic` has the comments that say which segments a net consists of (no option -s).
 * A design without SPRAM stays as it is. Throws BuildError for an SPRAM of which the wires are not found.
 */
export function withSprams(logic: string, asc: string): string {
  const sprams = enabledSprams(asc);
  if (sprams.length === 0) return logic;
  const nets = netsOf(logic);
  const cells = sprams.map((spram) => cellOf(spram, nets));
  return logic.replace(/^endmodule$/m, () => `${cells.join('\n')}\nendmodule`);
}

function enabledSprams(asc: string): Spram[] {
  if (!/^\.device 5k$/m.test(asc)) return [];
  return [...asc.matchAll(/^\.ipcon_tile (\d+) 1\n((?:[01]+\n)+)/gm)].flatMap(
    ([, column = '', configuration = '']) => {
      const bits = configuration.split('\n');
      return SPRAM_PLACES.map((places, index) => ({ column, index, places })).filter(
        ({ places: { enable } }) => bits[enable[0]]?.[enable[1]] === '1',
      );
    },
  );
}

/** The net of each segment, by the segment as icebox_vlog writes it. */
function netsOf(logic: string): ReadonlyMap<string, string> {
  const nets = new Map<string, string>();
  let net = '';
  for (const line of logic.split('\n')) {
    // An escaped name ends with a space, which belongs to it.
    net = /^(?:wire|reg) (\\\S+ |\w+)/.exec(line)?.[1] ?? net;
    const segment = /^\/\/ (\(\d+, \d+, '[^']+'\))$/.exec(line)?.[1];
    if (segment !== undefined) nets.set(segment, net);
  }
  return nets;
}

function cellOf({ column, index, places }: Spram, nets: ReadonlyMap<string, string>): string {
  const name = `spram_${column}_${index}`;
  const find = ({ row, name: segment }: Segment) => nets.get(`(${column}, ${row}, '${segment}')`);
  const fail = (port: string): never => {
    throw new BuildError(`the bitstream uses an SPRAM, but icebox_vlog names no wire at ${port}`, {
      where: `SPRAM ${index} beside column ${column}`,
      next: 'simulate with --level netlist, and report the design',
    });
  };
  const inputs = places.inputs.map(({ port, segments }) => {
    const wires = segments.map((segment, bit) => find(segment) ?? fail(`its input ${port}[${bit}]`));
    return `  .${port}({${wires.reverse().join(', ')}}),`;
  });
  // Bits that nothing reads have no net.
  const outputs = places.output.flatMap((segment, bit) => {
    const net = find(segment);
    return net === undefined ? [] : [`assign ${net} = ${name}_dataout[${bit}];`];
  });
  if (outputs.length === 0) fail('its outputs');
  return [
    `wire [${places.output.length - 1}:0] ${name}_dataout;`,
    `SB_SPRAM256KA ${name} (`,
    ...inputs,
    `  .DATAOUT(${name}_dataout)`,
    ');',
    ...outputs,
    '',
  ].join('\n');
}
