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
  /** By the name of the serial interface; null: the lines can be led to any pin. */
  readonly lines: Readonly<Record<string, Lines | null>>;
  /** Null where the start-up code knows it. */
  readonly clock: Clock | null;
}

interface Clock {
  /** Oscillators, in Hz. */
  readonly least: number;
  readonly most: number;
  /** Why the clock cannot be made of the oscillator, in words that follow the name of the field; null when it can. */
  readonly wrong: (clockHz: number, oscillatorHz: number) => string | null;
}

const MEGAHERTZ = 1_000_000;

const CHOICES: Readonly<Partial<Record<FirmwareBoard['target'], Choices>>> = {
  // STM32F100 and STM32F103 datasheets, "Pin definitions", without remapping; RM0041, "Clock configuration register".
  stm32f1: {
    lines: {
      USART1: { tx: ['PA9'], rx: ['PA10'] },
      USART2: { tx: ['PA2'], rx: ['PA3'] },
      USART3: { tx: ['PB10'], rx: ['PB11'] },
    },
    clock: {
      least: 4 * MEGAHERTZ,
      most: 24 * MEGAHERTZ,
      wrong: (clockHz, hz) =>
        clockHz % hz === 0 && clockHz / hz >= 2 && clockHz / hz <= 16 && clockHz <= 72 * MEGAHERTZ
          ? null
          : `the PLL makes 2 to 16 times the oscillator's ${hz} Hz, up to 72 MHz`,
    },
  },
  // STM32F405 and STM32F401 datasheets, "Alternate function mapping"; RM0090, "PLL configuration register". An F446 does 168 MHz
  // without the over-drive that 180 MHz would take.
  stm32f4: {
    lines: {
      USART1: { tx: ['PA9', 'PB6'], rx: ['PA10', 'PB7'] },
      USART2: { tx: ['PA2', 'PD5'], rx: ['PA3', 'PD6'] },
      USART3: { tx: ['PB10', 'PC10', 'PD8'], rx: ['PB11', 'PC11', 'PD9'] },
      USART6: { tx: ['PC6'], rx: ['PC7'] },
    },
    clock: {
      least: 4 * MEGAHERTZ,
      most: 26 * MEGAHERTZ,
      wrong: (clockHz, hz) =>
        clockHz % MEGAHERTZ === 0 &&
        hz % MEGAHERTZ === 0 &&
        clockHz >= 48 * MEGAHERTZ &&
        clockHz <= 168 * MEGAHERTZ
          ? null
          : 'the PLL makes whole MHz from 48 to 168, of an oscillator of whole MHz',
    },
  },
  nrf51: { lines: { UART: null }, clock: null },
  nrf52: { lines: { UART0: null }, clock: null },
};

/** How the board is wired; null where its target has nothing to be told. Throws RangeError for a board that `wrongWiring` refuses. */
export function wiringOf({ target, serial, oscillator }: FirmwareBoard): Wiring | null {
  if (CHOICES[target] === undefined) return null;
  const tx = pinOf(serial.pins?.tx ?? '');
  const rx = pinOf(serial.pins?.rx ?? '');
  if (tx === null || rx === null) throw new RangeError(`the wiring of ${target} is not known`);
  const number = /\d*$/.exec(serial.peripheral)?.[0] ?? '';
  return { serial: Number(number), tx, rx, oscillator: oscillator ?? null };
}

/** Why a board cannot be wired as its file says, with the name of the field; null when it can. */
export function wrongWiring(board: FirmwareBoard): string | null {
  const { target, oscillator } = board;
  const choices = CHOICES[target];
  const clock = choices?.clock ?? null;
  const wrongSerial = choices === undefined ? null : wrongLines(board, choices);
  if (wrongSerial !== null) return wrongSerial;
  if (clock !== null) return wrongClock(board, clock);
  return oscillator === undefined
    ? null
    : `oscillator: the target "${target}" has one that is known: leave it out`;
}

function wrongLines({ target, serial }: FirmwareBoard, choices: Choices): string | null {
  const { peripheral, pins } = serial;
  const lines = choices.lines[peripheral];
  if (lines === undefined)
    return `serial.peripheral: the target "${target}" speaks through ${Object.keys(choices.lines).join(' or ')}`;
  for (const name of ['tx', 'rx'] as const) {
    const pin = pins?.[name] ?? '';
    if (lines === null ? pinOf(pin) !== null : lines[name].includes(pin.split(' ')[0] ?? '')) continue;
    return lines === null
      ? `serial.pins.${name}: a pin such as P0.06`
      : `serial.pins.${name}: ${peripheral} of the target "${target}" has it at ${lines[name].join(' or ')}`;
  }
  return null;
}

function wrongClock({ target, oscillator, clockHz }: FirmwareBoard, clock: Clock): string | null {
  if (oscillator === undefined) return `oscillator: the target "${target}" must know it`;
  if (oscillator.hz < clock.least || oscillator.hz > clock.most)
    return `oscillator.hz: the target "${target}" takes ${clock.least} to ${clock.most}`;
  const wrong = clock.wrong(clockHz, oscillator.hz);
  return wrong === null ? null : `clockHz: ${wrong}`;
}

/** "PB10 (USB)" or "P1.08" as its port and number. */
function pinOf(name: string): Pin | null {
  const [, letter, digit, pin] = /^P(?:([A-K])|([01])\.)(\d{1,2})(?: |$)/.exec(name) ?? [];
  if (pin === undefined || Number(pin) > 31) return null;
  return {
    port: letter === undefined ? Number(digit) : letter.charCodeAt(0) - 'A'.charCodeAt(0),
    pin: Number(pin),
  };
}
