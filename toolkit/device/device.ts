import { DeviceError } from '../errors.js';

/** What a device says of itself in HELLO (docs/protocol.md, section 4.1). */
export interface DeviceInfo {
  readonly protocol: number;
  readonly board: string;
  /** First 8 bytes of the network's hash, as 16 hex digits. */
  readonly networkHash: string;
  readonly clockHz: number;
  readonly latencyUnit: 'none' | 'cycles' | 'instructions' | 'clocks' | 'nanoseconds';
  readonly pixels: number;
  readonly logits: number;
  readonly stages: number;
  /** Bits per activation index of a packed picture: 1 to 8; 0 when the device takes raw bytes only. */
  readonly packedBits: number;
  /** Bytes of further requests that the device can hold while it works on one; 0: one request at a time. */
  readonly window: number;
}

export interface Inference {
  readonly label: number;
  readonly logits: Int32Array;
  /** In the device's latency unit. */
  readonly latency: number;
}

/** What went over a device's line since it was opened; the difference of two tells of the time between them. */
export interface Traffic {
  /** Bytes to the device, repeats and fillers among them. */
  readonly sent: number;
  /** Bytes from it, noise among them. */
  readonly received: number;
  /** Requests that were sent again. */
  readonly repeats: number;
  /** Wall time in milliseconds since some moment. */
  readonly now: number;
  /**
   * Milliseconds of that in which this process had nothing to do but wait, or, for an emulator within this process, in which
   * the emulator ran.
   */
  readonly waited: number;
}

/** The device does not know this type of request; smallest devices do not know TRACE. */
export class UnknownRequestError extends DeviceError {}

/** What ran the inference; the `executor` of reports. */
export type Executor = 'host' | 'serial' | `emulator:${string}` | 'qemu' | 'rtl' | 'netlist' | 'bitstream';

/** The same to the harness whether it is emulated, a local program, or a board on a port. */
export interface Device {
  readonly executor: Executor;
  info(): Promise<DeviceInfo>;
  /** `picture`: one byte per pixel, [height, width, channels]. May be called again before the last answer came. */
  infer(picture: Uint8Array): Promise<Inference>;
  /** CRC-16 of each trace point (the input indices, then every stage's output) for this picture. Throws UnknownRequestError without TRACE. */
  trace(picture: Uint8Array): Promise<readonly number[]>;
  /** All integers of one trace point: 0 is the input indices, k the output of stage k - 1. */
  traceStage(picture: Uint8Array, point: number, count: number): Promise<Int32Array>;
  traffic(): Traffic;
  close(): Promise<void>;
}

/** A byte line in both directions: a port, a pseudo-terminal, a pipe, an emulated UART. */
export interface Link {
  /** Resolves when the line has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once when the line ends, with the reason when it is known. */
  onClose(listener: (reason: string | null) => void): void;
  close(): Promise<void>;
}
