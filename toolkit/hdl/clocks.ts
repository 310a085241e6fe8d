import type { EngineProgram } from './engine-program.js';
import { KINDS, type StageWord } from './stage-words.js';

/** Clocks of the engine around a stage's taps and sums: its word is read, and its last results are written. */
const AROUND_RUN = 7;
const AROUND_VIEW = 6;

/** One walk of the engine through taps and sums. */
export interface Walk {
  readonly clocks: number;
  /** Clocks in which lanes add a product. */
  readonly taps: number;
}

/** How long the engine is busy with a stage's word: exactly, for it waits for nothing. */
export function walkOf(
  stage: StageWord,
  { folding: { banks, filters } }: Pick<EngineProgram, 'folding'>,
): Walk {
  if (!stage.runs) return { clocks: AROUND_VIEW, taps: 0 };
  const channels = stage.channelsLast + 1;
  const oneChannel = stage.kind === KINDS.channel || stage.kind === KINDS.largest;
  const part = oneChannel ? 1 : filters * (stage.wide ? banks : 1);
  const blocks = (stage.rowsLast + 1) * (stage.blocksLast + 1);
  const window = (stage.tapLast - stage.tapFirst + 1) * (stage.innerLast + 1);
  const taps = blocks * Math.ceil(channels / part) * window;
  return { clocks: taps + blocks * channels * (stage.stepsLast + 1) + AROUND_RUN, taps };
}
