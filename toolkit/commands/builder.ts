import type { Image } from '../device/index.js';
import type { BuildFacts } from '../report/deployment.js';
import type { FlashTarget } from './flash-target.js';
import type { Run } from './run.js';

/** Native tools or those from npm, by the names of compilers or as such. */
export type ToolChoice = 'gcc' | 'zig' | 'native' | 'npm';

/** What is built: something to flash, or something that runs on this machine in the board's place. */
export type Goal = 'flash' | 'emulate';

/** Something that was built for a board. */
export interface Built {
  readonly folder: string;
  /** Paths of what is flashed or run. */
  readonly products: readonly string[];
  readonly facts: BuildFacts;
  /** What runs on this machine; null where it was built for flashing alone. */
  readonly image: Image | null;
  /** Puts it onto the board. */
  flash(target: FlashTarget, run: Run): Promise<void>;
}

/** How a network is built for a board; one for each kind of board. Throws BuildError where it cannot fit. */
export interface Builder {
  readonly folder: string;
  /** All files of the project, and how to go on with them. */
  render(): { readonly files: ReadonlyMap<string, string | Uint8Array>; readonly next: string };
  /** The command lines that `build` and, with a target, flashing would run; nothing is fetched, written or run. */
  describe(goal: Goal, target: FlashTarget | null, run: Run): Promise<readonly string[]>;
  build(goal: Goal, run: Run): Promise<Built>;
}
