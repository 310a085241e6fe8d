import type { FirmwareBoard } from './board.js';

/** On a serial line: start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;

/** A receiver samples in the middle of the bits: of ten bits, some 3 % is what it tolerates. */
export const BAUD_TOLERANCE = 0.03;

/**
 * Clocks of an FPGA's design in one bit: what hdl-templates/serial/uart_rx.v needs to find its middle. Without a buffer a byte must be
 * taken before the next begins, half a bit after it; within that time the header of a frame is checked.
 */
export const LEAST_CLOCKS_PER_BIT = { buffered: 4, unbuffered: 32 } as const;

/** What an nRF's UART divides, whatever the core's clock. */
const NRF_UART_HZ = 16_000_000;

/** Clocks of an FPGA's design in one bit of its serial line. */
export function clocksPerBit(clockHz: number, baud: number): number {
  return Math.round(clockHz / baud);
}

/** The baud rate that the target's divisor makes of a clock, in bits per second; null where no divisor fits the register. */
export function achievedBaud(target: FirmwareBoard['target'], clockHz: number, baud: number): number | null {
  switch (target) {
    case 'host':
    case 'rv32_virt':
      // A pipe, and a UART of QEMU's: neither has a speed.
      return baud;
    case 'rp2040':
    case 'rp2350': {
      // The PL011 (datasheets of both, "Baud Rate Calculation"): 16 bits and 6 bits of fraction, of 1/16 of the clock.
      const divisor = Math.floor((clockHz * 4 + Math.floor(baud / 2)) / baud);
      return divisor < 64 || divisor > 65_535 * 64 ? null : (clockHz * 4) / divisor;
    }
    case 'atmega328p':
    case 'atmega2560': {
      // USART0 at double speed (datasheets of both, "The Baud Rate Generator"): 12 bits, of 1/8 of the clock.
      const divisor = Math.floor((Math.floor(Math.floor(clockHz / 4) / baud) - 1) / 2);
      return divisor < 0 || divisor > 4095 ? null : clockHz / (8 * (divisor + 1));
    }
    case 'mps2':
      // 20 bits, 16 at least, of the clock (Cortex-M System Design Kit, "APB UART").
      return divided(clockHz, baud, 16, 0xf_ffff);
    case 'nrf51':
    case 'nrf52': {
      // Steps of 2^-20 of 16 MHz (nRF51 Series Reference Manual and nRF52833 Product Specification, "UART", BAUDRATE).
      const steps = Math.round((baud * 2 ** 20) / NRF_UART_HZ);
      return baud < 1200 || baud > 1_000_000 ? null : (steps * NRF_UART_HZ) / 2 ** 20;
    }
    case 'samd21': {
      // Steps of 2^-20 of the clock, up to a sixteenth of it (SAM D21 Family Data Sheet, SERCOM, "Clock Generation, Baud-Rate Generator").
      const steps = Math.round((baud * 2 ** 20) / clockHz);
      return steps < 1 || steps > 65_536 ? null : (steps * clockHz) / 2 ** 20;
    }
    case 'fe310':
      // 16 bits, of the clock (FE310-G002 Manual, "Baud Rate Divisor Register").
      return divided(clockHz, baud, 16, 65_536);
    case 'stm32f1':
    case 'stm32f4':
      // 16 bits, of the clock of the bus (RM0041 and RM0090, "Fractional baud rate generation": mantissa and fraction in sixteenths).
      return divided(busHz(target, clockHz), baud, 16, 65_535);
    case 'ch32v003':
      // 16 bits, of the clock (CH32V003 Reference Manual, "USART": mantissa and fraction in sixteenths).
      return divided(clockHz, baud, 16, 65_535);
  }
}

/** The clock of an STM32's buses, as its start-up code has it. */
function busHz(target: 'stm32f1' | 'stm32f4', clockHz: number): number {
  if (target === 'stm32f4') return clockHz / 4;
  return clockHz > 36_000_000 ? clockHz / 2 : clockHz;
}

/** The baud rate by the nearest divisor; null where the register does not hold that. */
function divided(clockHz: number, baud: number, least: number, most: number): number | null {
  const divisor = Math.round(clockHz / baud);
  return divisor < least || divisor > most ? null : clockHz / divisor;
}
