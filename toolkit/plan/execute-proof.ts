import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../errors.js';
import type { Obligation, Part, Side, Subject } from '../hdl/index.js';
import { lastLines } from './last-lines.js';
import { writeFiles } from './output-folder.js';
import type { ProofTools } from './proof-tools.js';
import { runCommand, type CommandResult } from './run-command.js';

/** Inputs for which the design gives something else than the network. */
export interface Counterexample {
  readonly inputs: readonly { readonly title: string; readonly value: number }[];
  /** What the network says, and what the design gives. */
  readonly specification: number;
  readonly design: number;
}

/** `undecided`: neither proved nor refuted within the time. */
export interface Verdict {
  readonly subject: Subject;
  readonly title: string;
  readonly verdict: 'proved' | 'different' | 'undecided';
  readonly counterexample: Counterexample | null;
}

export interface ProofOptions {
  /** Seconds for one part. */
  readonly limit: number;
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** For the synthesis of one side of an obligation; beyond it the obligation is not decided. */
const SYNTHESIS_SECONDS = 600;
/** More than any search that the time allows. */
const MOST_CONFLICTS = 2 ** 31 - 1;

/**
 * Proves obligations in folders below the given one, which may be kept for a look. Throws BuildError where a circuit cannot be made of
 * a design, with the tool's words; InterruptedError.
 */
export async function executeProof(
  obligations: readonly Obligation[],
  folder: string,
  tools: ProofTools,
  options: ProofOptions,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [i, obligation] of obligations.entries()) {
    const runs = runner(join(folder, `${i + 1}-${obligation.subject.replace(' ', '-')}`), tools, options);
    options.progress?.(`[${i + 1}/${obligations.length}] ${obligation.title}: circuits`);
    writeFiles(new Map([...obligation.files, ...scriptsOf(obligation)]), runs.folder);
    const made =
      (await runs.synthesize(obligation.design.module)) &&
      (await runs.synthesize(obligation.specification.module));
    if (!made) {
      for (const { title } of obligation.parts)
        verdicts.push({ subject: obligation.subject, title, verdict: 'undecided', counterexample: null });
      continue;
    }
    if (obligation.parts.length > 1) await runs.abc('source split.abc', SYNTHESIS_SECONDS);
    for (const [k, part] of obligation.parts.entries()) {
      options.progress?.(
        `[${i + 1}/${obligations.length}] ${part.title} (${k + 1} of ${obligation.parts.length})`,
      );
      const { verdict, counterexample } = await provePart(obligation, part, k, runs, options.limit);
      verdicts.push({ subject: obligation.subject, title: part.title, verdict, counterexample });
    }
  }
  return verdicts;
}

/** The runs of the tools in one folder. */
interface Runs {
  readonly folder: string;
  readonly synthesize: (module: Side['module']) => Promise<boolean>;
  readonly abc: (script: string, seconds: number) => Promise<CommandResult>;
  readonly yosys: (script: string) => Promise<CommandResult>;
}

function runner(folder: string, { yosys, abc }: ProofTools, { signal }: ProofOptions): Runs {
  const run = (argv: readonly [string, ...string[]], timeoutSeconds: number): Promise<CommandResult> =>
    runCommand({ title: 'prove', argv, env: { LC_ALL: 'C' }, timeoutSeconds }, { cwd: folder, signal });
  const checked = async (what: string, result: Promise<CommandResult>): Promise<CommandResult> => {
    const { code, timedOut, text } = await result;
    if (code !== 0 && !timedOut)
      throw new BuildError(`${what} failed:\n${lastLines(text, 12)}`, { where: folder });
    return result;
  };
  return {
    folder,
    synthesize: async (module) => {
      const made = checked(
        `Yosys (${module}.ys)`,
        run([yosys, '-q', '-s', `${module}.ys`], SYNTHESIS_SECONDS),
      );
      return !(await made).timedOut;
    },
    abc: (script, seconds) => run([abc, '-c', script], seconds),
    yosys: (script) => checked('Yosys', run([yosys, '-p', script], SYNTHESIS_SECONDS)),
  };
}

