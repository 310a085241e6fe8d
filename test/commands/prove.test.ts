import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FORMAT, type TableNetwork } from '../../toolkit/network/index.js';
import { repository } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

/** Two pixels of two levels, a neuron that tells whether one of them is bright, and two logits. */
const network: TableNetwork = {
  format: FORMAT,
  name: 'two-pixels',
  input: { shape: [1, 2, 1], levels: 2, table: Array.from({ length: 256 }, (_, pixel) => pixel >> 7) },
  products: { table: { activations: 2, weights: 2, values: [0, 0, -3, 5] } },
  stages: [
    {
      kind: 'dense',
      name: 'bright',
      input: 'input',
      products: 'table',
      units: 1,
      weights: [1, 1],
      bias: [0],
      requantize: { kind: 'thresholds', values: [[5]] },
    },
    {
      kind: 'dense',
      name: 'logits',
      input: 'bright',
      products: 'table',
      units: 2,
      weights: [0, 1],
      bias: [1, -2],
      requantize: null,
    },
  ],
  output: { labels: ['dark', 'bright'] },
  provenance: {
    sourceHash: null,
    schemes: { activations: 'by hand', weights: 'by hand' },
    seed: null,
    floatAccuracy: null,
    testPictures: null,
    command: null,
  },
};

/** A copy of the built package, with a network beside it. */
function copyOfPackage(): string {
  const folder = temporaryFolder('package');
  for (const name of ['dist', 'package.json', 'hdl-templates'])
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'network.json'), JSON.stringify(network));
  return folder;
}

function prove(folder: string): { readonly status: number | null; readonly stdout: string } {
  const command = ['dist/main.js', 'prove', '--model', 'network.json', '--out', 'proof'];
  return spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
}

describeWithTool(['yosys', 'yosys-abc'], 'tablize prove', () => {
  it('ends with 0 where all is proved', () => {
    const { status, stdout } = prove(copyOfPackage());
    expect(stdout).not.toContain('DIFFERENT');
    expect(status).toBe(0);
  });

  it('ends with 1 where the design gives something else, and says for which inputs', () => {
    const folder = copyOfPackage();
    const path = join(folder, 'hdl-templates/engine/requantize.v');
    const text = readFileSync(path, 'utf8');
    const wrong = text.replace('!total[SUM_BITS]', 'total[SUM_BITS]');
    expect(wrong).not.toBe(text);
    writeFileSync(path, wrong);
    const { status, stdout } = prove(folder);
    expect(stdout).toMatch(
      /^DIFFERENT: requantizer of stage "bright"\n {2}for channel 0, sum -?\d+ the network says ([01]), the design gives (?!\1)[01]$/m,
    );
    expect(stdout.match(/DIFFERENT/g)).toHaveLength(1);
    expect(status).toBe(1);
  });
});
