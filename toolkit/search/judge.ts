import { picture, type DataSet } from '../data/index.js';
import { InterruptedError } from '../errors.js';
import { createInterpreter, type TableNetwork } from '../network/index.js';

/** Pictures, and per picture 1 if the float network labels it right, else 0. */
export interface Jury {
  readonly data: DataSet;
  readonly floatRight: Uint8Array;
}

export interface JudgeOptions {
  /** Points of accuracy: how much of a drop is to be told from more; null if the first pictures will do. */
  readonly drop: number | null;
  /** Whether all pictures are wanted. */
  readonly thorough: boolean;
  readonly signal: AbortSignal;
}

export interface Judgement {
  readonly pictures: number;
  /** The share of these that the tables label right, 0..1. */
  readonly accuracy: number;
  /** Points of accuracy lost against the float network on the same pictures. */
  readonly drop: number;
}

/** Pictures that are looked at first; if these do not tell, twice as many each time. */
const FIRST = 1000;
const PICTURES_BETWEEN_BREATHS = 20;

/**
 * Measures tables on pictures from all over the set, until it is clear on which side of `drop` they are: when the drop
 * so far is away from it by more than two standard errors, or all pictures are through. @throws InterruptedError
 */
export async function judge(
  network: TableNetwork,
  { data, floatRight }: Jury,
  { drop, thorough, signal }: JudgeOptions,
): Promise<Judgement> {
  const { infer } = createInterpreter(network);
  const order = spread(data.labels.length);
  let [right, lost, won] = [0, 0, 0];
  const judgement = (pictures: number): Judgement => ({
    pictures,
    accuracy: right / pictures,
    drop: (100 * (lost - won)) / pictures,
  });
  for (const [k, i] of order.entries()) {
    if (k % PICTURES_BETWEEN_BREATHS === 0) await breathe(signal);
    const own = infer(picture(data, i)).label === data.labels[i];
    const float = floatRight[i] === 1;
    if (own) right++;
    if (float && !own) lost++;
    if (own && !float) won++;
    const seen = k + 1;
    if (thorough || !isMilestone(seen)) continue;
    const error = (100 * Math.sqrt(lost + won + 1)) / seen;
    if (drop === null || Math.abs(judgement(seen).drop - drop) > 2 * error) return judgement(seen);
  }
  return judgement(order.length);
}

/** Whether a number of pictures is 1,000, 2,000, 4,000 and so on. */
const isMilestone = (seen: number): boolean => seen >= FIRST && Number.isInteger(Math.log2(seen / FIRST));

/**
 * The numbers below `count` in an order in which those that come first are from all over (steps of the golden
 * section): the pictures of a set may be sorted by class, or the easy ones come first.
 */
export function spread(count: number): readonly number[] {
  let step = Math.max(1, Math.round(count * 0.618034));
  while (greatestDivisor(step, count) > 1) step++;
  return Array.from({ length: count }, (_, k) => (k * step) % count);
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Lets timers and signals through. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new InterruptedError();
}
