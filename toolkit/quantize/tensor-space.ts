import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from './tf.js';
import { loadKernels, type WasmMemory } from './simd/kernels.js';
import { ownHeap, within, type Heap, type Space } from './simd/space.js';

/** A space for kernels in which tensors lie. */
export interface TensorSpace extends Space {
  /** Where the values of a tensor lie; they must not be changed. */
  readonly addressOf: (tensor: Tensor) => number;
  /** Room for the values of a new tensor, and the tensor once they are there. */
  readonly output: (shape: readonly number[]) => { readonly at: number; readonly done: () => Tensor };
}

/** Of the wasm backend: what is needed to work in its memory. */
interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WasmMemory };
    readonly _malloc: (bytes: number) => number;
    readonly _free: (address: number) => void;
  };
  readonly getMemoryOffset: (dataId: object) => number;
  readonly makeOutput: (shape: readonly number[], dtype: 'float32') => TensorInfo;
}

const heaps = new WeakMap<object, Heap>();

/** In the memory of the wasm backend itself, so that nothing is copied; copies to and from other backends. */
export function withTensors<T>(tf: Tf, use: (space: TensorSpace) => T): T {
  const backend: object = tf.backend();
  const inside = tf.getBackend() === 'wasm';
  const heap = heaps.get(backend) ?? (inside ? heapOf(backend as WasmBackend) : ownHeap());
  heaps.set(backend, heap);
  return within(heap, (space) =>
    use({ ...space, ...(inside ? tensorsInside(tf, backend as WasmBackend) : tensorsOutside(tf, space)) }),
  );
}

// Its addresses come as signed numbers.
const heapOf = ({ wasm }: WasmBackend): Heap => ({
  kernels: loadKernels(wasm.asm.memory),
  memory: wasm.asm.memory,
  allocate: (bytes) => wasm._malloc(bytes) >>> 0,
  free: wasm._free,
});

type Tensors = Pick<TensorSpace, 'addressOf' | 'output'>;

const tensorsInside = (tf: Tf, backend: WasmBackend): Tensors => ({
  addressOf: ({ dataId }) => backend.getMemoryOffset(dataId),
  output: (shape) => {
    const info = backend.makeOutput(shape, 'float32');
    return {
      at: backend.getMemoryOffset(info.dataId),
      done: () => tf.engine().makeTensorFromTensorInfo(info),
    };
  },
});

const tensorsOutside = (tf: Tf, { floats, room, viewFloats }: Space): Tensors => ({
  addressOf: (tensor) => floats(tensor.dataSync<'float32'>()),
  output: (shape) => {
    const size = tf.util.sizeFromShape([...shape]);
    const at = room(size);
    return { at, done: () => tf.tensor(viewFloats(at, size).slice(), [...shape]) };
  },
});
