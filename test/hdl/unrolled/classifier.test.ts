import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assetPath } from '../../../toolkit/assets.js';
import { LUT6, unrolledModules } from '../../../toolkit/hdl/index.js';
import { interpret, type TableNetwork } from '../../../toolkit/network/index.js';
import { between, seeded } from '../../support/random.js';
import { randomPicture } from '../../support/random-network.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { describeWithTool } from '../../support/tools.js';
import { smallNetworks } from './small-networks.js';

const OPTIONS = { adders: LUT6, levels: 2, keepUnread: false };
const FIRST_LARGEST = assetPath('hdl-templates/unrolled/first_largest.v');

/** A folder with what scripts/measure-unrolled.mjs measures, and its sources. */
function written(network: TableNetwork, pictures: readonly Uint8Array[]) {
  const folder = temporaryFolder('classifier');
  const { files, sources, latency, parameters } = unrolledModules(network, OPTIONS);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  for (const name of ['measured.v', 'stream_bench.v'])
    writeFileSync(join(folder, name), readFileSync(assetPath(`scripts/unrolled/${name}`)));
  const macros = {
    ...parameters,
    ELEMENT_BITS: parameters.INDEX_BITS,
    LABEL_BITS: labelBits(network.output.labels.length),
    LATENCY: latency,
    PICTURES: pictures.length,
  };
  const lines = Object.entries(macros).map(([name, value]) => `\`define ${name} ${value ?? ''}\n`);
  writeFileSync(join(folder, 'parameters.vh'), lines.join(''));
  const hex = pictures.map((picture) => `${Buffer.from(picture).reverse().toString('hex')}\n`);
  writeFileSync(join(folder, 'pictures.hex'), hex.join(''));
  return { folder, sources: [...sources.filter((name) => name !== 'engine.v'), 'measured.v'] };
}

function labelBits(labels: number): number {
  return Math.max(1, Math.ceil(Math.log2(labels)));
}

function run(folder: string, top: string, sources: readonly string[]): string[] {
  const compile = ['-g2005', '-Wall', '-Wno-timescale', '-s', top, '-o', 'bench.vvp', ...sources];
  execFileSync('iverilog', compile, { cwd: folder, stdio: 'pipe' });
  const printed = execFileSync('vvp', ['-n', 'bench.vvp'], { cwd: folder, encoding: 'utf8' });
  return printed.split('\n').filter((line) => /^(label|logits) /.test(line));
}

describeWithTool(['iverilog', 'vvp'], 'the classifier, from bytes to labels', () => {
  it('gives the labels and logits of interpret(), a picture every clock', () => {
    for (const network of smallNetworks(2)) {
      const pictures = [1, 2, 3, 4, 5, 6].map((seed) => randomPicture(network, seed));
      const { folder, sources } = written(network, pictures);
      const lines = run(folder, 'stream_bench', [...sources, 'stream_bench.v']);
      const answers = pictures.map((picture) => interpret(network, picture));
      const of = (kind: string) => lines.filter((line) => line.startsWith(kind));
      expect(of('logits')).toEqual(answers.map(({ logits }) => `logits ${Array.from(logits).join(' ')}`));
      expect(of('label')).toEqual(answers.map(({ label }) => `label ${label}`));
    }
  }, 60_000);

  it.each([1, 2, 3, 5, 8, 10])('finds the first largest of %i values, where several are, too', (count) => {
    const random = seeded(count);
    const cases = Array.from({ length: 50 }, () =>
      Array.from({ length: count }, () => between(random, -4, 3)),
    );
    const bits = labelBits(count);
    const folder = temporaryFolder('largest');
    // Three bits each, the first lowest.
    const word = (values: readonly number[]) =>
      values.map((value) => (value & 7).toString(2).padStart(3, '0')).reverse();
    writeFileSync(
      join(folder, 'bench.v'),
      `module bench;
  reg clk = 0;
  reg [${3 * count - 1}:0] values, cases[0:${cases.length - 1}];
  wire [${bits - 1}:0] number;
  first_largest #(.COUNT(${count}), .WIDTH(3), .NUMBER_BITS(${bits})) dut (.clk(clk), .values(values), .number(number));
  integer i;
  initial begin
    $readmemb("cases.txt", cases);
    for (i = 0; i < ${cases.length + bits - 1}; i = i + 1) begin
      values = i < ${cases.length} ? cases[i] : 0;
      #1 clk = 1;
      #1 clk = 0;
      if (i >= ${bits - 1}) $display("label %0d", number);
    end
  end
endmodule
`,
    );
    writeFileSync(join(folder, 'cases.txt'), cases.map((values) => `${word(values).join('')}\n`).join(''));
    expect(run(folder, 'bench', ['bench.v', FIRST_LARGEST])).toEqual(
      cases.map((values) => `label ${values.indexOf(Math.max(...values))}`),
    );
  });
});

describeWithTool('verilator', 'verilator -Wall', () => {
  it('has nothing to say of the classifier', () => {
    for (const network of smallNetworks(2)) {
      const { folder, sources } = written(network, []);
      const lint = ['--lint-only', '-Wall', '--top-module', 'measured', ...sources];
      expect(() => execFileSync('verilator', lint, { cwd: folder, stdio: 'pipe' })).not.toThrow();
    }
  });
});
