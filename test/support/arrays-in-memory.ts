import { depthwiseFilterSums, filterSums } from '../../toolkit/quantize/filter-sums.js';
import * as finish from '../../toolkit/quantize/finish.js';
import { ownHeap, within } from '../../toolkit/quantize/simd/space.js';
import type { Size4, Windows } from '../../toolkit/quantize/windows.js';

let heap: ReturnType<typeof ownHeap> | undefined;
const memory = () => (heap ??= ownHeap());

/** `finishForward` for arrays. */
export function finishForward(
  z: Float32Array,
  how: finish.Finish,
  parameters: finish.FinishParameters,
): { readonly y: Float32Array; readonly statistics: finish.Statistics | null } {
  return within(memory(), (space) => {
    const [sums, y] = [{ space, z: space.floats(z), length: z.length }, space.room(z.length)];
    const statistics = finish.finishForward(sums, y, how, parameters);
    return { y: space.viewFloats(y, z.length).slice(), statistics };
  });
}

/** `finishBackward` for arrays. */
export function finishBackward(
  z: Float32Array,
  dy: Float32Array,
  how: finish.Finish,
  parameters: finish.FinishParameters,
  statistics: finish.Statistics | null,
): finish.FinishGradients & { readonly z: Float32Array } {
  return within(memory(), (space) => {
    const sums = { space, z: space.floats(z), length: z.length };
    const [errors, dz] = [space.floats(dy), space.room(z.length)];
    const gradients = finish.finishBackward(sums, errors, dz, how, parameters, statistics);
    return { ...gradients, z: space.viewFloats(dz, z.length).slice() };
  });
}

/** `filterSums` and `depthwiseFilterSums` for arrays. */
export const sumsOfFilter = onArrays(filterSums);
export const sumsOfDepthwiseFilter = onArrays(depthwiseFilterSums);

function onArrays(sumsOf: typeof filterSums) {
  return (x: Float32Array, xShape: Size4, dy: Float32Array, dyShape: Size4, windows: Windows): Float32Array =>
    within(memory(), (space) => sumsOf(space, space.floats(x), xShape, space.floats(dy), dyShape, windows));
}
