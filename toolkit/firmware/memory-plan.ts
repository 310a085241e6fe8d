import {
  elements,
  placeTenants,
  type AnalysedStage,
  type MemoryPlan,
  type Shape,
  type Tenant,
} from '../network/index.js';
import type { StageKernel } from './kernels/stage-kernel.js';
import { TILE } from './kernels/pair-products.js';

/** What a stage needs room for while it runs. */
export type Scratch = 'patch' | 'words' | 'border' | 'active' | 'sums';

/** The name of a stage's scratch room in a plan; no tensor can have it. */
export function scratchOf(stage: string, what: Scratch): string {
  return `${stage} (${what})`;
}

/** Bytes of an element of the list of active inputs (active_t of pairs.c). */
const ACTIVE_BYTES = 4;

/** Bytes of a sum, of the larger of its types. */
const SUM_BYTES = 4;

/** Bytes of the cells under a stage's window; 0 for a stage without one. */
function patchBytes({ stage, inputs }: AnalysedStage): number {
  const channels = inputs[0]?.shape[2] ?? 0;
  if ('kernel' in stage) return stage.kernel[0] * stage.kernel[1] * channels;
  if ('window' in stage) return stage.window[0] * stage.window[1] * channels;
  return 0;
}

function scratch(stage: AnalysedStage, kernel: StageKernel): Readonly<Partial<Record<Scratch, number>>> {
  switch (kernel.name) {
    case 'fused':
      return {};
    case 'lookup':
      return { patch: patchBytes(stage) };
    case 'rows':
      return { patch: patchBytes(stage), sums: SUM_BYTES * (kernel.plan.outputs + 1) };
    case 'pairs':
      return {
        patch: patchBytes(stage),
        active: ACTIVE_BYTES * kernel.plan.atOnce,
        sums: SUM_BYTES * TILE * kernel.plan.tiles,
      };
    case 'level-sums': {
      const { window, lanes } = kernel.plan;
      if (window === null) return {};
      const [, width = 0, channels = 0] = stage.inputs[0]?.shape ?? [];
      return { words: window.words * lanes, border: window.border ? width * channels : 0 };
    }
  }
}

/** A stage and how it is computed. */
export interface PlannedStage {
  readonly analysed: AnalysedStage;
  readonly kernel: StageKernel;
  /** Why it is computed so, as a sentence; empty where there was no choice. */
  readonly why?: string;
}

/**
 * Places all tensors of activation indices and the stages' scratch rooms in one workspace, each at a multiple of `align`
 * bytes. A tensor lives from the stage that makes it to the last that reads it; the logits are the caller's and take no room, and
 * neither does a tensor that is pooled as it is made.
 */
export function planMemory(input: Shape, stages: readonly PlannedStage[], align: number): MemoryPlan {
  const lastReader = (name: string): number =>
    stages.findLastIndex(({ analysed }) => analysed.inputs.some((tensor) => tensor.name === name));
  const isFused = (at: number): boolean => stages[at]?.kernel.name === 'fused';
  const tensors = [
    { name: 'input', shape: input, from: -1 },
    ...stages
      .slice(0, -1)
      .map(({ analysed }, at) => ({ ...analysed.output, from: isFused(at) ? at - 1 : at }))
      .filter((_, at) => !isFused(at + 1)),
  ];
  const tenants: Tenant[] = [
    ...tensors.map(({ name, shape, from }) => ({ name, size: elements(shape), from, to: lastReader(name) })),
    ...stages.flatMap(({ analysed, kernel }, at) =>
      Object.entries(scratch(analysed, kernel))
        .filter(([, size]) => size > 0)
        .map(([what, size]) => ({
          name: scratchOf(analysed.stage.name, what as Scratch),
          size,
          from: at,
          to: at,
        })),
    ),
  ];
  return placeTenants(tenants.map((one) => ({ ...one, size: Math.ceil(one.size / align) * align })));
}
