import { DeviceError } from '../../errors.js';
import type { Clock } from '../clock.js';
import type { Link } from '../device.js';
import { linkEvents } from '../links/link-events.js';
import type { Machine } from './machine.js';

/** A link to an emulated chip, with the chip's own time. */
export interface EmulatedLink extends Link {
  readonly clock: Clock;
  /** CPU cycles since the start. */
  cycles(): number;
  /** Wall time in milliseconds for which the emulator ran. */
  ran(): number;
}

/** Wall time after which a slice gives way to the rest of the program. */
const SLICE_WALL_MS = 20;

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/**
 * Runs a machine in slices between other events. Its time goes on only while someone waits for it (a timer is
 * set) or bytes are on the line: an idle machine costs nothing, and a slow emulator never times out.
 */
export function emulatedLink(machine: Machine): EmulatedLink {
  const events = linkEvents();
  const timers = new Set<Timer>();
  let slice: NodeJS.Immediate | undefined;
  let sliceMs = 1;
  let ranMs = 0;

  const wake = (): void => {
    if (slice === undefined && !events.closed() && (timers.size > 0 || machine.pending() > 0)) {
      slice = setImmediate(run);
    }
  };

  const run = (): void => {
    slice = undefined;
    const deadline = Math.min(...[...timers].map(({ at }) => at));
    const wanted = Math.min(sliceMs, Math.max(deadline - machine.now(), 0));
    const started = performance.now();
    try {
      machine.run(wanted);
    } catch (error) {
      events.close(error instanceof Error ? error.message : String(error));
      return;
    }
    // Emulated time per slice follows how fast the emulator is.
    const wall = performance.now() - started;
    ranMs += wall;
    if (wall < SLICE_WALL_MS / 2) sliceMs = Math.min(sliceMs * 2, 1000);
    else if (wall > SLICE_WALL_MS) sliceMs /= 2;
    const sent = machine.sent();
    if (sent.length > 0) events.data(sent);
    for (const timer of timers) {
      if (timer.at > machine.now()) continue;
      timers.delete(timer);
      timer.call();
    }
    wake();
  };

  return {
    clock: {
      now: () => machine.now(),
      after(milliseconds, call) {
        const timer = { at: machine.now() + milliseconds, call };
        timers.add(timer);
        wake();
        return () => timers.delete(timer);
      },
    },
    cycles: () => machine.cycles(),
    ran: () => ranMs,
    write(bytes) {
      if (events.closed()) return Promise.reject(new DeviceError('the emulated board was switched off'));
      machine.receive(bytes);
      wake();
      return Promise.resolve();
    },
    onData: events.onData,
    onClose: events.onClose,
    close() {
      if (slice !== undefined) clearImmediate(slice);
      timers.clear();
      events.close('the emulated board was switched off');
      return Promise.resolve();
    },
  };
}
