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
const FLASH_BYTES = 0x8000;
const SRAM_BYTES = 2048;
/** The first 256 addresses are registers. */
const SRAM_START = 0x100;
/** Erased flash; no instruction. */
const ERASED = 0xffff;
/** Cycles of silence, two bytes at 115200 baud, after which what was sent is handed over. */
const PAUSE_CYCLES = 3000;

/** An Arduino Uno's ATmega328P at 16 MHz in this process, with timers 0 to 2 and USART0. */
export function avr8Link({ bin }: { readonly bin: Uint8Array }): EmulatedLink {
  return emulatedLink(atmega328pMachine(bin));
}

/** Throws DeviceError when the image does not fit the flash. */
export function atmega328pMachine(image: Uint8Array): Machine {
  if (image.length === 0 || image.length > FLASH_BYTES) {
    throw new DeviceError(`the flash image has ${image.length} bytes; the chip has ${FLASH_BYTES}`, {
      next: 'give the raw image from the first byte of flash (.bin)',
    });
  }
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  flash.set(image);
  const program = new Uint16Array(flash.buffer);
  const cpu = new CPU(program, SRAM_BYTES);
  for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
  const usart = new AVRUSART(cpu, usart0Config, CLOCK_HZ);
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
      if (cpu.SP < SRAM_START - 1 || cpu.SP >= SRAM_START + SRAM_BYTES) {
        throw new FirmwareFault(`the firmware crashed: its stack pointer is ${hex(cpu.SP)}, outside the RAM`);
      }
    },
  };
}
