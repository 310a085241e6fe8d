import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Request } from './hdf5-file.js';

/** What is used of the WebAssembly of the runtime, whose types come with those of browsers only. */
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow: (this: WasmMemory, pages: number) => number;
}

const PAGE = 65_536;

/** From then on no WebAssembly of this thread gets more memory, but runs out of it. */
function boundMemory(mostBytes: number): void {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * PAGE > mostBytes) throw new RangeError('out of memory');
    return grow.call(this, pages);
  };
}

async function answer({ bytes, memoryBytes }: Request): Promise<Answer> {
  try {
    boundMemory(memoryBytes);
    const { walkHdf5 } = await import('./walk-hdf5.js');
    return { file: await walkHdf5(bytes), problem: null };
  } catch (error) {
    return { file: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(await answer(workerData as Request));
