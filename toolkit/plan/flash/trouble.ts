import { BuildError, DeviceError, ToolMissingError, type TablizeError } from '../../errors.js';
import { lastLines } from '../last-lines.js';
import { portRights, usbNames, usbRights } from './udev-advice.js';
import type { UsbId } from './usb-devices.js';

/** What may be wrong when a board is flashed, whatever the tool. */
export type Trouble =
  | 'absent'
  | 'boot-loader'
  | 'rights'
  | 'busy'
  | 'several'
  | 'silent'
  | 'stalled'
  | 'hung'
  | 'wrong-part'
  | 'not-kept'
  | 'not-restarted'
  | 'bad-file'
  | 'old-tool'
  | 'broken-tool';

/** What a tool reaches a board through. */
export type Link =
  /** A port, null where the tool finds it by itself, and the ids of the USB devices that show such ports. */
  | { readonly kind: 'port'; readonly port: string | null; readonly devices: readonly UsbId[] }
  | { readonly kind: 'usb'; readonly devices: readonly UsbId[] };

/** The board that is flashed, and the tool that does it, as errors name them. */
export interface Subject {
  readonly title: string;
  readonly link: Link;
  readonly program: string;
  /** How to get the program. */
  readonly install: string;
  /** Seconds that it may take. */
  readonly seconds: number;
}

type Explanation = readonly [what: string, next: string];

/** What is wrong and what to do; the same for every link. */
const EXPLAIN: Readonly<Record<Exclude<Trouble, keyof typeof AT_PORT>, (subject: Subject) => Explanation>> = {
  'boot-loader': ({ title }) => [
    `the boot loader of ${title} does not run`,
    'plug the board in, press its reset button (or hold its user button while plugging it in), and repeat',
  ],
  several: ({ title }) => [
    `several boards are plugged in that could be ${title}`,
    'leave only one plugged in, and repeat',
  ],
  stalled: ({ title }) => [
    `${title} answered, and then fell silent half-way`,
    'press its reset button, take another cable and no hub, and repeat',
  ],
  hung: ({ program, seconds }) => [
    `${program} did not finish in time (${seconds} s)`,
    'unplug the board, plug it in again, and repeat',
  ],
  'wrong-part': (subject) => [
    `${there(subject)}, but it is another chip`,
    'check that --board names the board that is plugged in',
  ],
  'not-kept': (subject) => [
    `${there(subject)}, but the board did not keep what was written`,
    'repeat with another cable, and without a hub',
  ],
  'not-restarted': ({ title }) => [
    `${title} is written, but has not restarted`,
    'unplug it, and plug it in again',
  ],
  'bad-file': ({ program }) => [`${program} does not take the file`, 'build it again'],
  'old-tool': ({ program, title, install }) => [
    `this ${program} is too old: it does not know ${title}`,
    `get a newer one: ${install}`,
  ],
  'broken-tool': ({ program, install }) => [`${program} does not run`, `install it again: ${install}`],
};

/** What depends on the link, and what it means at a port. */
const AT_PORT = {
  absent: ['the port is not there', 'plug the board in and see `tablize ports`'],
  rights: [
    'the port may not be opened',
    'add yourself to the group of the port (`sudo usermod -aG dialout $USER`) and log in anew',
  ],
  busy: [
    'the port is in use by another program',
    'close the serial monitor or whatever holds it (ModemManager does at times), and repeat',
  ],
  silent: [
    'the port is there, but the boot loader does not answer',
    'check that this is the right board and port, press its reset button, and repeat',
  ],
} as const satisfies Partial<Record<Trouble, Explanation>>;

function onUsb(trouble: keyof typeof AT_PORT, title: string, devices: readonly UsbId[]): Explanation {
  switch (trouble) {
    case 'absent':
      return [
        `no ${title} is plugged in`,
        `plug it in with a cable that carries data${devices.length === 0 ? '' : `; it shows as USB ${usbNames(devices)}`}`,
      ];
    case 'rights':
      return [
        `${title} may not be opened`,
        usbRights(devices) ?? 'give your user rights to it (docs/fpga.md, "Flashing")',
      ];
    case 'busy':
      return [
        `${title} is in use by another program`,
        'close whatever speaks with it (a serial monitor, another flasher), and repeat',
      ];
    case 'silent':
      return [
        `${title} is there, but its chip does not answer`,
        'check its power and its jumpers, unplug it, plug it in again, and repeat',
      ];
  }
}

const there = ({ link, title }: Subject): string =>
  link.kind === 'port' ? 'the port is there' : `${title} is there`;

const isOfLink = (trouble: Trouble): trouble is keyof typeof AT_PORT => trouble in AT_PORT;

function explain(trouble: Trouble, subject: Subject): Explanation {
  if (!isOfLink(trouble)) return EXPLAIN[trouble](subject);
  const { link, title } = subject;
  if (link.kind === 'usb') return onUsb(trouble, title, link.devices);
  const [what, next] = AT_PORT[trouble];
  const rule = trouble === 'rights' ? portRights(link.devices) : null;
  return [what, rule === null ? next : `${next}; or ${rule}`];
}

/** Where an error happened: the port, or the USB ids; undefined where neither is known. */
function whereOf({ link }: Subject): { readonly where?: string } {
  if (link.kind === 'port') return link.port === null ? {} : { where: link.port };
  return link.devices.length === 0 ? {} : { where: `USB ${usbNames(link.devices)}` };
}

const KIND: Partial<Record<Trouble, new (message: string, detail: object) => TablizeError>> = {
  'bad-file': BuildError,
  'old-tool': ToolMissingError,
  'broken-tool': ToolMissingError,
};

/** How a tool failed. */
export interface Failure {
  /** What its words mean; null: they are not known. */
  readonly trouble: Trouble | null;
  /** All that it said, the last time. */
  readonly text: string;
  /** How often it was tried. */
  readonly tries: number;
  /** Path of the file that holds all that it said, every time. */
  readonly log: string | null;
}

/** The error for a tool that failed. */
export function troubleError({ trouble, text, tries, log }: Failure, subject: Subject): TablizeError {
  const { program } = subject;
  const [reason, advice] =
    trouble === null ? [`${program} failed`, `see what ${program} says above`] : explain(trouble, subject);
  const what = tries > 1 ? `${reason} (tried ${tries} times)` : reason;
  const next = log === null ? advice : `${advice}; all that ${program} said is in ${log}`;
  const said = lastLines(text, 6);
  const Kind = (trouble === null ? undefined : KIND[trouble]) ?? DeviceError;
  return new Kind(said === '' ? what : `${what}; ${program} says:\n${said}`, { ...whereOf(subject), next });
}
