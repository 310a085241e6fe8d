import { FRAME_OVERHEAD, type Frame } from '../../../toolkit/device/protocol/frame.js';
import { TRACE_HEADER } from '../../../toolkit/device/protocol/messages.js';
import { between } from '../../support/random.js';
import { framesOn } from '../frames-on-a-line.js';
import { byteRuns, levelsOf, receivedBytes, type Run } from './levels.js';
import { damage, KINDS, randomRequest, type Kind, type Sizes } from './random-line.js';

/** Levels of the line between two waits for answers. */
export interface Piece {
  readonly runs: readonly Run[];
  /** Answers that are due once it is sent. */
  readonly answers: readonly Frame[];
}

export interface Episode {
  readonly kinds: readonly Kind[];
  readonly pieces: readonly Piece[];
}

export interface Told extends Sizes {
  /** Bytes that the device holds while it works. */
  readonly window: number;
  readonly answer: (type: number, sequence: number, payload: Uint8Array) => Frame;
}

const MOST_FRAMES = 6;

/**
 * Some frames, each with something done to it, then a filler and a good frame; and what comes back by docs/protocol.md. Where a device
 * cannot hold more, and now and then where it can, the host waits for answers.
 */
export function randomEpisode(random: () => number, told: Told): Episode {
  const { clocksPerBit, pixels } = told;
  const longest = pixels + TRACE_HEADER;
  const kinds = Array.from({ length: between(random, 1, MOST_FRAMES) }, () => pick(random, KINDS));
  const gap: Run = [1, 12 * clocksPerBit];
  const filler = Array.from({ length: longest + FRAME_OVERHEAD }, () => byteRuns(0, clocksPerBit)).flat();
  const runs = [
    ...kinds.flatMap((kind) => damage(random, randomRequest(random, told), kind, clocksPerBit)),
    gap,
    ...filler,
    ...damage(random, randomRequest(random, told), 'good', clocksPerBit),
    gap,
  ];
  const levels = levelsOf(runs);
  const received = receivedBytes(levels, clocksPerBit);
  const line = received.map(({ byte }) => byte);
  const whole = framesOn(line, longest).filter(({ isWhole }) => isWhole);
  if (whole.at(-1)?.end !== line.length) throw new Error('the last frame of an episode is not found');

  const pieces: Piece[] = [];
  let from = 0;
  let due: Frame[] = [];
  let held = 0;
  line.forEach((_, i) => {
    const frame = whole.find(({ end }) => end === i + 1);
    held = due.length === 0 ? 0 : held + 1;
    if (frame !== undefined)
      due.push(told.answer(frame.type, frame.sequence, Uint8Array.from(frame.payload)));
    const isLast = i === line.length - 1;
    const isFull = held + longest + FRAME_OVERHEAD > told.window;
    if (due.length === 0 || !(isLast || isFull || (frame !== undefined && random() < 0.3))) return;
    // In the middle of a stop bit, which the wait makes longer.
    const until = isLast ? levels.length : (received[i]?.at ?? 0) + 1;
    pieces.push({ runs: runsOf(levels.subarray(from, until)), answers: due });
    from = until;
    due = [];
  });
  return { kinds: [...kinds, 'good'], pieces };
}

const pick = <T>(random: () => number, among: readonly T[]): T => {
  const one = among[between(random, 0, among.length - 1)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
};

function runsOf(levels: Uint8Array): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  while (from < levels.length) {
    const level = levels[from] === 1 ? 1 : 0;
    const next = levels.indexOf(1 - level, from);
    const until = next < 0 ? levels.length : next;
    runs.push([level, until - from]);
    from = until;
  }
  return runs;
}
