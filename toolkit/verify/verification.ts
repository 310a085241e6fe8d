import type { DeviceInfo, Executor, Traffic } from '../device/index.js';

/** The first picture whose answer differs, and where in the network it first differs. */
export interface Mismatch {
  /** Number of the picture, from 0; null when the device's input table differs, whatever the picture. */
  readonly image: number | null;
  /** Name of the stage whose output differs; `input`: the activation indices of the picture. */
  readonly stage: string;
  /** Position in that tensor (in the input table: the pixel byte), and the two integers there. */
  readonly index: number;
  readonly expected: number;
  readonly got: number;
  /** What else is known: why the stage could not be found, or what the place means. Null when all is said. */
  readonly note: string | null;
}

/** What went over the line while pictures were compared. */
export interface LinkUse extends Pick<Traffic, 'sent' | 'received' | 'repeats'> {
  readonly seconds: number;
  /** Of these, those for which the device was waited for. */
  readonly waited: number;
}

/** What a device answered, compared with the integer reference. */
export interface Verification {
  readonly executor: Executor;
  readonly info: DeviceInfo;
  /** Pictures that were compared; fewer than `asked` when it stopped early. */
  readonly images: number;
  readonly asked: number;
  /** Of `images`, those whose answers an earlier run got. */
  readonly resumed: number;
  /** Pictures whose label, and whose logits (any of them), differ. */
  readonly mismatches: { readonly labels: number; readonly logits: number };
  /** Share of right labels among the compared pictures, 0..1; null without labels or pictures. */
  readonly accuracy: { readonly reference: number | null; readonly device: number | null };
  /** Of one inference, in the device's unit; null when it measures none. */
  readonly latency: {
    readonly unit: Exclude<DeviceInfo['latencyUnit'], 'none'>;
    readonly median: number;
    readonly max: number;
    readonly clockHz: number;
  } | null;
  readonly link: LinkUse;
  readonly firstMismatch: Mismatch | null;
  /** Why it ended before the last picture; null when it did not. */
  readonly stopped: string | null;
  /** Whether the user stopped it, not the device. */
  readonly interrupted: boolean;
}

/** What went over the line between two moments. */
export function linkUse(before: Traffic, after: Traffic): LinkUse {
  return {
    sent: after.sent - before.sent,
    received: after.received - before.received,
    repeats: after.repeats - before.repeats,
    seconds: (after.now - before.now) / 1000,
    waited: (after.waited - before.waited) / 1000,
  };
}

/** Whether every picture was compared and all labels and logits are the same. */
export function isExact({ images, asked, mismatches, firstMismatch, stopped }: Verification): boolean {
  const same = mismatches.labels === 0 && mismatches.logits === 0 && firstMismatch === null;
  return stopped === null && images === asked && same;
}

/** The middle value, the lower one of two; 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
