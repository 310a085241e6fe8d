/** An emulated chip with a serial line, as the link that drives it sees it. */
export interface Machine {
  /** Emulated milliseconds since the start. */
  now(): number;
  /**
   * Runs for at most so many emulated milliseconds; comes back sooner once the chip has sent something and then
   * paused. Throws when the firmware does what a real chip would not survive.
   */
  run(milliseconds: number): void;
  /** Puts bytes on the line to the chip; they arrive at the pace of its UART. */
  receive(bytes: Uint8Array): void;
  /** Bytes that are on the line to the chip still. */
  pending(): number;
  /**
   * Takes the bytes that the chip has sent since the last call, once it has paused: when they are handed over depends on the chip alone, not
   * on where a slice of its time ends, so that the same requests take the same cycles on a busy machine.
   */
  sent(): Uint8Array;
  /** CPU cycles since the start. */
  cycles(): number;
}

/** What the firmware did that a real chip would not survive. */
export class FirmwareFault extends Error {
  override readonly name = 'FirmwareFault';
}

/** An address, as people write them. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
