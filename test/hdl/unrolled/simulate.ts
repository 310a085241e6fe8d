import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UnrolledModules } from '../../../toolkit/hdl/index.js';
import { interpret, type TableNetwork } from '../../../toolkit/network/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BENCH = fileURLToPath(new URL('unrolled_bench.v', import.meta.url));

/** The unrolled engine, run by iverilog: one line per trace point and logit of each picture, then the logits of all at one a clock. */
export function simulateUnrolled(
  { files, sources, parameters, latency }: UnrolledModules,
  pictures: readonly Uint8Array[],
): readonly string[] {
  const folder = temporaryFolder('unrolled');
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  writeFileSync(
    join(folder, 'pictures.hex'),
    pictures.map((one) => Array.from(one, (byte) => byte.toString(16)).join(' ')).join('\n'),
  );
  const macros: Readonly<Record<string, number | string>> = {
    ...parameters,
    PICTURES: pictures.length,
    TRACED_POINTS: parameters.TRACED === 0 ? 1 : (parameters.POINTS ?? 1),
    LATENCY: latency,
    ENGINE_PARAMETERS: Object.entries(parameters)
      .map(([name, value]) => `.${name}(${value})`)
      .join(', '),
  };
  const lines = Object.entries(macros).map(([name, value]) => `\`define ${name} ${value}`);
  writeFileSync(join(folder, 'parameters.vh'), `${lines.join('\n')}\n`);
  const options = ['-g2005', '-Wall', '-Wno-timescale', '-s', 'unrolled_bench', '-o', 'bench.vvp'];
  const said = execFileSync('sh', ['-c', 'iverilog "$@" 2>&1', 'sh', ...options, BENCH, ...sources], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (said !== '') throw new Error(said);
  const printed = execFileSync('vvp', ['-n', 'bench.vvp'], {
    cwd: folder,
    timeout: 120_000,
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  return printed.split('\n').filter((line) => /^(point|logit|streamed) /.test(line));
}

/** What the lines must be; `traced`: the stages too, not the picture alone. */
export function expectedLines(
  network: TableNetwork,
  pictures: readonly Uint8Array[],
  traced: boolean,
): readonly string[] {
  const answers = pictures.map((one) => interpret(network, one, { trace: true }));
  return [
    ...answers.flatMap(({ trace = [], logits }) => [
      ...trace
        .slice(0, traced ? -1 : 1)
        .map((values, point) => `point ${point} ${Array.from(values).join(' ')}`),
      ...Array.from(logits, (logit, number) => `logit ${number} ${logit}`),
    ]),
    ...answers.map(({ logits }) => `streamed ${Array.from(logits).join(' ')}`),
  ];
}
