import { ToolMissingError } from '../errors.js';
import type { Tf } from './tf.js';
import { registerKernels } from './wasm-kernels.js';

export interface Backend {
  readonly tf: Tf;
  readonly name: 'tfjs-node' | 'wasm';
  /** Why this one: for progress lines and `doctor`. */
  readonly why: string;
}

let loaded: Promise<Backend> | undefined;

/** What TensorFlow.js calls it. */
const CALLED = { 'tfjs-node': 'tensorflow', wasm: 'wasm' } as const;

/**
 * tfjs-node where its native library is installed, else WebAssembly; both train the same networks. It is the backend of
 * all that uses TensorFlow.js in this process from then on, until another one is set.
 */
export async function loadBackend(): Promise<Backend> {
  loaded ??= loadNode().catch(loadWasm);
  const backend = await loaded;
  const { tf, name } = backend;
  if (tf.getBackend() !== CALLED[name]) await tf.setBackend(CALLED[name]);
  return backend;
}

async function loadNode(): Promise<Backend> {
  // The name is not a literal because the package is optional: the compiler must not look for its types.
  const optional: string = '@tensorflow/tfjs-node';
  const module = (await import(optional)) as { readonly default?: Tf } & Tf;
  const tf = module.default ?? module;
  await tf.ready();
  return { tf, name: 'tfjs-node', why: 'the native library is installed' };
}

/** @param reason - why tfjs-node could not be used: not installed, or installed without its native library. */
async function loadWasm(reason: unknown): Promise<Backend> {
  const module = (await import('@tensorflow/tfjs-core')) as { readonly default?: Tf } & Tf;
  const tf = module.default ?? module;
  await import('@tensorflow/tfjs-backend-wasm');
  // Of the packages built for Node, this one alone registers the gradients of the operations.
  await import('@tensorflow/tfjs-layers');
  if (!(await tf.setBackend('wasm'))) {
    throw new ToolMissingError('the WebAssembly backend of TensorFlow.js does not start', {
      next: 'Install the packages again with npm ci.',
    });
  }
  registerKernels(tf);
  const missing = (reason as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
  return {
    tf,
    name: 'wasm',
    why: missing ? 'tfjs-node is not installed' : 'tfjs-node is installed without its native library',
  };
}
