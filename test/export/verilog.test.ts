import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { madeUpPictures, verilogCore, type CoreDesign } from '../../toolkit/export/index.js';
import { PLAIN } from '../../toolkit/hdl/index.js';
import { elements, interpret, parseNetwork, type TableNetwork } from '../../toolkit/network/index.js';
import { randomNetwork } from '../support/random-network.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool, itWithTool } from '../support/tools.js';
import { sh, written } from './written.js';

const sequential = (banks: number, filters: number): CoreDesign => ({
  engine: 'sequential',
  folding: { banks, filters },
  store: PLAIN,
});

const UNROLLED: CoreDesign = { engine: 'unrolled' };

function core(network: TableNetwork, design: CoreDesign, pictures = 3): string {
  const examples = madeUpPictures(network, pictures);
  return written(verilogCore({ network, design, examples, accuracy: null }), 'core');
}

/** Runs the bench that belongs to a core, by the line of its README, but with warnings as errors; what it printed. */
function bench(folder: string): string {
  const [line = ''] = /^cd rtl && .*$/m.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  const strict = line
    .replace('-g2005', '-g2005 -Wall -Wno-timescale')
    .replace(' && vvp', ' 2>../said && vvp');
  const printed = sh(folder, `${strict}; echo "exit $?"`);
  expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('');
  return printed;
}

const labelsOf = (network: TableNetwork, pictures: number): string[] =>
  madeUpPictures(network, pictures).map(
    ({ pixels }, k) => `picture ${k + 1}: label ${interpret(network, pixels).label}`,
  );

const small = (): TableNetwork =>
  parseNetwork(readFileSync(assetPath('models/mnist-small/table-network.json'), 'utf8'), 'mnist-small');

const CASES: readonly (readonly [string, () => TableNetwork, CoreDesign])[] = [
  ['tiny, sequential, 1x1', tinyNetwork, sequential(1, 1)],
  ['tiny, sequential, 4x8', tinyNetwork, sequential(4, 8)],
  ['tiny, unrolled', tinyNetwork, UNROLLED],
  ['a network named "wire", sequential', () => ({ ...tinyNetwork(), name: 'wire' }), sequential(2, 3)],
  ...[3, 4, 6, 9].map(
    (seed) =>
      [
        `random ${seed}, sequential`,
        () => ({ ...randomNetwork(seed), name: 'random' }),
        sequential(2, 4),
      ] as const,
  ),
  ['mnist-small, sequential', small, sequential(4, 8)],
];

