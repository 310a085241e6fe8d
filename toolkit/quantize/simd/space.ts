import { loadKernels, newMemory, type Kernels, type WasmMemory } from './kernels.js';

/** A memory for the kernels, and who hands out pieces of it. Addresses are in bytes. */
export interface Heap {
  readonly kernels: Kernels;
  readonly memory: WasmMemory;
  readonly allocate: (bytes: number) => number;
  readonly free: (address: number) => void;
}

/** A heap while it is used: what is laid out in it is free again afterwards. */
export interface Space {
  readonly kernels: Kernels;
  /** Room for so many floats of any value. */
  readonly room: (count: number) => number;
  /** Room for so many doubles 0. */
  readonly zeros: (count: number) => number;
  /** Copies floats in. */
  readonly floats: (values: Float32Array) => number;
  /** What lies at an address, as long as nothing more is laid out. */
  readonly viewFloats: (address: number, count: number) => Float32Array;
  readonly viewDoubles: (address: number, count: number) => Float64Array;
}

/** Gives `use` a space, and frees what it has laid out. */
export function within<T>({ kernels, memory, allocate, free }: Heap, use: (space: Space) => T): T {
  const pieces: number[] = [];
  const take = (bytes: number): number => {
    const at = allocate(bytes);
    pieces.push(at);
    return at;
  };
  const viewFloats = (address: number, count: number): Float32Array =>
    new Float32Array(memory.buffer, address, count);
  const viewDoubles = (address: number, count: number): Float64Array =>
    new Float64Array(memory.buffer, address, count);
  try {
    return use({
      kernels,
      room: (count) => take(4 * count),
      zeros: (count) => {
        const at = take(8 * count);
        viewDoubles(at, count).fill(0);
        return at;
      },
      floats: (values) => {
        const at = take(4 * values.length);
        viewFloats(at, values.length).set(values);
        return at;
      },
      viewFloats,
      viewDoubles,
    });
  } finally {
    pieces.forEach(free);
  }
}

const PAGE = 65_536;
/** Kernels may read so many bytes behind the last value. */
const MARGIN = 32;

/** A heap of its own, which grows as needed, and starts anew when all its pieces are free. */
export function ownHeap(): Heap {
  const memory = newMemory();
  let next = 0;
  let pieces = 0;
  return {
    kernels: loadKernels(memory),
    memory,
    allocate: (bytes) => {
      const at = next;
      next += Math.ceil(bytes / 16) * 16;
      pieces++;
      const missing = next + MARGIN - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      return at;
    },
    free: () => {
      pieces--;
      if (pieces === 0) next = 0;
    },
  };
}
