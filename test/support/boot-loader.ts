/** What a boot loader may do wrong, for tests of the error that it becomes. */
export interface BootLoaderFaults {
  /** It takes everything and says nothing. */
  readonly silent?: boolean;
  /** The three bytes by which the chip calls itself; an ATmega328P's where they are not given. */
  readonly signature?: readonly [number, number, number];
  /** An address in bytes whose lowest bit is not kept. */
  readonly loses?: number;
  /** It stops to answer after so many pages. */
  readonly hangsAfter?: number;
}

/** The boot loader of an Arduino Uno: bytes in, bytes out. */
export interface BootLoader {
  /** What it answers to these bytes. */
  receive(bytes: Uint8Array): Uint8Array;
  readonly flash: Uint8Array;
  /** Pages that were written. */
  pages(): number;
  /** The programmer has said goodbye: the program starts. */
  hasLeft(): boolean;
  /** The chip was reset: the boot loader listens anew. */
  reset(): void;
}

/** AVR061, "STK500 Communication Protocol": commands, and the frame of an answer. */
const COMMAND = {
  getSync: 0x30,
  getParameter: 0x41,
  setDevice: 0x42,
  setDeviceExtended: 0x45,
  enterProgramming: 0x50,
  leaveProgramming: 0x51,
  loadAddress: 0x55,
  universal: 0x56,
  programPage: 0x64,
  readPage: 0x74,
  readSignature: 0x75,
} as const;
const END = 0x20;
const [IN_SYNC, OK] = [0x14, 0x10];
const ATMEGA328P = [0x1e, 0x95, 0x0f] as const;
/** Parameters that are asked for: the version of the programmer; all others are 3, as Optiboot has it. */
const PARAMETERS: Readonly<Record<number, number>> = { 0x81: 8, 0x82: 0 };

/** How many bytes stand between a command and its end; undefined: not all of those that tell are there. */
function bodyLength(command: readonly number[]): number | undefined {
  const [kind = 0] = command;
  switch (kind) {
    case COMMAND.getParameter:
      return 1;
    case COMMAND.loadAddress:
      return 2;
    case COMMAND.universal:
      return 4;
    case COMMAND.setDeviceExtended:
      return 5;
    case COMMAND.setDevice:
      return 20;
    case COMMAND.readPage:
      return 3;
    case COMMAND.programPage: {
      const [, high, low] = command;
      return high === undefined || low === undefined ? undefined : 3 + high * 256 + low;
    }
    default:
      return 0;
  }
}

/** STK500 (version 1) as Optiboot speaks it, over a flash of `size` bytes. */
export function bootLoader(size: number, faults: BootLoaderFaults = {}): BootLoader {
  const flash = new Uint8Array(size).fill(0xff);
  let heard: number[] = [];
  let address = 0;
  let pages = 0;
  let left = false;

  const write = (data: readonly number[]): void => {
    data.forEach((byte, i) => {
      const at = address + i;
      flash[at] = at === faults.loses ? byte ^ 1 : byte;
    });
    pages++;
  };
  /** What stands between "in sync" and "OK". */
  const obey = ([command = 0, ...body]: readonly number[]): readonly number[] => {
    const [first = 0, second = 0] = body;
    switch (command) {
      case COMMAND.getParameter:
        return [PARAMETERS[first] ?? 3];
      case COMMAND.loadAddress:
        address = 2 * (first + 256 * second);
        return [];
      case COMMAND.universal:
        return [0];
      case COMMAND.programPage:
        write(body.slice(3));
        return [];
      case COMMAND.readPage:
        return [...flash.subarray(address, address + 256 * first + second)];
      case COMMAND.readSignature:
        return faults.signature ?? ATMEGA328P;
      case COMMAND.leaveProgramming:
        left = true;
        return [];
      default:
        return [];
    }
  };
  const hangs = (): boolean => faults.silent === true || pages === faults.hangsAfter;

  return {
    flash,
    pages: () => pages,
    hasLeft: () => left,
    reset() {
      left = false;
      heard = [];
    },
    receive(bytes) {
      const answer: number[] = [];
      for (const byte of bytes) {
        heard.push(byte);
        const length = bodyLength(heard);
        if (length === undefined || heard.length < length + 2) continue;
        const command = heard;
        heard = [];
        // Optiboot restarts at a command without its end; the programmer asks again.
        if (command.at(-1) !== END || hangs()) continue;
        const said = obey(command.slice(0, -1));
        if (!hangs()) answer.push(IN_SYNC, ...said, OK);
      }
      return Uint8Array.from(answer);
    },
  };
}
