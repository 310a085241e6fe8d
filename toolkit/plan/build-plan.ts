/** One command of a plan: an argument vector, never a shell line. Runs in the output folder. */
export interface Command {
  /** What it does, for progress lines: "compile network/engine.c". */
  readonly title: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** A file that takes what it prints on standard output, changed by a filter where one is named. */
  readonly stdout?: { readonly file: string; readonly filter: UnpackedLogic | null };
}

/** The filter that makes what icebox_vlog prints of an unpacked bitstream, `asc`, complete and readable for simulators. */
export interface UnpackedLogic {
  readonly kind: 'unpacked-logic';
  readonly asc: string;
}

/** What a firmware build makes, as paths relative to the output folder. */
export type Products = {
  readonly elf: string;
  /** Raw flash image from the first byte of flash (microcontrollers). */
  readonly bin: string | null;
  readonly hex: string | null;
  readonly uf2: string | null;
  /** The compiler's own assembly of the inference sources; the objects that are linked are made from it. */
  readonly assembly: readonly string[];
};

/** Wraps a raw image into UF2 blocks once all commands have run. */
export interface Uf2Step {
  readonly bin: string;
  readonly uf2: string;
  /** Address of the image's first byte. */
  readonly origin: number;
  readonly family: number;
}

/** Paths of what a plan makes, by what they are. */
export type ProductPaths = Readonly<Record<string, string | null | readonly string[]>>;

/** Files to write, then commands to run in order; pure data until `execute`. */
export interface BuildPlan<P extends ProductPaths = ProductPaths> {
  /** Names its log and stamp; a folder may hold several plans that build on each other. */
  readonly name: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Folders that the commands write into, relative to the output folder. */
  readonly folders: readonly string[];
  readonly commands: readonly Command[];
  readonly uf2: Uf2Step | null;
  /** What earlier plans made in the folder and this one reads. */
  readonly inputs: readonly string[];
  readonly products: P;
}
