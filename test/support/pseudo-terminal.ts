import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostLink, wallClock, type Link } from '../../toolkit/device/index.js';
import { pacedLine } from './paced-line.js';
import { temporaryFolder } from './temporary-folder.js';

export interface PseudoTerminal {
  /** The path that a serial port's user opens. */
  readonly path: string;
  /** Its speed in baud, as it was last set. */
  speed(): number;
  /** Ends the program behind it; the terminal stays, silent. */
  killProgram(): void;
  close(): void;
}

/**
 * A program, or what else has a line, behind a pseudo-terminal. `script` (of bsdutils, on every Debian) makes the terminal
 * and copies between it and its own streams; inside it a shell says the terminal's name, makes it raw, and sleeps. `baud`:
 * bytes pass at that speed, whatever the terminal is set to.
 */
export async function pseudoTerminal(
  behind: string | Link,
  { baud }: { readonly baud?: number } = {},
): Promise<PseudoTerminal> {
  const note = join(temporaryFolder('terminal'), 'name');
  const inside = `stty raw -echo; tty > '${note}.part'; mv '${note}.part' '${note}'; exec sleep 3600`;
  const script = spawn('script', ['-q', '-c', inside, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = typeof behind === 'string' ? hostLink(behind) : behind;
  const paced = (deliver: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) =>
    baud === undefined ? deliver : pacedLine(wallClock, baud, deliver);
  script.stdout.on(
    'data',
    paced((bytes) => void line.write(bytes).catch(() => undefined)),
  );
  script.stdin.on('error', () => undefined);
  line.onData(paced((bytes) => script.stdin.write(bytes)));
  const end = (): void => void line.close();
  const path = await nameFrom(note);
  return {
    path,
    speed: () => Number(execFileSync('stty', ['-F', path, 'speed']).toString()),
    killProgram: end,
    close() {
      script.kill('SIGKILL');
      end();
    },
  };
}

async function nameFrom(note: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      return readFileSync(note, 'utf8').trim();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error('script made no terminal');
}
