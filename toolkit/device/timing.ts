import { BITS_PER_BYTE } from '../boards/index.js';

/** How long to wait and how often to ask again. All times in milliseconds of the device's clock. */
export interface Timing {
  /** Patience with the first answer to a type of request, when nothing is known of it; never is it more than four times this before repeats. */
  readonly first: number;
  /** Patience is never below this; it is several times the slowest answer seen. */
  readonly least: number;
  /** How often a request is sent again before the device is given up. */
  readonly repeats: number;
  /** HELLO is asked at a steady pace: a board may still be starting. */
  readonly hello: { readonly patience: number; readonly repeats: number };
  /** Added for every byte on the line. */
  readonly perByte: number;
}

/** For a board on a port: its boot loader may keep it for two seconds, and bytes may be lost. */
export function serialTiming(baud: number): Timing {
  return {
    first: 5000,
    least: 400,
    repeats: 5,
    hello: { patience: 400, repeats: 14 },
    perByte: (1000 * BITS_PER_BYTE) / baud,
  };
}

/** For a program of this machine: a pipe loses nothing, but a busy machine may let a program wait. */
export const PIPE_TIMING: Timing = {
  first: 20_000,
  least: 10_000,
  repeats: 1,
  hello: { patience: 5000, repeats: 1 },
  perByte: 0,
};

/** For a machine in QEMU, in the time of this one: nothing is lost, but a large network may take a minute. */
export const QEMU_TIMING: Timing = {
  first: 120_000,
  least: 20_000,
  repeats: 1,
  hello: { patience: 10_000, repeats: 1 },
  perByte: 0,
};

/** For a simulated FPGA, bit by bit: nothing is lost, but a picture may take a minute of this machine. */
export const SIMULATOR_TIMING: Timing = {
  first: 600_000,
  least: 120_000,
  repeats: 1,
  hello: { patience: 60_000, repeats: 1 },
  perByte: 0,
};

/** For an emulated board, in its own time: nothing is lost, and it starts at once. */
export const EMULATOR_TIMING: Timing = {
  first: 20_000,
  least: 1000,
  repeats: 1,
  hello: { patience: 500, repeats: 2 },
  perByte: 0.1,
};
