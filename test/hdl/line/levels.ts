/** A line's level and for how many clocks it has it. */
export type Run = readonly [level: 0 | 1, clocks: number];

/** A byte on the line: start bit, data, stop bit, 10 bits of `clocksPerBit` clocks. `stop` 0 is a framing error. */
export function byteRuns(byte: number, clocksPerBit: number, stop: 0 | 1 = 1): readonly Run[] {
  const bits = Array.from({ length: 8 }, (_, k): 0 | 1 => ((byte >> k) & 1 ? 1 : 0));
  return [0 as const, ...bits, stop].map((bit): Run => [bit, clocksPerBit]);
}

/** The level of every clock. */
export function levelsOf(runs: readonly Run[]): Uint8Array {
  const levels = new Uint8Array(runs.reduce((sum, [, clocks]) => sum + clocks, 0));
  let at = 0;
  for (const [level, clocks] of runs) levels.fill(level, at, (at += clocks));
  return levels;
}

/** A byte that was received, and the clock of its stop bit's middle. */
export interface ReceivedByte {
  readonly byte: number;
  readonly at: number;
}

/**
 * What a receiver makes of a line whose level before is high: bits are sampled in their middle, counted from the falling edge of the start
 * bit. A start bit that is over before its middle is noise; a byte whose stop bit is low is dropped, and nothing is taken
 * before the line has been high again.
 */
export function receivedBytes(levels: Uint8Array, clocksPerBit: number): readonly ReceivedByte[] {
  const received: ReceivedByte[] = [];
  let at = levels.indexOf(0);
  while (at >= 0) {
    const middle = at + (clocksPerBit >> 1);
    const stop = middle + 9 * clocksPerBit;
    const level = (bit: number): number => levels[middle + bit * clocksPerBit] ?? 1;
    if (level(0) === 1) {
      at = levels.indexOf(0, middle + 1);
    } else if (level(9) === 1) {
      received.push({
        byte: Array.from({ length: 8 }, (_, k) => level(k + 1) << k).reduce((a, b) => a + b),
        at: stop,
      });
      at = levels.indexOf(0, stop + 1);
    } else {
      const high = levels.indexOf(1, stop + 1);
      at = high < 0 ? -1 : levels.indexOf(0, high + 1);
    }
  }
  return received;
}
