import { createHash } from 'node:crypto';
import { InputError } from '../errors.js';
import type { Answer } from './recording.js';
import type { Mismatch } from './verification.js';

/** What a journal belongs to; only a run of the very same goes on with it. */
export interface JournalHeader {
  /** Hash of the network, 64 hex digits. */
  readonly network: string;
  /** The data set, for people; its pictures and labels are what the hash is of. */
  readonly pictures: { readonly set: string; readonly count: number; readonly hash: string };
  /** The boards that may answer; `firmware`: hash of what was built for an emulated one, null for one on a port. */
  readonly boards: readonly { readonly id: string; readonly firmware: string | null }[];
}

/** What is read from a journal. */
export interface JournalText {
  readonly header: JournalHeader;
  readonly answers: readonly Answer[];
  readonly mismatches: readonly Mismatch[];
  /** Bytes of whole lines; what is behind them was torn when the run ended. */
  readonly length: number;
}

const FORMAT = 'tablize journal 1';
const CHECK_DIGITS = 8;

/** The first line. */
export function headerLine(header: JournalHeader): string {
  return sealed('', { format: FORMAT, ...header });
}

/** The line of an answer, for a journal with this header. */
export function answerLine(header: JournalHeader, { image, board, label, latency, logits }: Answer): string {
  return sealed(headerLine(header), { image, board, label, latency, logits: [...logits] });
}

/** The line of a difference whose place was found. */
export function mismatchLine(header: JournalHeader, mismatch: Mismatch): string {
  return sealed(headerLine(header), { mismatch });
}

/** JSON with a check of the line and of the header before it, so that a line of another journal is as wrong as a damaged one. */
function sealed(before: string, value: object): string {
  return `${JSON.stringify({ ...value, check: checkOf(before, value) })}\n`;
}

function checkOf(before: string, value: object): string {
  return createHash('sha256')
    .update(before)
    .update(JSON.stringify(value))
    .digest('hex')
    .slice(0, CHECK_DIGITS);
}

/**
 * Reads a journal. A last line without its end is left out; null when not even the header is whole. Throws InputError for
 * what is no journal, and for a line that is damaged.
 */
export function readJournal(text: string, where: string): JournalText | null {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  if (first === undefined) {
    // What a run leaves that was ended within its first line.
    if (`{"format":"${FORMAT}"`.startsWith(text) || text.startsWith(`{"format":"${FORMAT}"`)) return null;
    throw noJournal(where);
  }
  const opened = open('', first);
  if (opened?.['format'] !== FORMAT) throw noJournal(where);
  const answers: Answer[] = [];
  const mismatches: Mismatch[] = [];
  const seen = new Set<number>();
  lines.forEach((line, i) => {
    const entry = open(`${first}\n`, line);
    const image = entry?.['image'];
    if (entry === undefined || (typeof image === 'number' && seen.has(image))) {
      throw new InputError(`line ${i + 2} of the journal is damaged`, {
        where,
        next: 'remove the journal and verify all pictures again',
      });
    }
    if ('mismatch' in entry) mismatches.push(entry['mismatch'] as Mismatch);
    else {
      const answer = entry as unknown as Omit<Answer, 'logits'> & { readonly logits: readonly number[] };
      answers.push({ ...answer, logits: Int32Array.from(answer.logits) });
      seen.add(answer.image);
    }
  });
  const { network, pictures, boards } = opened as unknown as JournalHeader;
  return { header: { network, pictures, boards }, answers, mismatches, length: Buffer.byteLength(whole) };
}

/** The value of a sealed line; undefined when it is not as it was written. */
function open(before: string, line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { check, ...value } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return check === checkOf(before, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function noJournal(where: string): InputError {
  return new InputError('this file is no journal of a verification', {
    where,
    next: 'give the path of a journal, or of a file that is not there yet',
  });
}

/** Throws InputError, saying what differs, unless a run with this header may go on with a journal with that one. */
export function requireSame(header: JournalHeader, journal: JournalHeader, where: string): void {
  const refuse = (what: string): never => {
    throw new InputError(`the journal is of another run: ${what}`, {
      where,
      next: 'give the same options as then, or another --journal',
    });
  };
  if (journal.network !== header.network)
    refuse(
      `its network has the hash ${journal.network.slice(0, 16)}, this one ${header.network.slice(0, 16)}`,
    );
  if (journal.pictures.count !== header.pictures.count)
    refuse(`it has ${journal.pictures.count} pictures, this run ${header.pictures.count}`);
  if (journal.pictures.hash !== header.pictures.hash)
    refuse(`it has other pictures or labels ("${journal.pictures.set}", now "${header.pictures.set}")`);
  for (const { id, firmware } of header.boards) {
    const known = journal.boards.filter((board) => board.id === id);
    if (known.length === 0) refuse(`it knows no board "${id}"`);
    if (!known.some((board) => board.firmware === firmware))
      refuse(`the firmware of "${id}" was another, or it was on a port`);
  }
}
