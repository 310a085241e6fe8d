import type { Clock, Link } from '../../toolkit/device/index.js';

/** Milliseconds between two deliveries: a byte comes late by so much at most, and never early. */
const STEP_MS = 1;
/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;

/**
 * One direction of a serial line: what is put in comes out at its speed, and in order. Where the clock is late, what should have come
 * meanwhile comes at once, so that over any time no byte is faster than the line, and none is lost to a busy machine.
 */
export function pacedLine(
  clock: Clock,
  baud: number,
  deliver: (bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  const perByte = (1000 * BITS_PER_BYTE) / baud;
  const queue: { readonly bytes: Uint8Array; readonly from: number; done: number }[] = [];
  let free = 0;
  const wake = (): void => {
    for (let [first] = queue; first !== undefined; [first] = queue) {
      const { bytes, from } = first;
      // A hair more than nothing, so that rounding does not leave a byte behind.
      const due = Math.min(bytes.length, Math.floor((clock.now() - from) / perByte + 1e-6));
      if (due > first.done) deliver(bytes.subarray(first.done, due));
      first.done = due;
      if (due < bytes.length) {
        clock.after(Math.max(STEP_MS, perByte), wake);
        return;
      }
      queue.shift();
    }
  };
  return (bytes) => {
    if (bytes.length === 0) return;
    const from = Math.max(free, clock.now());
    free = from + bytes.length * perByte;
    queue.push({ bytes: bytes.slice(), from, done: 0 });
    if (queue.length === 1) clock.after(Math.max(STEP_MS, perByte), wake);
  };
}

/** The link as if it were a serial line of that speed, in both directions. */
export function pacedLink(link: Link, clock: Clock, baud: number): Link {
  const send = pacedLine(clock, baud, (bytes) => void link.write(bytes));
  return {
    write(bytes) {
      send(bytes);
      return Promise.resolve();
    },
    onData: (listener) => link.onData(pacedLine(clock, baud, listener)),
    onClose: (listener) => link.onClose(listener),
    close: () => link.close(),
  };
}
