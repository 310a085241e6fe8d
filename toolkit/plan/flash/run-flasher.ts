import { DeviceError, ToolMissingError } from '../../errors.js';
import type { Command } from '../build-plan.js';
import { lastLines } from '../last-lines.js';
import { runCommand } from '../run-command.js';
import type { Flasher } from './flashers.js';
import { troubleError, whereOf, type Link, type Trouble } from './trouble.js';
import { whyNotFound, type UsbFolders } from './usb-devices.js';

export interface FlashOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Seconds that a drive may take to restart, or a tool to finish; the plan's own limit where it is not given. */
  readonly timeoutSeconds?: number | undefined;
  /** Where drives may be mounted; for tests. */
  readonly mountPoints?: readonly string[] | undefined;
  /** Where USB devices are listed; for tests. */
  readonly usb?: UsbFolders | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Runs a flasher to its end. Throws ToolMissingError, DeviceError with what its words mean, BuildError for a file that it
 * does not take, InterruptedError.
 */
export async function runFlasher(
  flasher: Flasher,
  command: Command,
  board: { readonly title: string; readonly link: Link },
  options: FlashOptions,
): Promise<void> {
  const { program, install, meanings, failsWith } = flasher;
  const subject = { ...board, program, install };
  const seconds = options.timeoutSeconds ?? command.timeoutSeconds;
  const result = await runCommand(
    { ...command, timeoutSeconds: seconds },
    { cwd: process.cwd(), signal: options.signal, env: options.env ?? process.env },
  );
  const { text } = result;
  if (result.code === 0 && failsWith?.test(text) !== true) return;
  if (result.missing) {
    throw new ToolMissingError(`${program} is not on the PATH`, { next: `install ${program}: ${install}` });
  }
  if (result.timedOut) {
    const said = lastLines(text, 6);
    throw new DeviceError(
      `${program} did not finish in time (${seconds} s)${said === '' ? '' : `:\n${said}`}`,
      {
        ...whereOf(subject),
        next: 'unplug the board, plug it in again, and repeat',
      },
    );
  }
  const said = meanings.find(([says]) => says.test(text))?.[1] ?? null;
  throw troubleError(lookAgain(said, board.link, options.usb), subject, text);
}

/** A tool that found no device may have found one that it could not open. */
function lookAgain(said: Trouble | null, link: Link, usb: UsbFolders | undefined): Trouble | null {
  return said === 'absent' && link.kind === 'usb' ? whyNotFound(link.devices, usb) : said;
}
