import type { EngineProgram } from './engine-program.js';

/** Clocks beyond taps and sums, from above: of a window until its sums are taken, and of a stage until its last is stored. */
const PER_WINDOW = 16;
const PER_STAGE = 32;

/**
 * No inference takes more clocks: each window waits for every one of its taps and, one after another, all sums of the lanes. It is far
 * above what is measured, where both overlap, and says only how wide a counter must be.
 */
export function clockBound({
  stages,
  folding: { banks, filters },
}: Pick<EngineProgram, 'stages' | 'folding'>): number {
  return stages.reduce((clocks, stage) => {
    const blocks = Math.ceil((stage.columnsLast + 1) / banks);
    const windows = (stage.rowsLast + 1) * blocks * (stage.outerLast + 1);
    const taps = (stage.tapLast - stage.tapFirst + 1) * (stage.innerLast + 1);
    const sums = banks * filters * (2 * stage.levelsLog2 + 6);
    return clocks + (stage.runs ? windows * (taps + sums + PER_WINDOW) : 0) + PER_STAGE;
  }, 0);
}
