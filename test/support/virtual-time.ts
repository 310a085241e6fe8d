import type { Clock } from '../../toolkit/device/index.js';

export interface VirtualTime {
  readonly clock: Clock;
  /** Lets time pass until the promise is settled; throws when it waits for what can never come. */
  run<T>(promise: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly call: () => void;
  cancelled: boolean;
}

/** Turns of the event loop after which whoever is ready has gone on. */
const TURNS = 20;

/** Time that stands still while anyone can go on, and then jumps to the next timer. */
export function virtualTime(): VirtualTime {
  let now = 0;
  /** By time; of the same time, in the order of setting. */
  const timers: Timer[] = [];
  return {
    clock: {
      now: () => now,
      after(milliseconds, call) {
        const timer = { at: now + milliseconds, call, cancelled: false };
        let place = timers.length;
        while (place > 0 && (timers[place - 1]?.at ?? 0) > timer.at) place--;
        timers.splice(place, 0, timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
    async run(promise) {
      const over = { settled: false };
      const settle = (): void => {
        over.settled = true;
      };
      promise.then(settle, settle);
      for (let idle = 0; idle < TURNS;) {
        // Whoever gives way for a turn is back before time passes: the same seed gives the same run.
        for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (over.settled) return promise;
        const next = timers.shift();
        if (next === undefined) {
          idle++;
          continue;
        }
        idle = 0;
        if (next.cancelled) continue;
        now = next.at;
        next.call();
      }
      throw new Error('someone waits for ever: no timer is left');
    },
  };
}
