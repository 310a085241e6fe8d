import { elements, type AnalysedStage, type Shape } from '../network/index.js';

/** Something that needs bytes of the workspace from one moment to another, both included. */
export interface Tenant {
  readonly name: string;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Places tenants so that no two that live at the same time overlap: the largest first, each at the lowest offset
 * where it fits.
 */
export function placeTenants(tenants: readonly Tenant[]): MemoryPlan {
  const placed: (Tenant & { readonly offset: number })[] = [];
  const order = [...tenants].sort((a, b) => b.bytes - a.bytes || a.from - b.from);
  for (const tenant of order) {
    const neighbours = placed
      .filter((other) => other.from <= tenant.to && tenant.from <= other.to)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of neighbours) {
      if (other.offset >= offset + tenant.bytes) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    placed.push({ ...tenant, offset });
  }
  return {
    bytes: placed.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0),
    offsets: new Map(placed.map(({ name, offset }) => [name, offset])),
  };
}

/** The name of a stage's scratch room in a plan; no tensor can have it. */
export function patchOf(stage: string): string {
  return `${stage} (patch)`;
}

/** Bytes of the cells under a stage's window; 0 for a stage without one. */
function patchBytes({ stage, inputs }: AnalysedStage): number {
  const channels = inputs[0]?.shape[2] ?? 0;
  if ('kernel' in stage) return stage.kernel[0] * stage.kernel[1] * channels;
  if ('window' in stage) return stage.window[0] * stage.window[1] * channels;
  return 0;
}

/**
 * Places all tensors of activation indices and the windows' patches in one workspace. A tensor lives from the stage
 * that makes it to the last that reads it; the logits are the caller's and take no room.
 */
export function planMemory(input: Shape, stages: readonly AnalysedStage[]): MemoryPlan {
  const lastReader = (name: string): number =>
    stages.findLastIndex(({ inputs }) => inputs.some((tensor) => tensor.name === name));
  const tensors = [{ name: 'input', shape: input }, ...stages.slice(0, -1).map(({ output }) => output)];
  return placeTenants([
    ...tensors.map(({ name, shape }, made) => ({
      name,
      bytes: elements(shape),
      from: made - 1,
      to: lastReader(name),
    })),
    ...stages
      .map((stage, at) => ({ name: patchOf(stage.stage.name), bytes: patchBytes(stage), from: at, to: at }))
      .filter(({ bytes }) => bytes > 0),
  ]);
}
