import type { Link } from '../../toolkit/device/index.js';
import { between, seeded } from './random.js';

/** How often each fault strikes, per chunk of bytes that passes in either direction: 0..1. */
export interface Faults {
  /** A few bytes vanish. */
  readonly drop?: number;
  /** A bit flips. */
  readonly flip?: number;
  /** The chunk comes twice. */
  readonly duplicate?: number;
  /** The chunk, and all behind it, comes later. */
  readonly delay?: number;
  /** The rest of the chunk vanishes. */
  readonly cut?: number;
  /** Other bytes come first. */
  readonly garbage?: number;
}

/** A line that does its worst, the same for the same seed and traffic. `struck` counts the faults by name. */
export function faultyLink(
  link: Link,
  faults: Faults,
  seed: number,
): { readonly link: Link; readonly struck: Map<string, number> } {
  const random = seeded(seed);
  const struck = new Map<string, number>();
  const strikes = (fault: keyof Faults): boolean => {
    if (random() >= (faults[fault] ?? 0)) return false;
    struck.set(fault, (struck.get(fault) ?? 0) + 1);
    return true;
  };
  const spoil = (chunk: Uint8Array): Uint8Array => {
    let bytes = Array.from(chunk);
    if (bytes.length === 0) return chunk;
    if (strikes('drop')) bytes.splice(between(random, 0, bytes.length - 1), between(random, 1, 5));
    if (strikes('cut')) bytes = bytes.slice(0, between(random, 0, bytes.length));
    if (bytes.length > 0 && strikes('flip')) {
      const at = between(random, 0, bytes.length - 1);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << between(random, 0, 7));
    }
    if (strikes('duplicate')) bytes = [...bytes, ...bytes];
    if (strikes('garbage')) {
      // Half of it looks like the start of a frame.
      const noise = Array.from({ length: between(random, 1, 30) }, () =>
        random() < 0.3 ? 0xa5 : between(random, 0, 255),
      );
      bytes = [...noise, ...bytes];
    }
    return Uint8Array.from(bytes);
  };
  /** Chunks pass one after the other. */
  const channel = (deliver: (bytes: Uint8Array) => unknown): ((bytes: Uint8Array) => void) => {
    let last: Promise<unknown> = Promise.resolve();
    return (bytes) => {
      const spoilt = spoil(bytes);
      const wait = strikes('delay') ? between(random, 1, 30) : 0;
      last = last
        .then(() => (wait === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, wait))))
        .then(() => deliver(spoilt))
        .catch(() => undefined);
    };
  };
  const out = channel((bytes) => link.write(bytes));
  return {
    struck,
    link: {
      write(bytes) {
        out(bytes);
        return Promise.resolve();
      },
      onData: (listener) => link.onData(channel(listener)),
      onClose: (listener) => link.onClose(listener),
      close: () => link.close(),
    },
  };
}
