import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a run of libFuzzer came to. */
export interface FuzzRun {
  readonly executions: number;
  readonly seconds: number;
  /** Edges of the protocol's control flow that were reached, and edges with how often they were passed. */
  readonly edges: number;
  readonly features: number;
  /** The input that failed, in hexadecimal digits, and what was said of it. */
  readonly finding: { readonly input: string; readonly said: string } | null;
}

const SAID_LINES = 12;
const LONGEST_INPUT = 1024;

/** Fuzzes for so many seconds or until something fails, from the inputs in `folder`/corpus, where it puts what it finds. */
export async function fuzz(program: string, folder: string, seconds: number): Promise<FuzzRun> {
  const started = performance.now();
  const options = [`-max_total_time=${seconds}`, `-max_len=${LONGEST_INPUT}`, '-timeout=10', '-seed=1'];
  const said = await run(
    program,
    [...options, '-print_final_stats=1', '-artifact_prefix=failed-', 'corpus'],
    folder,
  );
  const lines = said.split('\n');
  const number = (pattern: RegExp): number =>
    Math.max(0, ...lines.map((line) => Number(pattern.exec(line)?.[1] ?? 0)));
  const failed = readdirSync(folder).find((name) => name.startsWith('failed-'));
  const first = lines.findIndex((line) =>
    /ERROR|runtime error|^byte |^the device |^the HELLO |^a clock /.test(line),
  );
  return {
    executions: number(/^(?:stat::number_of_executed_units: |#)(\d+)/),
    seconds: Math.round((performance.now() - started) / 1000),
    edges: number(/cov: (\d+)/),
    features: number(/ft: (\d+)/),
    finding:
      failed === undefined
        ? null
        : {
            input: readFileSync(join(folder, failed)).toString('hex'),
            said: lines.slice(first, first + SAID_LINES).join('\n'),
          },
  };
}

/** The fewest inputs of `folder`/corpus that reach every edge that they reach together, shortest first. */
export async function merge(program: string, folder: string): Promise<readonly Uint8Array[]> {
  mkdirSync(join(folder, 'merged'));
  await run(
    program,
    ['-merge=1', '-use_counters=0', `-max_len=${LONGEST_INPUT}`, 'merged', 'corpus'],
    folder,
  );
  return readdirSync(join(folder, 'merged'))
    .map((name) => readFileSync(join(folder, 'merged', name)))
    .sort((a, b) => a.length - b.length || Buffer.compare(a, b));
}

/** Puts inputs into the corpus to start from. */
export function writeCorpus(folder: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(join(folder, 'corpus'));
  inputs.forEach((input, i) => writeFileSync(join(folder, 'corpus', `given-${i}`), input));
}

/** Runs libFuzzer to its end, whatever it finds, and returns what it says. */
function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const line of text.split('\n')) if (/pulse +cov/.test(line)) process.stderr.write(`${line}\n`);
    });
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
