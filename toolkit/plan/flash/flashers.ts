import type { Trouble } from './trouble.js';

/** A program that writes to boards. */
export interface Flasher {
  readonly program: string;
  /** How to get it. */
  readonly install: string;
  /** What it means by what it says; the first that fits. */
  readonly meanings: readonly (readonly [says: RegExp, means: Trouble])[];
}

export const FLASHERS = {
  avrdude: {
    program: 'avrdude',
    install: '`apt-get install avrdude`, or on macOS `brew install avrdude`',
    meanings: [
      [/permission denied|access is denied/i, 'rights'],
      [/resource busy|device or resource|being used/i, 'busy'],
      [/can't open device|cannot open (port|device)|no such file|cannot find the file/i, 'absent'],
      [/not in sync|not responding|getsync|stk500_recv|timeout/i, 'silent'],
      [/signature/i, 'wrong-part'],
      [/verif\w+ error|mismatch/i, 'not-kept'],
    ],
  },
} as const satisfies Record<string, Flasher>;