function scriptsOf({ design, specification, parts }: Obligation): [string, string][] {
  return [
    ...[design, specification].map(({ module, script }): [string, string] => [
      `${module}.ys`,
      `${script.join('\n')}\n`,
    ]),
    ['split.abc', splitScript(parts)],
  ];
}

/** A pair of circuits for each part, with all inputs; `-R` counts outputs only with `-s`. */
function splitScript(parts: readonly Part[]): string {
  return ['design', 'specification']
    .flatMap((module) => [
      `read_blif ${module}.blif`,
      'strash',
      'backup',
      ...parts.flatMap(({ first, bits }, k) => [
        'restore',
        `cone -s -O ${first} -R ${bits}`,
        `write_blif ${module}_${k}.blif`,
      ]),
    ])
    .join('\n')
    .concat('\n');
}

async function provePart(
  { parts, output }: Obligation,
  part: Part,
  k: number,
  runs: Runs,
  limit: number,
): Promise<Pick<Verdict, 'verdict' | 'counterexample'>> {
  const suffix = parts.length > 1 ? `_${k}` : '';
  const pair = `design${suffix}.blif specification${suffix}.blif`;
  const { text } = await runs.abc(`cec -T ${limit} -C ${MOST_CONFLICTS} ${pair}`, limit + 10);
  if (/^Networks are equivalent/m.test(text)) return { verdict: 'proved', counterexample: null };
  if (!text.includes('NOT EQUIVALENT')) return { verdict: 'undecided', counterexample: null };
  const example = `counterexample${suffix}.txt`;
  await runs.abc(`miter ${pair}; iprove; write_cex -n ${example}`, limit + 10);
  const bits = readBits(readFileSync(join(runs.folder, example), 'utf8'));
  const value = async (module: Side['module']): Promise<number> => {
    const sets = [...portValues(bits)].map(([port, digits]) => `-set ${port} ${digits.length}'b${digits}`);
    const { stdout } = await runs.yosys(
      `read_blif -wideports ${module}.blif; eval ${sets.join(' ')} -show ${output.name}`,
    );
    const digits = /Eval result: \S+ = (?:\d+')?([01]+)/.exec(stdout)?.[1];
    if (digits === undefined) throw new BuildError(`no value of the ${module}`, { where: runs.folder });
    const end = digits.length - part.first;
    return numberOf(digits.slice(end - part.bits, end), part.signed);
  };
  return {
    verdict: 'different',
    counterexample: {
      inputs: part.inputs.map(({ title, port, first, bits: width, signed }) => ({
        title,
        value: numberOf(
          Array.from(
            { length: width },
            (_, at) => bits.get(bitName(port, first + width - 1 - at)) ?? '0',
          ).join(''),
          signed,
        ),
      })),
      specification: await value('specification'),
      design: await value('design'),
    },
  };
}

const bitName = (port: string, bit: number): string => `${port}[${bit}]`;

/** Values of input bits as ABC writes them: `port[3]@0=1`, or without a number for a port of one bit. */
function readBits(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^(\w+)(?:\[(\d+)\])?@0=([01])$/gm)].map(([, port = '', bit = '0', value = '0']) => [
      bitName(port, Number(bit)),
      value,
    ]),
  );
}

/** Whole ports, highest bit first. */
function portValues(bits: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const ports = [...new Set(Array.from(bits.keys(), (name) => name.replace(/\[\d+\]$/, '')))];
  return new Map(
    ports.map((port) => {
      const width = Array.from(bits.keys()).filter((name) => name.startsWith(`${port}[`)).length;
      const digits = Array.from({ length: width }, (_, at) => bits.get(bitName(port, width - 1 - at)) ?? '0');
      return [port, digits.join('')];
    }),
  );
}

function numberOf(digits: string, signed: boolean): number {
  const value = digits === '' ? 0 : parseInt(digits, 2);
  return signed && digits.startsWith('1') ? value - 2 ** digits.length : value;
}
