/** A rendered firmware project: relative paths (forward slashes, no `..`) and their contents, and what a build needs to know of them. */
export interface FirmwareProject {
  readonly files: ReadonlyMap<string, string>;
  /** C sources of the network library: the inference code, which must hold no multiplication and no float. */
  readonly inference: readonly string[];
  /** All other C and assembly sources: the test firmware, protocol, port and start-up. */
  readonly support: readonly string[];
  /** Folders to pass with -I. */
  readonly includes: readonly string[];
  /** Null where the tool chain brings its own (host, avr-libc). */
  readonly linkerScript: string | null;
}
