import type { Executor } from '../device/device.js';
import { measureNetwork, networkHash, type TableNetwork } from '../network/index.js';
import type { Mismatch, Verification } from '../verify/index.js';
import { grouped, percent } from './text.js';

/** Bytes of the firmware image in flash, and of its static data in RAM (stack not counted). */
export interface Size {
  readonly flash: number;
  readonly ram: number;
}

/** What a scan of the compiler's assembly found in the inference code. */
export interface Multiplies {
  readonly inference: number;
  readonly floats: number;
}

/** The answer of `deploy`, `verify` and `emulate` for machines. Fields are only ever added. */
export interface DeploymentReport {
  readonly board: string;
  readonly executor: Executor;
  readonly model: {
    readonly name: string;
    readonly hash: string;
    readonly macs: number;
    readonly tableEntries: number;
    readonly activationLevels: number;
    readonly weightLevels: number;
  };
  readonly images: number;
  /** Shares of right labels, 0..1; float: what the float network had on its own test pictures. */
  readonly accuracy: { readonly float: number | null; readonly reference: number | null; readonly device: number | null };
  readonly mismatches: { readonly labels: number; readonly logits: number };
  readonly latency: { readonly unit: string; readonly median: number; readonly max: number; readonly clockHz: number } | null;
  readonly size: Size | null;
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
  readonly firstMismatch: Mismatch | null;
  /** Why verification ended before the last picture; null when it did not. */
  readonly stopped: string | null;
}

export interface DeploymentFacts {
  readonly board: string;
  readonly executor: Executor;
  readonly network: TableNetwork;
  readonly verification: Verification;
  readonly size: Size | null;
  readonly multiplies: Multiplies | null;
  readonly toolchain: string | null;
}
