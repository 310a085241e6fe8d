import { BITS_PER_BYTE } from '../boards/index.js';
import type { Executor } from '../device/device.js';
import type { LinkUse } from '../verify/verification.js';
import { grouped, percent } from './text.js';

/** How well the line to a device was used while pictures were compared. Fields are only ever added. */
export interface LinkReport {
  readonly seconds: number;
  readonly bytesToDevice: number;
  readonly bytesFromDevice: number;
  /** Requests that were sent again. */
  readonly repeats: number;
  /** Share of the time, 0..1, in which the host only waited for the device, or the emulator ran; the rest is the host's own work. */
  readonly waitingShare: number;
  /** Of a serial port: its speed, and the share of what it carries in that time, each way. Null where no real line limits anything. */
  readonly line: {
    readonly baud: number;
    readonly bitsPerByte: number;
    readonly shareToDevice: number;
    readonly shareFromDevice: number;
    /** The larger of the two: both ways run at once, so the fuller one is the limit. */
    readonly share: number;
  } | null;
}

/** Null when no time went by, as when a journal had all answers. */
export function linkReport(
  { sent, received, repeats, seconds, waited }: LinkUse,
  executor: Executor,
  baud: number,
): LinkReport | null {
  if (sent === 0 || seconds <= 0) return null;
  const share = (bytes: number): number => rounded((bytes * BITS_PER_BYTE) / baud / seconds);
  return {
    seconds: rounded(seconds),
    bytesToDevice: sent,
    bytesFromDevice: received,
    repeats,
    waitingShare: rounded(Math.min(1, waited / seconds)),
    line:
      executor === 'serial'
        ? {
            baud,
            bitsPerByte: BITS_PER_BYTE,
            shareToDevice: share(sent),
            shareFromDevice: share(received),
            share: share(Math.max(sent, received)),
          }
        : null,
  };
}

/** To four digits behind the point. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The same for people. */
export function linkLines(report: LinkReport | null, executor: Executor): string[] {
  if (report === null) return [];
  const { seconds, bytesToDevice, bytesFromDevice, repeats, waitingShare, line } = report;
  const again =
    repeats === 0
      ? ''
      : `; ${grouped(repeats)} ${repeats === 1 ? 'request was' : 'requests were'} sent again`;
  if (line !== null) {
    return [
      `line: ${grouped(bytesToDevice)} bytes to the board, ${grouped(bytesFromDevice)} from it in ${seconds.toFixed(1)} s: ${percent(line.share)} of what ${line.baud} baud carry${again}`,
    ];
  }
  if (executor === 'host') return [];
  return [`the emulator worked ${percent(waitingShare)} of ${seconds.toFixed(1)} s${again}`];
}
