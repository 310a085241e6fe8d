import {
  AVRTimer,
  AVRUSART,
  CPU,
  avrInstruction,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from 'avr8js';
import { DeviceError } from '../../errors.js';
import { byteQueue } from './byte-queue.js';
import { emulatedLink, type EmulatedLink } from './emulated-link.js';
import { FirmwareFault, hex, type Machine } from './machine.js';

const CLOCK_HZ = 16_000_000;

/** What avr8js is told of a chip; it has three bytes of program counter where the flash has more than 128 KB. */
interface Chip {
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Where the RAM begins; registers are before it. */
  readonly ramStart: number;
  readonly timers: readonly (typeof timer1Config)[];
  readonly usart: typeof usart0Config;
}

/** An interrupt's vector by its number, from 0: vectors are two words. */
const vector = (number: number): number => 2 * number;

export type AvrChip = 'atmega328p' | 'atmega2560';

const CHIPS: Readonly<Record<AvrChip, Chip>> = {
  atmega328p: {
    flashBytes: 0x8000,
    ramBytes: 2048,
    ramStart: 0x100,
    timers: [timer0Config, timer1Config, timer2Config],
    usart: usart0Config,
  },
  // Timer1 and USART0 as in the ATmega328P, at other vectors.
  atmega2560: {
    flashBytes: 0x4_0000,
    ramBytes: 8192,
    ramStart: 0x200,
    timers: [
      {
        ...timer1Config,
        captureInterrupt: vector(16),
        compAInterrupt: vector(17),
        compBInterrupt: vector(18),
        ovfInterrupt: vector(20),
      },
    ],
    usart: {
      ...usart0Config,
      rxCompleteInterrupt: vector(25),
      dataRegisterEmptyInterrupt: vector(26),
      txCompleteInterrupt: vector(27),
    },
  },
};

/** Whether a target is a chip that is emulated here. */
export function isAvrChip(target: string): target is AvrChip {
  return target in CHIPS;
}

/** Erased flash; no instruction. */
const ERASED = 0xffff;
/** Cycles of silence, two bytes at 115200 baud, after which what was sent is handed over. */
const PAUSE_CYCLES = 3000;

interface Program {
  /** Raw image from the first byte of flash. */
  readonly bin: Uint8Array;
  /** The chip; left out: an Arduino Uno's. */
  readonly chip?: AvrChip;
}

/** An AVR at 16 MHz in this process, with USART0 and the timers of its chip. */
export function avr8Link(program: Program): EmulatedLink {
  return emulatedLink(avrMachine(program));
}

/** Throws DeviceError when the image does not fit the flash. */
export function avrMachine({ bin, chip = 'atmega328p' }: Program): Machine {
  const { flashBytes, ramBytes, ramStart, timers, usart: usartConfig } = CHIPS[chip];
  if (bin.length === 0 || bin.length > flashBytes) {
    throw new DeviceError(`the flash image has ${bin.length} bytes; the chip has ${flashBytes}`, {
      next: 'give the raw image from the first byte of flash (.bin)',
    });
  }
  const flash = new Uint8Array(flashBytes).fill(0xff);
  flash.set(bin);
  const program = new Uint16Array(flash.buffer);
  // avr8js counts the RAM from 0x100 on.
  const cpu = new CPU(program, ramStart - 0x100 + ramBytes);
  for (const config of timers) new AVRTimer(cpu, config);
  const usart = new AVRUSART(cpu, usartConfig, CLOCK_HZ);
  const line = byteQueue();
  let sent: number[] = [];
  let quietAt = Infinity;

  usart.onByteTransmit = (byte) => {
    sent.push(byte);
    quietAt = cpu.cycles + PAUSE_CYCLES;
  };

  /** The line is as fast as the USART: a firmware that is too slow for it loses bytes, as on the chip. */
  const feed = (): void => {
    const byte = line.peek();
    if (byte === undefined || usart.rxBusy) return;
    if (usart.writeByte(byte) === true) line.take();
  };

  return {
    now: () => cpu.cycles / (CLOCK_HZ / 1000),
    cycles: () => cpu.cycles,
    pending: () => line.length(),
    receive: (bytes) => line.put(bytes),
    sent() {
      if (cpu.cycles < quietAt) return new Uint8Array(0);
      const bytes = Uint8Array.from(sent);
      sent = [];
      quietAt = Infinity;
      return bytes;
    },
    run(milliseconds) {
      const end = cpu.cycles + (milliseconds * CLOCK_HZ) / 1000;
      while (cpu.cycles < end && cpu.cycles < quietAt) {
        if (!usart.rxBusy) feed();
        if (program[cpu.pc] === ERASED) {
          throw new FirmwareFault(`the firmware crashed: it ran into erased flash at ${hex(cpu.pc * 2)}`);
        }
        avrInstruction(cpu);
        cpu.tick();
      }
      if (cpu.SP < ramStart - 1 || cpu.SP >= ramStart + ramBytes) {
        throw new FirmwareFault(`the firmware crashed: its stack pointer is ${hex(cpu.SP)}, outside the RAM`);
      }
    },
  };
}
