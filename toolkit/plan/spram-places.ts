/** An input port of SB_SPRAM256KA, and the segment of an IP connect tile that each of its bits is, bit 0 first. */
export interface PortPlace {
  readonly port: string;
  readonly segments: readonly Segment[];
}

/** A segment is named by its row and its name; its column is that of the tiles that the memory lies beside. */
export interface Segment {
  readonly row: number;
  readonly name: string;
}

/** One of the two SPRAMs that lie beside each of the columns 0 and 25 of an UltraPlus 5K. */
export interface SpramPlaces {
  /** The bit of the tile in row 1 that enables it, as row and column of the tile's configuration. */
  readonly enable: readonly [row: number, column: number];
  readonly inputs: readonly PortPlace[];
  /** DATAOUT, bit 0 first. */
  readonly output: readonly Segment[];
}

/** Input number `input` of some of a tile's eight places for logic cells, `first` to `last`. */
const inputs = (row: number, input: number, first: number, last = first): Segment[] =>
  range(first, last).map((cell) => ({ row, name: `lutff_${cell}/in_${input}` }));

const outputs = (row: number): Segment[] => range(0, 7).map((i) => ({ row, name: `slf_op_${i}` }));

const clock = (row: number): Segment[] => [{ row, name: 'clk' }];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** After Project IceStorm's notes on UltraPlus devices, section SPRAM; the enabling bits after its database of tiles. */
export const SPRAM_PLACES: readonly SpramPlaces[] = [
  {
    enable: [1, 7],
    inputs: [
      { port: 'ADDRESS', segments: [...inputs(2, 1, 0, 7), ...inputs(2, 0, 0, 5)] },
      { port: 'DATAIN', segments: [...inputs(1, 3, 0, 7), ...inputs(1, 1, 0, 7)] },
      { port: 'MASKWREN', segments: inputs(3, 0, 0, 3) },
      { port: 'WREN', segments: inputs(3, 1, 4) },
      { port: 'CHIPSELECT', segments: inputs(3, 1, 6) },
      { port: 'CLOCK', segments: clock(1) },
      { port: 'STANDBY', segments: inputs(4, 3, 0) },
      { port: 'SLEEP', segments: inputs(4, 3, 2) },
      { port: 'POWEROFF', segments: inputs(4, 3, 4) },
    ],
    output: [...outputs(1), ...outputs(2)],
  },
  {
    enable: [0, 7],
    inputs: [
      { port: 'ADDRESS', segments: [...inputs(2, 0, 6, 7), ...inputs(3, 3, 0, 7), ...inputs(3, 1, 0, 3)] },
      { port: 'DATAIN', segments: [...inputs(1, 0, 0, 7), ...inputs(2, 3, 0, 7)] },
      { port: 'MASKWREN', segments: inputs(3, 0, 4, 7) },
      { port: 'WREN', segments: inputs(3, 1, 5) },
      { port: 'CHIPSELECT', segments: inputs(3, 1, 7) },
      { port: 'CLOCK', segments: clock(2) },
      { port: 'STANDBY', segments: inputs(4, 3, 1) },
      { port: 'SLEEP', segments: inputs(4, 3, 3) },
      { port: 'POWEROFF', segments: inputs(4, 3, 5) },
    ],
    output: [...outputs(3), ...outputs(4)],
  },
];