describeWithTool(['iverilog', 'vvp'], 'a core in Verilog', () => {
  it.each(CASES)('%s: its bench passes, in the clocks that its README tells', (_title, make, design) => {
    const network = make();
    const folder = core(network, design);
    const printed = bench(folder).trimEnd().split('\n');
    expect(printed.slice(0, 3)).toEqual(labelsOf(network, 3));
    expect(printed.slice(-2)).toEqual(['PASSED: all labels and logits are as expected', 'exit 0']);
    const [, loading = 0, running = 0] =
      /^(\d+) clocks to load .* (\d+) from/.exec(printed.at(-3) ?? '') ?? [];
    const readme = readFileSync(join(folder, 'README.md'), 'utf8').replace(/(\d),(?=\d{3})/g, '$1');
    const told = (what: string): number =>
      Number(new RegExp(`^\\| ${what} +\\| (\\d+)`, 'm').exec(readme)?.[1]);
    expect(told('clocks from its last pixel to its answer')).toBe(Number(running));
    expect(told("clocks from a picture's first byte to its last")).toBe(Number(loading));
  });

  it.each([
    ['a logit', 'expected.hex', 2, /logit 1 is -?\d+, expected 7\nFAILED/],
    ['a label', 'expected.hex', 0, /label \d, expected 7\nFAILED/],
  ])('its bench fails, with exit code 1, where %s is another', (_title, file, line, said) => {
    const folder = core(tinyNetwork(), sequential(1, 2));
    const path = join(folder, 'bench', file);
    const words = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, words.with(line, '00000007').join('\n'));
    const printed = bench(folder);
    expect(printed).toMatch(said);
    expect(printed).toMatch(/exit 1\n$/);
  });

  it.each([
    ['sequential', sequential(2, 2)],
    ['unrolled', UNROLLED],
  ])('%s: a reset gives up a picture, and an answer waits for whoever takes it', (_title, design) => {
    const network = tinyNetwork();
    const pictures = madeUpPictures(network, 2);
    const folder = core(network, design);
    const text = readFileSync(join(folder, 'rtl/tiny_core.v'), 'utf8');
    const width = (name: string): string => new RegExp(`\\.${name}\\((\\d+)\\)`).exec(text)?.[1] ?? '';
    const names = {
      CORE: 'tiny_core',
      PIXELS: elements(network.input.shape),
      LOGITS: network.output.labels.length,
      SUM_BITS: width('SUM_BITS'),
      LABEL_BITS: width('LABEL_BITS'),
      BUSY: 12,
    };
    const defines = Object.entries(names).map(([name, value]) => `\`define ${name} ${value}\n`);
    writeFileSync(join(folder, 'rtl/names.vh'), defines.join(''));
    const bytes = pictures.flatMap(({ pixels }) => Array.from(pixels, (byte) => byte.toString(16)));
    writeFileSync(join(folder, 'rtl/pictures.hex'), bytes.join('\n'));
    const own = assetPath('test/export/stream_bench.v');
    const printed = sh(
      folder,
      `cd rtl && iverilog -g2005 -s stream_bench -o bench.vvp *.v ${own} && vvp -n bench.vvp`,
    );
    const [first, second] = pictures.map(({ pixels }) => {
      const { label, logits } = interpret(network, pixels);
      return [label, ...logits].join(' ');
    });
    expect(printed.trim().split('\n')).toEqual([first, first, second]);
  });

  it('two networks are one design', () => {
    const [a, b] = [tinyNetwork(), { ...randomNetwork(3), name: 'random' }];
    const [first, second] = [core(a, sequential(1, 2)), core(b, sequential(2, 2))];
    // All files side by side; each bench finds the constants of its own network.
    sh(first, `cp ${second}/rtl/* rtl`);
    const line = (name: string): string =>
      `iverilog -g2005 -s ${name}_bench -o ${name}.vvp *.v ../bench/*.v && vvp -N ${name}.vvp | tail -1`;
    expect(sh(first, `cd rtl && ${line('tiny')}`)).toMatch(/^PASSED/);
    sh(first, `cp ${second}/bench/* bench`);
    expect(sh(first, `cd rtl && ${line('random')}`)).toMatch(/^PASSED/);
  });
});

describe('modules of a core', () => {
  itWithTool('verilator', 'are clean of lint', () => {
    for (const design of [sequential(1, 1), sequential(4, 8), UNROLLED]) {
      const folder = core(tinyNetwork(), design);
      sh(folder, 'cd rtl && verilator --lint-only -Wall --top-module tiny_core *.v');
    }
  });

  it('all have the name of the network in front, as their files have', () => {
    for (const design of [sequential(1, 1), UNROLLED]) {
      const files = verilogCore({
        network: tinyNetwork(),
        design,
        examples: madeUpPictures(tinyNetwork(), 1),
        accuracy: null,
      });
      const rtl = [...files].filter(([path]) => path.startsWith('rtl/'));
      const modules = rtl.flatMap(([, text]) =>
        Array.from(text.matchAll(/^module (\w+)/gm), ([, name]) => name ?? ''),
      );
      expect(modules.length).toBeGreaterThan(5);
      for (const name of [...modules, ...rtl.map(([path]) => path.slice('rtl/'.length))])
        expect(name).toMatch(/^tiny_/);
      // Nothing is left that names a module or a file without it.
      for (const [path, text] of rtl)
        for (const name of modules)
          expect(text, path).not.toMatch(
            new RegExp(`^\\s*${name.replace('tiny_', '')} (#\\(|\\w+ \\()`, 'm'),
          );
      const read = rtl.flatMap(([, text]) =>
        Array.from(text.matchAll(/FILE\("(\w+\.hex)"\)/g), ([, name]) => name ?? ''),
      );
      for (const name of read) expect(files.has(`rtl/${name}`)).toBe(true);
    }
  });

  itWithTool('yosys', 'hold no multiplication, but for those that scale the index of a part-select', () => {
    for (const design of [sequential(2, 4), UNROLLED]) {
      const folder = core(tinyNetwork(), design);
      const indices = 't:$shiftx t:$shift %u %ci2:+[B,Y] t:$mul %i';
      const script = [
        'read_verilog -defer *.v',
        'hierarchy -check -top tiny_core',
        ...['proc', 'flatten', 'opt_expr', 'opt_clean'],
        `select -assert-none t:$mul t:$div %u t:$mod %u t:$pow %u ${indices} %d`,
        'stat',
      ];
      expect(sh(folder, `cd rtl && yosys -p '${script.join('; ')}'`)).toMatch(/Number of cells/);
    }
  });
});
