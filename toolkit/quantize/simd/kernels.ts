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

export interface WasmMemory {
  /** Another one after each growth. */
  readonly buffer: ArrayBuffer;
  /** By so many pages of 64 KiB. */
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
  readonly packFilter: (
    filter: number,
    filterRows: number,
    filterColumns: number,
    inputs: number,
    outputs: number,
    reversed: boolean,
    packed: number,
  ) => void;
  readonly convolve: (
    x: number,
    xRows: number,
    xColumns: number,
    xDown: number,
    xRight: number,
    top: number,
    left: number,
    y: number,
    pictures: number,
    rows: number,
    columns: number,
    inputs: number,
    outputs: number,
    down: number,
    right: number,
    filterRows: number,
    filterColumns: number,
    packed: number,
    scratch: number,
  ) => void;
  readonly convolveDepthwise: (
    x: number,
    xRows: number,
    xColumns: number,
    xDown: number,
    xRight: number,
    top: number,
    left: number,
    y: number,
    pictures: number,
    rows: number,
    columns: number,
    channels: number,
    down: number,
    right: number,
    filterRows: number,
    filterColumns: number,
    filter: number,
    reversed: boolean,
    scratch: number,
  ) => void;
  readonly filterSums: (
    x: number,
    xRows: number,
    xColumns: number,
    top: number,
    left: number,
    dy: number,
    pictures: number,
    rows: number,
    columns: number,
    inputs: number,
    outputs: number,
    down: number,
    right: number,
    filterRows: number,
    filterColumns: number,
    scratch: number,
    sums: number,
  ) => void;
  readonly averagePoolBackward: (
    dy: number,
    outRows: number,
    outColumns: number,
    dx: number,
    pictures: number,
    rows: number,
    columns: number,
    channels: number,
    height: number,
    width: number,
    down: number,
    right: number,
    scale: number,
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

let compiled: object | undefined;

/**
 * The kernels, working on that memory. Their file is compiled from assembly/ by scripts/build.mjs, for a checkout and for
 * dist/ alike.
 *
 * @throws ToolMissingError where the file is not there or is not a sound one.
 */
export function loadKernels(memory: WasmMemory): Kernels {
  const path = assetPath('dist/quantize/kernels.wasm');
  try {
    compiled ??= new WebAssembly.Module(readFileSync(path));
    return new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernels;
  } catch (cause) {
    throw new ToolMissingError('the compiled loops of the trainer cannot be loaded', {
      where: path,
      next: 'In a checkout, build it with npm run build; else install the package again.',
      cause,
    });
  }
}

export const newMemory = (): WasmMemory => new WebAssembly.Memory({ initial: 1 });
