import { readFileSync } from 'node:fs';
import { assetPath } from '../../assets.js';
import { ToolMissingError } from '../../errors.js';

/** What is used of the WebAssembly of the runtime, whose types come with those of browsers only. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: unknown };
};

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

/** The functions of assembly/, which says what they do. Arrays are addresses in bytes. */
export interface Kernels {
  readonly statistics: (
    z: number,
    rows: number,
    width: number,
    pivot: number,
    sums: number,
    squares: number,
  ) => void;
  readonly lineForward: (
    z: number,
    y: number,
    rows: number,
    width: number,
    k: number,
    b: number,
    low: number,
    high: number,
    step: number,
    rounds: boolean,
  ) => void;
  readonly lineSums: (
    z: number,
    dy: number,
    rows: number,
    width: number,
    k: number,
    b: number,
    mean: number,
    low: number,
    high: number,
    rounds: boolean,
    shift: number,
    gamma: number,
  ) => number;
  readonly lineBackward: (
    z: number,
    dy: number,
    dz: number,
    rows: number,
    width: number,
    k: number,
    b: number,
    low: number,
    high: number,
    scale: number,
    p: number,
    q: number,
  ) => void;
  readonly depthwiseFilterSums: (
    x: number,
    xRows: number,
    xColumns: number,
    top: number,
    left: number,
    dy: number,
    pictures: number,
    rows: number,
    columns: number,
    channels: number,
    down: number,
    right: number,
    filterRows: number,
    filterColumns: number,
    scratch: number,
    totals: number,
  ) => void;
}

const PAGE = 65_536;
/** So that kernels may read a little behind the last value. */
const MARGIN = 16;

let loaded: { readonly kernels: Kernels; readonly memory: WasmMemory } | undefined;

/** The file is compiled from assembly/ by scripts/build.mjs, for a checkout and for dist/ alike. */
function load(): { readonly kernels: Kernels; readonly memory: WasmMemory } {
  const path = assetPath('dist/quantize/kernels.wasm');
  const memory = new WebAssembly.Memory({ initial: 1 });
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), {
      env: { memory },
    });
    return { kernels: exports as Kernels, memory };
  } catch (cause) {
    throw new ToolMissingError('the compiled loops of the trainer cannot be loaded', {
      where: path,
      next: 'In a checkout, build it with npm run build; else install the package again.',
      cause,
    });
  }
}

/**
 * The memory of the kernels, laid out anew for each use: nothing in it outlives the call that laid it out.
 * Addresses are multiples of 16.
 */
export interface Workspace {
  readonly kernels: Kernels;
  /** Copies floats in, followed by those of `end`. */
  readonly floats: (values: ArrayLike<number>, end?: ArrayLike<number>) => number;
  /** Room for `count` floats of any value. */
  readonly room: (count: number) => number;
  /** Room for `count` doubles 0. */
  readonly zeros: (count: number) => number;
  /** Copies of what lies at an address. */
  readonly readFloats: (address: number, count: number) => Float32Array;
  readonly readDoubles: (address: number, count: number) => Float64Array;
}

export function workspace(): Workspace {
  const { kernels, memory } = (loaded ??= load());
  let next = 0;
  const take = (bytes: number): number => {
    const at = next;
    next += Math.ceil(bytes / 16) * 16;
    const missing = next + MARGIN - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return at;
  };
  return {
    kernels,
    floats: (values, end = []) => {
      const at = take(4 * (values.length + end.length));
      const floats = new Float32Array(memory.buffer, at, values.length + end.length);
      floats.set(values);
      floats.set(end, values.length);
      return at;
    },
    room: (count) => take(4 * count),
    zeros: (count) => {
      const at = take(8 * count);
      new Float64Array(memory.buffer, at, count).fill(0);
      return at;
    },
    readFloats: (address, count) => new Float32Array(memory.buffer, address, count).slice(),
    readDoubles: (address, count) => new Float64Array(memory.buffer, address, count).slice(),
  };
}
