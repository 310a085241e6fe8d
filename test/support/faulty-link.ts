import { wallClock, type Clock, type Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';
import { between, seeded } from './random.js';

/** How often each fault strikes, per chunk of bytes that passes in either direction: 0..1. */
export interface Faults {
  /** A few bytes vanish. */
  readonly drop?: number;
  /** A bit flips. */
  readonly flip?: number;
  /** The chunk comes twice. */
  readonly duplicate?: number;
  /** The chunk overtakes the one before it, where that is still under way. */
  readonly reorder?: number;
  /** The chunk, and all behind it, comes up to 30 ms later. */
  readonly delay?: number;
  /** The chunk, and all behind it, comes up to six seconds later. */
  readonly stall?: number;
  /** The rest of the chunk vanishes. */
  readonly cut?: number;
  /** Other bytes come first. */
  readonly garbage?: number;
  /** The device starts anew. */
  readonly reset?: number;
  /** The line ends. */
  readonly hangUp?: number;
}

export type Fault = keyof Faults;

export interface FaultyOptions {
  readonly clock?: Clock;
  /** Milliseconds that every chunk takes. */
  readonly latency?: number;
  /** Faults that strike certain chunks, counted from 0 in both directions together, whatever their rates are. */
  readonly script?: ReadonlyMap<number, Fault>;
  readonly reset?: () => void;
}

export interface FaultyLink {
  readonly link: Link;
  /** How often each fault struck. */
  readonly struck: Map<Fault, number>;
  /** Chunks that were given to it, in both directions. */
  chunks(): number;
}

/** A line that does its worst, the same for the same seed and traffic. */
export function faultyLink(
  link: Link,
  faults: Faults,
  seed: number,
  { clock = wallClock, latency = 0, script = new Map(), reset }: FaultyOptions = {},
): FaultyLink {
  const random = seeded(seed);
  const struck = new Map<Fault, number>();
  const events = linkEvents();
  let chunks = -1;
  const strikes = (fault: Fault): boolean => {
    const rate = faults[fault] ?? 0;
    if (script.get(chunks) !== fault && (rate === 0 || random() >= rate)) return false;
    struck.set(fault, (struck.get(fault) ?? 0) + 1);
    return true;
  };
  const spoil = (chunk: Uint8Array): Uint8Array => {
    if (chunk.length === 0) return chunk;
    let bytes = chunk;
    if (strikes('drop'))
      bytes = Uint8Array.from(
        Array.from(bytes).toSpliced(between(random, 0, bytes.length - 1), between(random, 1, 5)),
      );
    if (strikes('cut')) bytes = bytes.slice(0, between(random, 0, bytes.length));
    if (bytes.length > 0 && strikes('flip')) {
      const at = between(random, 0, bytes.length - 1);
      bytes = bytes.with(at, (bytes[at] ?? 0) ^ (1 << between(random, 0, 7)));
    }
    if (strikes('duplicate')) bytes = Uint8Array.of(...bytes, ...bytes);
    if (strikes('garbage')) {
      // Half of it looks like the start of a frame.
      const noise = Array.from({ length: between(random, 1, 30) }, () =>
        random() < 0.3 ? 0xa5 : between(random, 0, 255),
      );
      bytes = Uint8Array.of(...noise, ...bytes);
    }
    return bytes;
  };
  /** Chunks pass one after the other. */
  const channel = (deliver: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) => {
    const queue: Uint8Array[] = [];
    let free = 0;
    const next = (): void => {
      const bytes = queue.shift();
      if (bytes !== undefined && !events.closed()) deliver(bytes);
    };
    return (bytes) => {
      chunks++;
      if (strikes('hangUp')) events.close('someone pulled the cable');
      if (strikes('reset')) reset?.();
      const spoilt = spoil(bytes);
      const wait = strikes('delay') ? between(random, 1, 30) : 0;
      const stall = strikes('stall') ? between(random, 500, 6000) : 0;
      if (queue.length > 0 && strikes('reorder')) queue.splice(-1, 0, spoilt);
      else queue.push(spoilt);
      const now = clock.now();
      free = Math.max(free, now + latency + wait + stall);
      if (free > now) clock.after(free - now, next);
      else next();
    };
  };
  const out = channel((bytes) => void link.write(bytes).catch(() => undefined));
  link.onData(channel((bytes) => events.data(bytes)));
  link.onClose((reason) => events.close(reason));
  return {
    struck,
    chunks: () => chunks + 1,
    link: {
      write(bytes) {
        if (events.closed()) return Promise.reject(new Error('the line has ended'));
        out(bytes);
        return Promise.resolve();
      },
      onData: events.onData,
      onClose: events.onClose,
      close() {
        events.close(null);
        return link.close();
      },
    },
  };
}
