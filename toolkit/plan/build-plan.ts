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
  /** The compiler's own assembly of the inference sources. */
  readonly assembly: readonly string[];
}

/** Files to write, then commands to run in order; pure data until `execute`. */
export interface BuildPlan {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly commands: readonly Command[];
  readonly products: Products;
}
