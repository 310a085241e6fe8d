import { describe, expect, it } from 'vitest';
import { BuildError } from '../../toolkit/errors.js';
import { withPllPad } from '../../toolkit/plan/pll-pad.js';
import { withSprams } from '../../toolkit/plan/spram-cells.js';
import { SPRAM_PLACES } from '../../toolkit/plan/spram-places.js';
import { unpackedLogic } from '../../toolkit/plan/unpacked-logic.js';

/** An unpacked bitstream of a device, with the configuration bits CBIT_0 and CBIT_1 of the tile (25, 1). */
function asc(cbits: readonly [0 | 1, 0 | 1], device = '5k'): string {
  const row = (bit: 0 | 1) => `0000000${bit}${'0'.repeat(46)}`;
  const tile = (column: number, rows: readonly string[]) =>
    [`.ipcon_tile ${column} 1`, ...rows, ...Array<string>(14).fill(row(0))].join('\n');
  return [
    '.comment',
    `.device ${device}`,
    tile(0, [row(0), row(0)]),
    '.logic_tile 1 1',
    row(1),
    tile(25, [row(cbits[1]), row(cbits[0])]),
    '',
  ].join('\n');
}

/** Logic in which each wire of an SPRAM beside column 25 is a net; input nets are called after their port. */
function logic(index: number, without: readonly string[] = []): string {
  const places = SPRAM_PLACES[index];
  if (places === undefined) throw new RangeError('no such SPRAM');
  const nets = [...places.inputs, { port: 'DATAOUT', segments: places.output }].flatMap(
    ({ port, segments }) =>
      segments.map((segment, bit) => ({ ...segment, name: `${port}${bit}`, segment: segment.name })),
  );
  const wires = nets
    .filter(({ name }) => !without.includes(name))
    .map(
      ({ name, row, segment }) =>
        `wire ${name};\n// (24, ${row}, 'sp4_h_r_0')\n// (25, ${row}, '${segment}')\n`,
    );
  return ['module top (input clk, output q);\n', ...wires, 'assign q = clk;', '', 'endmodule', ''].join('\n');
}

const ports = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^ {2}\.(\w+)\((.*)\),?$/gm)].map(([, port = '', net = '']) => [port, net]),
  );

const bits = (name: string, count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `${name}${count - 1 - i}`).join(', ')}}`;

describe('SPRAMs in the logic of icebox_vlog', () => {
  it.each([
    [0, [1, 0]],
    [1, [0, 1]],
  ] as const)('are cells with all their wires: the one of number %i', (index, cbits) => {
    const text = withSprams(logic(index), asc(cbits));
    expect(text).toMatch(new RegExp(`^SB_SPRAM256KA spram_25_${index} \\($`, 'm'));
    expect(ports(text)).toEqual({
      ADDRESS: bits('ADDRESS', 14),
      DATAIN: bits('DATAIN', 16),
      MASKWREN: bits('MASKWREN', 4),
      WREN: '{WREN0}',
      CHIPSELECT: '{CHIPSELECT0}',
      CLOCK: '{CLOCK0}',
      STANDBY: '{STANDBY0}',
      SLEEP: '{SLEEP0}',
      POWEROFF: '{POWEROFF0}',
      DATAOUT: `spram_25_${index}_dataout`,
    });
    for (let i = 0; i < 16; i++)
      expect(text).toContain(`assign DATAOUT${i} = spram_25_${index}_dataout[${i}];`);
    expect(text.trimEnd().endsWith('endmodule')).toBe(true);
  });

  it('stay out where the bitstream does not enable them, or the part has none', () => {
    expect(withSprams(logic(0), asc([0, 0]))).toBe(logic(0));
    expect(withSprams(logic(0), asc([1, 1], '8k'))).toBe(logic(0));
    expect(withSprams('no logic at all', '')).toBe('no logic at all');
  });

  it('take names of ports, and have no wire for words that nothing reads', () => {
    const named = logic(0, ['DATAOUT3'])
      .replace('wire DATAIN5;', 'wire \\in[5] ;')
      .replace('wire WREN0;', 'reg WREN0 = 0;');
    const text = withSprams(named, asc([1, 0]));
    expect(ports(text)['DATAIN']).toContain('DATAIN6, \\in[5] , DATAIN4');
    expect(ports(text)['WREN']).toBe('{WREN0}');
    expect(text).not.toContain('dataout[3]');
  });

  it('are refused when an input has no wire, or nothing is read', () => {
    const broken = (without: readonly string[]) => () => withSprams(logic(1, without), asc([0, 1]));
    expect(broken(['ADDRESS13'])).toThrow(BuildError);
    expect(broken(['ADDRESS13'])).toThrow(/no wire at its input ADDRESS\[13\]/);
    expect(broken(['POWEROFF0'])).toThrow(/no wire at its input POWEROFF/);
    expect(broken(Array.from({ length: 16 }, (_, i) => `DATAOUT${i}`))).toThrow(/no wire at its outputs/);
    expect(() => withSprams(logic(0).replaceAll(/^\/\/.*$/gm, ''), asc([1, 0]))).toThrow(BuildError);
  });
});

describe('the pin of a PLL in the logic of icebox_vlog', () => {
  const pll = (port: string, pad: string, unmatched: readonly string[]): string =>
    [
      `module top (output q, input ${port});`,
      `SB_PLL40_PAD #(`,
      ') PLL_12_31 (',
      `  .PACKAGEPIN(${pad}),`,
      ');',
      ...unmatched.map((name) => `// Warning: unmatched port '${name}'`),
      'endmodule',
      '',
    ].join('\n');

  it('is the port that was not met', () => {
    expect(withPllPad(pll('clk', 'n7', ['clk']))).toContain('assign n7 = clk;\n\nendmodule');
    expect(withPllPad(pll('\\clk[0] ', 'n7', ['\\clk[0] ']))).toContain('assign n7 = \\clk[0] ;');
  });

  it('stays as it is where it is connected, or there is none', () => {
    for (const text of [
      pll('clk', 'clk', []),
      pll('\\clk[0] ', '\\clk[0] ', ['unused']),
      "module top (input clk);\n// Warning: unmatched port 'clk'\nendmodule\n",
    ])
      expect(withPllPad(text)).toBe(text);
  });

  it('is refused where it could be one of several, or none', () => {
    expect(() => withPllPad(pll('clk', 'n7', ['clk', 'rx']))).toThrow(
      /2 have no place in its logic \(clk, rx\)/,
    );
    expect(() => withPllPad(pll('clk', 'n7', []))).toThrow(BuildError);
  });
});

it('logic with nothing to add only has its ports named first', () => {
  expect(unpackedLogic('module top (output q, input \\d[0] );\n\nwire q;\nendmodule\n', asc([0, 0]))).toBe(
    'module top (q, \\d[0] );\noutput q;\ninput \\d[0] ;\n\nwire q;\nendmodule\n',
  );
});
