/** Bytes in order, put at one end and taken from the other. */
export interface ByteQueue {
  put(bytes: Uint8Array): void;
  /** The next byte, undefined when there is none; `take` removes it. */
  peek(): number | undefined;
  take(): void;
  length(): number;
}

export function byteQueue(): ByteQueue {
  let bytes = new Uint8Array(0);
  let next = 0;
  return {
    put(more) {
      const joined = new Uint8Array(bytes.length - next + more.length);
      joined.set(bytes.subarray(next));
      joined.set(more, bytes.length - next);
      bytes = joined;
      next = 0;
    },
    peek: () => bytes[next],
    take() {
      next++;
    },
    length: () => bytes.length - next,
  };
}
