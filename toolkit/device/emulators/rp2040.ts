import { Simulator, type Logger } from 'rp2040js';
import { BOOT2_ADDRESS, boot2Of } from './boot-rom.js';
import { byteQueue } from './byte-queue.js';
import { emulatedLink, type EmulatedLink } from './emulated-link.js';
import { FirmwareFault, hex, type Machine } from './machine.js';

/**
 * The line runs at so many times the UART's speed, while the FIFO has room: emulated time goes into computing
 * rather than into waiting for bytes. One reaches the firmware in every 700 cycles at 115200 baud.
 */
const LINE_SPEED = 16;
/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;
const UART_FUNCTION = 2;
const TX_PIN = 0;
/** Of the flag register UARTFR (datasheet 4.2.8). */
const RECEIVE_FIFO_FULL = 1 << 6;
/** Cycles of silence after which what was sent is handed over. */
const PAUSE_CYCLES = 2000;
/** Flash that nothing was written to. */
const FLASH_BYTES = 16 * 1024 * 1024;

/** A Raspberry Pi Pico in this process: UART0 on GP0 and GP1, started by its boot ROM's steps from a raw flash image. */
export function rp2040Link({ bin }: { readonly bin: Uint8Array }): EmulatedLink {
  return emulatedLink(rp2040Machine(bin));
}

/** Throws DeviceError when the boot ROM would not start the image. */
export function rp2040Machine(image: Uint8Array): Machine {
  const boot2 = boot2Of(image);
  const { rp2040: chip, clock } = new Simulator();
  const { core } = chip;
  const [uart] = chip.uart;
  if (uart === undefined) throw new Error('the emulator has no UART0');
  const line = byteQueue();
  let sent: number[] = [];
  let quietAt = Infinity;
  let nextByteAt = 0;

  chip.logger = faultLogger(() => hex(core.PC));
  chip.flash.set(image.subarray(0, FLASH_BYTES));
  // The boot ROM checks boot2, copies it to the end of SRAM and enters it with a zero link register.
  chip.sram.set(boot2, BOOT2_ADDRESS - 0x20000000);
  core.SP = BOOT2_ADDRESS;
  core.LR = 0;
  core.PC = BOOT2_ADDRESS;
  core.cycles = 0;
  chip.onBreak = (code) => {
    throw new FirmwareFault(`the firmware stopped at a breakpoint (${code}) at ${hex(core.PC)}`);
  };
  uart.onByte = (byte) => {
    if (chip.gpio[TX_PIN]?.functionSelect !== UART_FUNCTION) {
      throw new FirmwareFault('the firmware sends on UART0, but GP0 is not connected to it');
    }
    sent.push(byte);
    quietAt = core.cycles + PAUSE_CYCLES;
  };

  const feed = (nanos: number): void => {
    const byte = line.peek();
    if (byte === undefined || !uart.enabled || !uart.rxEnabled || (uart.flags & RECEIVE_FIFO_FULL) !== 0)
      return;
    uart.feedByte(byte);
    line.take();
    nextByteAt = nanos + (BITS_PER_BYTE * 1e9) / uart.baudRate / LINE_SPEED;
  };

  return {
    now: () => clock.nanos / 1e6,
    cycles: () => core.cycles,
    pending: () => line.length(),
    receive: (bytes) => line.put(bytes),
    sent() {
      if (core.cycles < quietAt) return new Uint8Array(0);
      const bytes = Uint8Array.from(sent);
      sent = [];
      quietAt = Infinity;
      return bytes;
    },
    run(milliseconds) {
      const end = clock.nanos + milliseconds * 1e6;
      while (clock.nanos < end && core.cycles < quietAt) {
        if (clock.nanos >= nextByteAt) feed(clock.nanos);
        if (core.waiting && sent.length > 0) quietAt = core.cycles;
        else if (core.waiting) {
          // Asleep until an interrupt: on to the next thing that can cause one.
          const alarm = clock.nanosToNextAlarm > 0 ? clock.nanos + clock.nanosToNextAlarm : Infinity;
          const next = line.length() > 0 ? Math.max(nextByteAt, clock.nanos + 8) : Infinity;
          clock.tick(Math.min(alarm, next, end) - clock.nanos);
        } else {
          clock.tick((core.executeInstruction() * 1e9) / chip.clkSys);
        }
      }
    },
  };
}

/** What the chip itself would make a hard fault of, the emulator only tells its log. */
function faultLogger(pc: () => string): Logger {
  const quiet = (): void => undefined;
  const fault = (component: string, message: string): void => {
    if (component !== 'RP2040' && component !== 'CortexM0Core') return;
    throw new FirmwareFault(`the firmware crashed near ${pc()}: ${message}`);
  };
  return { debug: quiet, info: quiet, warn: fault, error: fault };
}
