// The trainer's loops, compiled to WebAssembly with SIMD, and arrays in their memory.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The functions of assembly/kernels.ts; arrays are given by address. @typedef {Record<'forward' | 'step' | 'times' | 'backward' | 'dense' | 'adam', (...values: number[]) => void>} Kernels */

// Its types come with those of browsers only.
const { WebAssembly } = /** @type {any} */ (globalThis);

/** Compiles the kernels and gives them a memory of this many bytes. @param {number} bytes */
export async function createSpace(bytes) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const { instance } = await WebAssembly.instantiate(compile(), { env: { memory, abort: () => undefined } });
  let top = 1024;
  /** @param {number} words */
  const take = (words) => {
    const at = top;
    top = (top + 4 * words + 63) & ~63;
    if (top > memory.buffer.byteLength) throw new RangeError('the memory of the trainer is too small');
    return at;
  };
  return {
    kernels: /** @type {Kernels} */ (/** @type {unknown} */ (instance.exports)),
    /** @param {number} length */
    floats: (length) => new Float32Array(memory.buffer, take(length), length),
    /** @param {number} length */
    integers: (length) => new Int32Array(memory.buffer, take(length), length),
  };
}

/** @typedef {Awaited<ReturnType<typeof createSpace>>} Space */

function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'tablize-sparse-'));
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js'),
        fileURLToPath(new URL('assembly/kernels.ts', import.meta.url)),
        ...['--outFile', join(folder, 'kernels.wasm'), '-O3', '--noAssert', '--enable', 'simd'],
        ...['--disableWarning', '112', '--runtime', 'stub', '--importMemory'],
      ],
      { stdio: 'inherit' },
    );
    if (status !== 0) throw new Error('the kernels do not compile');
    return readFileSync(join(folder, 'kernels.wasm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
