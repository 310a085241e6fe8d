import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wallClock } from '../../toolkit/device/index.js';
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
 * A program behind a pseudo-terminal. `script` (of bsdutils, on every Debian) makes the terminal and copies between
 * it and the program's streams; inside it a shell says the terminal's name, makes it raw, and sleeps. `baud`: bytes pass at that speed,
 * whatever the terminal is set to.
 */
export async function pseudoTerminal(
  program: string,
  { baud }: { readonly baud?: number } = {},
): Promise<PseudoTerminal> {
  const note = join(temporaryFolder('terminal'), 'name');
  const inside = `stty raw -echo; tty > '${note}.part'; mv '${note}.part' '${note}'; exec sleep 3600`;
  const script = spawn('script', ['-q', '-c', inside, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'ignore'] });
  const processes: ChildProcess[] = [script, child];
  const line = (deliver: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) =>
    baud === undefined ? deliver : pacedLine(wallClock, baud, deliver);
  script.stdout.on(
    'data',
    line((bytes) => child.stdin.write(bytes)),
  );
  child.stdout.on(
    'data',
    line((bytes) => script.stdin.write(bytes)),
  );
  for (const { stdin } of [script, child]) stdin.on('error', () => undefined);
  const path = await nameFrom(note);
  return {
    path,
    speed: () => Number(execFileSync('stty', ['-F', path, 'speed']).toString()),
    killProgram: () => child.kill('SIGKILL'),
    close() {
      for (const each of processes) each.kill('SIGKILL');
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
