import type { Architecture, Effect } from './architecture.js';
import { helperEffect } from './helpers.js';
import { branchTarget, instructionEffect } from './instructions.js';
import { statements, type Statement } from './statements.js';

/** One instruction that the proof does not let pass. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  /** The function that it is in, as the last label before it says. */
  readonly function: string;
  readonly instruction: string;
}

/** What was found in assembly. A float multiplication is in `multiplies` and in `floats`. */
export interface Scan {
  /** How many instructions were looked at. */
  readonly instructions: number;
  readonly multiplies: readonly Finding[];
  readonly floats: readonly Finding[];
  readonly divisions: readonly Finding[];
  /** Instructions that no list knows: they may do anything. */
  readonly unknown: readonly Finding[];
  /** Calls and jumps to symbols that are not in this file and are no known library function. */
  readonly calls: readonly (Finding & { readonly symbol: string })[];
  /** The symbols that this file defines. */
  readonly defined: ReadonlySet<string>;
}

/** Directives that name a symbol without using it. */
const DECLARES =
  /^\.(globl|global|weak|hidden|internal|protected|extern|type|size|local|comm|lcomm|file|ident|section|loc|addrsig\w*|private_extern|no_dead_strip|symver)$/;

/** Directives that put instructions into the program in another way than by their names. */
const SMUGGLES = /^\.(inst(\.[nw])?|insn|macro|irpc?|rept|include|incbin)$/;

/**
 * Looks at every instruction of a file of assembly by gcc or clang for multiplications, floats and divisions, and for calls,
 * tail calls and addresses of library functions that do them. Comments, labels and data do not count, nor does x86 address
 * arithmetic (lea, shl).
 *
 * @param file what to call the file in findings
 */
export function scanAssembly(text: string, architecture: Architecture, file = ''): Scan {
  const all = statements(text, architecture);
  const defined = new Set(all.flatMap(({ labels }) => labels));
  const multiplies: Finding[] = [];
  const floats: Finding[] = [];
  const divisions: Finding[] = [];
  const unknown: Finding[] = [];
  const calls: (Finding & { symbol: string })[] = [];
  let instructions = 0;
  let place = '';

  const count = (effect: Effect, finding: Finding): void => {
    if (effect.multiplies) multiplies.push(finding);
    if (effect.floats) floats.push(finding);
    if (effect.divides) divisions.push(finding);
  };

  for (const statement of all) {
    place = statement.labels.filter((label) => !isLocal(label)).at(-1) ?? place;
    if (statement.name === '') continue;
    const finding = { file, line: statement.line, function: place, instruction: show(statement) };
    if (statement.name.startsWith('.')) {
      if (SMUGGLES.test(statement.name)) unknown.push(finding);
      if (!DECLARES.test(statement.name))
        helpersIn(statement.operands).forEach((effect) => count(effect, finding));
      continue;
    }
    instructions += 1;
    for (const instruction of withoutPrefix(statement, architecture)) {
      const effect = instructionEffect(architecture, instruction.name, instruction.operands);
      if (effect === null) unknown.push(finding);
      else count(effect, finding);
      const symbol = branchTarget(architecture, instruction.name, instruction.operands);
      if (symbol !== null && !defined.has(symbol) && helperEffect(symbol) === null) {
        calls.push({ ...finding, symbol });
      }
    }
    helpersIn(statement.operands).forEach((effect) => count(effect, finding));
  }
  return { instructions, multiplies, floats, divisions, unknown, calls, defined };
}

/** Library functions that operands name; each once. */
function helpersIn(operands: string): Effect[] {
  const code = operands.replace(/"[^"]*"/g, '');
  const names = new Set(code.match(/\b_{2,3}[a-z]\w*/g) ?? []);
  return [...names].flatMap((name) => helperEffect(name) ?? []);
}

/** `rep movsb` and `lock addl` are two instructions in one statement. */
function withoutPrefix(statement: Statement, architecture: Architecture): Statement[] {
  if (architecture !== 'x86-64' || !/^(rep\w*|lock|notrack|data16|cs)$/.test(statement.name))
    return [statement];
  const name = /^\S+/.exec(statement.operands)?.[0];
  if (name === undefined) return [statement];
  const rest = {
    ...statement,
    name: name.toLowerCase(),
    operands: statement.operands.slice(name.length).trim(),
  };
  return [{ ...statement, operands: '' }, ...withoutPrefix(rest, architecture)];
}

function isLocal(label: string): boolean {
  return /^(\.|L[A-Z_a-z]*\d|\d+$)/.test(label);
}

function show({ name, operands }: Statement): string {
  return operands === '' ? name : `${name} ${operands.replace(/\s+/g, ' ')}`;
}
