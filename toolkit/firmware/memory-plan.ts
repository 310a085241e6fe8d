import { elements, placeTenants, type AnalysedStage, type MemoryPlan, type Shape } from '../network/index.js';

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
      size: elements(shape),
      from: made - 1,
      to: lastReader(name),
    })),
    ...stages
      .map((stage, at) => ({ name: patchOf(stage.stage.name), size: patchBytes(stage), from: at, to: at }))
      .filter(({ size }) => size > 0),
  ]);
}
