import type { FirmwareBoard } from './board.js';

/** A pin by its port, of which A is 0, and its number there. */
export interface Pin {
  readonly port: number;
  readonly pin: number;
}

/** How a board is wired, for targets whose chips are on boards of several kinds. */
export interface Wiring {
  /** Number of the serial interface: 2 of USART2. */
  readonly serial: number;
  readonly tx: Pin;
  readonly rx: Pin;
  readonly oscillator: NonNullable<FirmwareBoard['oscillator']> | null;
}

/** Pins that the lines of a serial interface can be led to. */
interface Lines {
  readonly tx: readonly string[];
  readonly rx: readonly string[];
}

/** What a chip's start-up code can be told of its board. */
interface Choices {
  /** By the number of the serial interface. */
  readonly lines: Readonly<Record<number, Lines>>;
  /** Oscillators, in Hz. */
  readonly oscillator: { readonly least: number; readonly most: number };
  /** Why the clock cannot be made of the oscillator, in words that follow the name of the field; null when it can. */
  readonly wrongClock: (clockHz: number, oscillatorHz: number) => string | null;
}

const MEGAHERTZ = 1_000_000;

const CHOICES: Readonly<Partial<Record<FirmwareBoard['target'], Choices>>> = {
  // STM32F100 and STM32F103 datasheets, "Pin definitions", without remapping; RM0041, "Clock configuration register".
  stm32f1: {
    lines: {
      1: { tx: ['PA9'], rx: ['PA10'] },
      2: { tx: ['PA2'], rx: ['PA3'] },
      3: { tx: ['PB10'], rx: ['PB11'] },
    },
    oscillator: { least: 4 * MEGAHERTZ, most: 24 * MEGAHERTZ },
    wrongClock: (clockHz, hz) =>
      clockHz % hz === 0 && clockHz / hz >= 2 && clockHz / hz <= 16 && clockHz <= 72 * MEGAHERTZ
        ? null
        : `the PLL makes 2 to 16 times the oscillator's ${hz} Hz, up to 72 MHz`,
  },
  // STM32F405 and STM32F401 datasheets, "Alternate function mapping"; RM0090, "PLL configuration register". An F446 does 168 MHz
  // without the over-drive that 180 MHz would take.
  stm32f4: {
    lines: {
      1: { tx: ['PA9', 'PB6'], rx: ['PA10', 'PB7'] },
      2: { tx: ['PA2', 'PD5'], rx: ['PA3', 'PD6'] },
      3: { tx: ['PB10', 'PC10', 'PD8'], rx: ['PB11', 'PC11', 'PD9'] },
      6: { tx: ['PC6'], rx: ['PC7'] },
    },
    oscillator: { least: 4 * MEGAHERTZ, most: 26 * MEGAHERTZ },
    wrongClock: (clockHz, hz) =>
      clockHz % MEGAHERTZ === 0 &&
      hz % MEGAHERTZ === 0 &&
      clockHz >= 48 * MEGAHERTZ &&
      clockHz <= 168 * MEGAHERTZ
        ? null
        : 'the PLL makes whole MHz from 48 to 168, of an oscillator of whole MHz',
  },
};

/** How the board is wired; null where its target has nothing to be told. Throws RangeError for a board that `wrongWiring` refuses. */
export function wiringOf({ target, serial, oscillator }: FirmwareBoard): Wiring | null {
  if (CHOICES[target] === undefined) return null;
  const number = serialNumber(serial.peripheral);
  const tx = pinOf(serial.pins?.tx ?? '');
  const rx = pinOf(serial.pins?.rx ?? '');
  if (number === null || tx === null || rx === null)
    throw new RangeError(`the wiring of ${target} is not known`);
  return { serial: number, tx, rx, oscillator: oscillator ?? null };
}

/** Why a board cannot be wired as its file says, with the name of the field; null when it can. */
export function wrongWiring(board: FirmwareBoard): string | null {
  const { target, serial, oscillator, clockHz } = board;
  const choices = CHOICES[target];
  if (choices === undefined)
    return oscillator === undefined
      ? null
      : `oscillator: the target "${target}" has one that is known: leave it out`;
  const number = serialNumber(serial.peripheral);
  const lines = number === null ? undefined : choices.lines[number];
  if (lines === undefined)
    return `serial.peripheral: the target "${target}" speaks through ${Object.keys(choices.lines)
      .map((one) => `USART${one}`)
      .join(' or ')}`;
  for (const name of ['tx', 'rx'] as const) {
    const pin = serial.pins?.[name].split(' ')[0] ?? '';
    if (!lines[name].includes(pin))
      return `serial.pins.${name}: ${serial.peripheral} of the target "${target}" has it at ${lines[name].join(' or ')}`;
  }
  if (oscillator === undefined) return `oscillator: the target "${target}" must know it`;
  const { least, most } = choices.oscillator;
  if (oscillator.hz < least || oscillator.hz > most)
    return `oscillator.hz: the target "${target}" takes ${least} to ${most}`;
  const wrongClock = choices.wrongClock(clockHz, oscillator.hz);
  return wrongClock === null ? null : `clockHz: ${wrongClock}`;
}

function serialNumber(peripheral: string): number | null {
  const digits = /^USART(\d)$/.exec(peripheral)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** "PB10 (USB)" as its port and number. */
function pinOf(name: string): Pin | null {
  const [, port, pin] = /^P([A-K])(\d{1,2})(?: |$)/.exec(name) ?? [];
  return port === undefined ? null : { port: port.charCodeAt(0) - 'A'.charCodeAt(0), pin: Number(pin) };
}
