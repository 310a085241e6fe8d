import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { BUGS } from './bugs.js';
import { buildTarget, COVERAGE, FUZZER } from './build-target.js';
import { fuzz, merge, writeCorpus } from './lib-fuzzer.js';
import { NETWORKS } from './networks.js';
import { corpus, corpusPath, linesReached } from './replay.js';
import { firstFrames, seeds } from './seeds.js';

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60);
const out = process.env['FUZZ_OUT'];
/** A planted bug is given this long to be found, with each network. */
const BUG_SECONDS = 240;

it(`finds nothing in ${seconds} seconds, and every planted bug`, async () => {
  const targets = NETWORKS.map((network) => ({
    network,
    target: buildTarget(temporaryFolder('fuzz'), network, FUZZER),
  }));

  const networks = [];
  for (const { network, target } of targets) {
    process.stderr.write(`network ${network.name}\n`);
    const folder = temporaryFolder('fuzzing');
    writeCorpus(folder, [...seeds(network), ...corpus(network)]);
    const share = Math.ceil(seconds / NETWORKS.length);
    const { finding, ...figures } = await fuzz(target.program, folder, share);
    const kept = await merge(target.program, folder);
    const lines = kept.map((input) => `${Buffer.from(input).toString('hex')}\n`);
    writeFileSync(corpusPath(network), lines.join(''));
    const counted = buildTarget(temporaryFolder('coverage'), network, COVERAGE);
    const percentOfLines = finding === null ? linesReached(counted.program, kept) : null;
    const findings = finding === null ? [] : [finding];
    networks.push({ network: network.name, ...figures, kept: kept.length, percentOfLines, findings });
  }

  const planted = [];
  for (const [bug, change] of Object.entries(BUGS)) {
    process.stderr.write(`planted: ${bug}\n`);
    let foundAfterExecutions: number | null = null;
    for (const { network, target } of targets) {
      const folder = temporaryFolder('planted');
      writeCorpus(folder, firstFrames(network));
      const run = await fuzz(target.withBug(change), folder, BUG_SECONDS);
      if (run.finding === null) continue;
      foundAfterExecutions = run.executions;
      break;
    }
    planted.push({ bug, foundAfterExecutions });
  }

  const result = {
    command: `npm run fuzz:protocol -- --seconds ${seconds}`,
    compiler: execFileSync('clang', ['--version'], { encoding: 'utf8' }).split('\n')[0],
    networks,
    planted,
  };
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
  expect(networks.flatMap(({ findings }) => findings)).toEqual([]);
  expect(planted.filter(({ foundAfterExecutions }) => foundAfterExecutions === null)).toEqual([]);
});
