import type { Count } from './tally.js';

const PROGRESS_MS = 1000;

export interface Progress {
  /** Tells how far it is, at most once a second. */
  readonly now: () => void;
  /** Tells it in any case. */
  readonly last: () => void;
}

/** Tells `tell` how many of `asked` pictures are compared, of which `before` were when it began. */
export function progressOf(
  count: () => Count,
  asked: number,
  before: number,
  tell: ((line: string) => void) | undefined,
): Progress {
  const started = performance.now();
  let told = started;
  const last = (): void => {
    const { images, mismatches } = count();
    const wrong = Math.max(mismatches.labels, mismatches.logits);
    const rate = (images - before) / ((performance.now() - started) / 1000);
    const speed = Number.isFinite(rate) ? `, ${rate.toFixed(rate < 10 ? 1 : 0)} pictures/s` : '';
    tell?.(`verified ${images} of ${asked} pictures, ${wrong} ${wrong === 1 ? 'differs' : 'differ'}${speed}`);
    told = performance.now();
  };
  return {
    last,
    now() {
      if (performance.now() - told >= PROGRESS_MS) last();
    },
  };
}
