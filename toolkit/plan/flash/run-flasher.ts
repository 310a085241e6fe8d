import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, ToolMissingError } from '../../errors.js';
import type { Command } from '../build-plan.js';
import { describeCommand } from '../execute-plan.js';
import { lastLines } from '../last-lines.js';
import { runCommand } from '../run-command.js';
import type { FlashLog } from './flash-log.js';
import type { Flasher } from './flashers.js';
import { troubleError, type Link, type Trouble } from './trouble.js';
import { whyNotFound, type UsbFolders, type UsbId } from './usb-devices.js';

export interface FlashOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A file that takes all that the tool says. */
  readonly log?: string | undefined;
  /** Throws DeviceError, with its name, when another program has the port. */
  readonly requireFree?: ((port: string) => void) | undefined;
  /** Makes a running program start its boot loader, through the serial port that it shows; the port, or null where there is no such one. */
  readonly touch?: ((ids: readonly UsbId[]) => Promise<string | null>) | undefined;
  /** Seconds that a drive may take to appear or to restart, or a tool to finish; the plan's own limit where it is not given. */
  readonly timeoutSeconds?: number | undefined;
  /** Milliseconds before the second try; for tests. */
  readonly pause?: number | undefined;
  /** Where drives may be mounted; for tests. */
  readonly mountPoints?: readonly string[] | undefined;
  /** Where USB devices are listed; for tests. */
  readonly usb?: UsbFolders | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const TRIES = 2;
/** Milliseconds: by then a boot loader has given up waiting, and udev has given a new port its owner. */
const PAUSE = 1500;

/** What may be over by itself. */
const PASSING: ReadonlySet<Trouble | null> = new Set<Trouble>([
  'silent',
  'stalled',
  'busy',
  'rights',
  'not-kept',
]);

/**
 * Runs a flasher to its end, once more where that may help. Throws ToolMissingError, DeviceError with what its words mean,
 * BuildError for a file that it does not take, InterruptedError.
 */
export async function runFlasher(
  flasher: Flasher,
  command: Command,
  board: { readonly title: string; readonly link: Link },
  options: FlashOptions,
  log: FlashLog,
): Promise<void> {
  const { program, install } = flasher;
  const { link } = board;
  const seconds = options.timeoutSeconds ?? command.timeoutSeconds;
  for (let tries = 1; ; tries++) {
    const failure = await runOnce(flasher, { ...command, timeoutSeconds: seconds }, link, options, log);
    if (failure === null) return;
    const { trouble, text } = failure;
    if (trouble === 'busy' && link.kind === 'port' && link.port !== null) options.requireFree?.(link.port);
    if (tries === TRIES || !PASSING.has(trouble)) {
      throw troubleError({ trouble, text, tries, log: log.path() }, { ...board, program, install, seconds });
    }
    options.progress?.(`${program} failed; once more`);
    await pause(options);
  }
}

async function pause({ pause: milliseconds = PAUSE, signal }: FlashOptions): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw new InterruptedError();
  }
}

/** Null when all went well. */
async function runOnce(
  { program, install, meanings, failsWith, hopeless }: Flasher,
  command: Command,
  link: Link,
  { progress, signal, env = process.env, usb }: FlashOptions,
  log: FlashLog,
): Promise<{ readonly trouble: Trouble | null; readonly text: string } | null> {
  let line = '';
  let sighs = 0;
  log.add(`$ ${describeCommand(command)}\n`);
  const onText = (text: string): 'stop' | undefined => {
    log.add(text);
    line = `${line}${text}`.slice(-1000);
    const shown = lastLines(line, 1).trim();
    if (shown !== '') progress?.(`${program}: ${shown}`);
    if (hopeless === undefined) return undefined;
    sighs += text.match(hopeless.says)?.length ?? 0;
    return sighs >= hopeless.times ? 'stop' : undefined;
  };
  const result = await runCommand(command, { cwd: process.cwd(), signal, env, onText });
  const { code, text, timedOut } = result;
  const isHopeless = hopeless !== undefined && sighs >= hopeless.times;
  if (code === 0 && !isHopeless && failsWith?.test(text) !== true) return null;
  if (result.missing) {
    throw new ToolMissingError(`${program} is not on the PATH`, { next: `install ${program}: ${install}` });
  }
  log.add(
    `\n[${timedOut ? `ended after ${command.timeoutSeconds} s` : `exit code ${code ?? 'none: ended'}`}]\n`,
  );
  const said = meanings.find(([says]) => says.test(text))?.[1] ?? null;
  if (timedOut && said !== 'silent' && said !== 'stalled') return { trouble: 'hung', text };
  return { trouble: lookAgain(said, link, usb), text };
}

/** A tool that found no device may have found one that it could not open. */
function lookAgain(said: Trouble | null, link: Link, usb: UsbFolders | undefined): Trouble | null {
  return said === 'absent' && link.kind === 'usb' ? whyNotFound(link.devices, usb) : said;
}
