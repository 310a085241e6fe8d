import type { Inference } from '../device/index.js';
import type { Mismatch } from './verification.js';

/** What a device answered to a picture. */
export interface Answer extends Inference {
  readonly image: number;
  /** Id of the board. */
  readonly board: string;
}

/** What an interrupted verification leaves to the one that goes on. */
export interface Recording {
  /** What was answered before; no picture twice. */
  readonly answers: readonly Answer[];
  /** Differences whose place was found before. */
  readonly mismatches: readonly Mismatch[];
  /** Keeps an answer, before it counts. */
  answered(answer: Answer): void;
  /** Keeps a difference. */
  differs(mismatch: Mismatch): void;
}
