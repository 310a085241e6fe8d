import { DeviceError, type TablizeError } from '../../errors.js';
import { lastLines } from '../last-lines.js';

/** What may be wrong when a board is flashed, whatever the tool. */
export type Trouble = 'absent' | 'rights' | 'busy' | 'silent' | 'wrong-part' | 'not-kept';

/** The board that is flashed, as errors name it. */
export interface Subject {
  readonly title: string;
  /** The serial port that the tool goes through. */
  readonly port: string;
}

/** What is wrong and what to do, of a board on a serial port. */
const AT_PORT: Readonly<Record<Trouble, readonly [what: string, next: string]>> = {
  absent: ['the port is not there', 'plug the board in and see `tablize ports`'],
  rights: [
    'the port may not be opened',
    'add yourself to the group of the port (`sudo usermod -aG dialout $USER`) and log in anew',
  ],
  busy: [
    'the port is in use by another program',
    'close the serial monitor or whatever holds it, and repeat',
  ],
  silent: [
    'the port is there, but the boot loader does not answer',
    'check that this is the right board and port, press its reset button, and repeat',
  ],
  'wrong-part': [
    'the port is there, but it is another chip',
    'check that --board names the board that is plugged in',
  ],
  'not-kept': ['the port is there, but the board did not keep what was written', 'repeat with another cable'],
};

/**
 * The error for a tool that failed.
 *
 * @param trouble what its words mean; null: they are not known
 * @param text all that the tool said
 */
export function troubleError(
  trouble: Trouble | null,
  program: string,
  subject: Subject,
  text: string,
): TablizeError {
  const [what, next] =
    trouble === null ? [`${program} failed`, `see what ${program} says above`] : AT_PORT[trouble];
  const said = lastLines(text, 6);
  return new DeviceError(said === '' ? what : `${what}; ${program} says:\n${said}`, {
    where: subject.port,
    next,
  });
}
