import type { Architecture } from './architecture.js';

/** One statement of assembly: an instruction or a directive, or the labels before it. */
export interface Statement {
  readonly line: number;
  readonly labels: readonly string[];
  /** Mnemonic or directive in lower case; empty when there are only labels. */
  readonly name: string;
  readonly operands: string;
}

interface Syntax {
  /** What starts a comment anywhere in a line. */
  readonly comment: readonly string[];
  /** What separates statements in a line. */
  readonly separator: string;
}

const SYNTAX: Readonly<Record<Architecture, Syntax>> = {
  'arm-thumb': { comment: ['@'], separator: ';' },
  avr: { comment: [';'], separator: '$' },
  'x86-64': { comment: ['#'], separator: ';' },
  aarch64: { comment: ['//'], separator: ';' },
  riscv: { comment: ['#'], separator: ';' },
};

/** Apple's assembler takes `;` as a comment on AArch64; its files are known by this directive. */
const isApple = (text: string): boolean => /^\s*\.(subsections_via_symbols|build_version)\b/m.test(text);

/** Splits the assembly of gcc or clang into statements, without comments; strings stay whole. */
export function statements(text: string, architecture: Architecture): Statement[] {
  const { comment, separator } = SYNTAX[architecture];
  const apple = architecture === 'aarch64' && isApple(text);
  const found: Statement[] = [];
  let line = 1;
  let start = 1;
  let piece = '';
  let i = 0;
  const flush = (): void => {
    const statement = parse(piece, start);
    if (statement !== null) found.push(statement);
    piece = '';
    start = line;
  };
  const skipTo = (end: string): void => {
    const next = text.indexOf(end, i);
    i = next < 0 ? text.length : next;
  };
  while (i < text.length) {
    const character = text.charAt(i);
    if (character === '"') {
      const end = stringEnd(text, i);
      piece += text.slice(i, end);
      i = end;
    } else if (text.startsWith('/*', i)) {
      const from = i;
      skipTo('*/');
      line += text.slice(from, i).split('\n').length - 1;
      i += 2;
      piece += ' ';
    } else if (
      comment.some((mark) => text.startsWith(mark, i)) ||
      // A line that starts with # is a comment everywhere: #APP, #NO_APP and line marks.
      (character === '#' && piece.trim() === '') ||
      (apple && character === ';')
    ) {
      skipTo('\n');
    } else if (character === '\n') {
      i += 1;
      line += 1;
      flush();
    } else if (character === separator) {
      i += 1;
      flush();
    } else {
      piece += character;
      i += 1;
    }
  }
  flush();
  return found;
}

/** Where a string ends: after its closing quote, or at the end of its line when there is none. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === '\\') i += 1;
    else if (character === '"') return i + 1;
    else if (character === '\n') return i;
  }
  return text.length;
}

function parse(piece: string, line: number): Statement | null {
  const labels: string[] = [];
  let rest = piece.trim();
  for (;;) {
    const label = /^("[^"]*"|[\w.$]+)\s*:(?!:)\s*/.exec(rest);
    if (label === null) break;
    labels.push((label[1] ?? '').replaceAll('"', ''));
    rest = rest.slice(label[0].length);
  }
  if (rest === '' && labels.length === 0) return null;
  // `name = value` is the directive .set in other words.
  const assignment = /^([\w.$]+)\s*=\s*/.exec(rest);
  if (assignment !== null) return { line, labels, name: '.set', operands: rest };
  const name = /^\S+/.exec(rest)?.[0] ?? '';
  return { line, labels, name: name.toLowerCase(), operands: rest.slice(name.length).trim() };
}
