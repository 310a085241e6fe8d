/** What is read of an HDF5 file: texts beside groups and arrays of numbers, by path without a slash at the start. */
export interface Hdf5File {
  /** Of each group, the root's as ''. Those that are no text or list of texts are left out. */
  readonly attributes: ReadonlyMap<string, Attributes>;
  readonly datasets: ReadonlyMap<string, Dataset>;
}

export type Attributes = ReadonlyMap<string, string | readonly string[]>;

export interface Dataset {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Most that is read, so that a small damaged file cannot ask for all memory. */
export const LIMITS = {
  /** Bytes of a file. */
  fileBytes: 512 * 2 ** 20,
  /** Bytes of all arrays together. */
  arrayBytes: 256 * 2 ** 20,
  /** Bytes of all texts together. */
  textBytes: 64 * 2 ** 20,
  objects: 50_000,
  depth: 40,
} as const;

/** What the thread that reads is given. */
export interface Request {
  readonly bytes: Uint8Array;
  /** Most bytes that its WebAssembly may have. */
  readonly memoryBytes: number;
}

/** What it answers. */
export type Answer =
  { readonly file: Hdf5File; readonly problem: null } | { readonly file: null; readonly problem: string };
