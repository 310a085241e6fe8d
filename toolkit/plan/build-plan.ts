/** One command of a plan: an argument vector, never a shell line. Runs in the output folder. */
export interface Command {
  /** What it does, for progress lines: "compile network/engine.c". */
  readonly title: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** What a build makes, as paths relative to the output folder. */
export interface Products {
  readonly elf: string;
  /** Raw flash image from the first byte of flash (microcontrollers). */
  readonly bin: string | null;
  readonly hex: string | null;
  readonly uf2: string | null;
  /** The compiler's own assembly of the inference sources; the objects that are linked are made from it. */
  readonly assembly: readonly string[];
}

/** Wraps a raw image into UF2 blocks once all commands have run. */
export interface Uf2Step {
  readonly bin: string;
  readonly uf2: string;
  /** Address of the image's first byte. */
  readonly origin: number;
  readonly family: number;
}

/** Files to write, then commands to run in order; pure data until `execute`. */
export interface BuildPlan {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Folders that the commands write into, relative to the output folder. */
  readonly folders: readonly string[];
  readonly commands: readonly Command[];
  readonly uf2: Uf2Step | null;
  readonly products: Products;
}
