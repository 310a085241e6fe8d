import type { DeviceInfo, Inference } from '../device/index.js';
import type { Interpretation } from '../network/index.js';
import { median, type Mismatch, type Verification } from './verification.js';

/** What was counted of some answers. */
export interface Count {
  readonly images: number;
  readonly mismatches: Verification['mismatches'];
  /** Right labels, of the reference and of the device; 0 where the right ones are unknown. */
  readonly right: { readonly reference: number; readonly device: number };
  readonly latencies: readonly number[];
  readonly firstMismatch: Mismatch | null;
}

export interface Tally {
  /** Counts an answer; whether its label and all logits are the expected ones. */
  add(image: number, expected: Interpretation, got: Inference): boolean;
  /** Keeps the one of the lowest picture; that of an input table comes before all pictures. */
  found(mismatch: Mismatch): void;
  readonly count: () => Count;
}

/** Whether label and all logits are the expected ones. */
export function agrees(expected: Interpretation, got: Inference): boolean {
  return got.label === expected.label && areSame(got.logits, expected.logits);
}

function areSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function tally(labels: ArrayLike<number> | null): Tally {
  const latencies: number[] = [];
  let wrongLabels = 0;
  let wrongLogits = 0;
  let rightReference = 0;
  let rightDevice = 0;
  let firstMismatch: Mismatch | null = null;
  return {
    add(image, expected, got) {
      const sameLogits = areSame(got.logits, expected.logits);
      const sameLabel = got.label === expected.label;
      wrongLabels += sameLabel ? 0 : 1;
      wrongLogits += sameLogits ? 0 : 1;
      rightReference += expected.label === labels?.[image] ? 1 : 0;
      rightDevice += got.label === labels?.[image] ? 1 : 0;
      latencies.push(got.latency);
      return sameLogits && sameLabel;
    },
    found(mismatch) {
      firstMismatch = earliest([firstMismatch, mismatch]);
    },
    count: () => ({
      images: latencies.length,
      mismatches: { labels: wrongLabels, logits: wrongLogits },
      right: { reference: rightReference, device: rightDevice },
      latencies,
      firstMismatch,
    }),
  };
}

/** Counts of different pictures as one. */
export function together(counts: readonly Count[]): Count {
  const sum = (value: (count: Count) => number): number =>
    counts.reduce((total, each) => total + value(each), 0);
  return {
    images: sum(({ images }) => images),
    mismatches: {
      labels: sum(({ mismatches }) => mismatches.labels),
      logits: sum(({ mismatches }) => mismatches.logits),
    },
    right: { reference: sum(({ right }) => right.reference), device: sum(({ right }) => right.device) },
    latencies: counts.flatMap(({ latencies }) => latencies),
    firstMismatch: earliest(counts.map((each) => each.firstMismatch)),
  };
}

function earliest(mismatches: readonly (Mismatch | null)[]): Mismatch | null {
  const place = ({ image }: Mismatch): number => image ?? -1;
  return mismatches.reduce(
    (first, each) => (each === null || (first !== null && place(first) <= place(each)) ? first : each),
    null,
  );
}

/** Shares of right labels; null without labels or pictures. */
export function accuracyOf({ images, right }: Count, hasLabels: boolean): Verification['accuracy'] {
  return hasLabels && images > 0
    ? { reference: right.reference / images, device: right.device / images }
    : { reference: null, device: null };
}

/** Of one inference; null when the device measures none. */
export function latencyOf(
  { latencies }: Count,
  { latencyUnit, clockHz }: Pick<DeviceInfo, 'latencyUnit' | 'clockHz'>,
): Verification['latency'] {
  if (latencyUnit === 'none' || latencies.length === 0) return null;
  return {
    unit: latencyUnit,
    median: median(latencies),
    max: latencies.reduce((a, b) => Math.max(a, b), 0),
    clockHz,
  };
}
