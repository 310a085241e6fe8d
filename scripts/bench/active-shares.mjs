// How many activations cost something: what the cost model wants to know of pictures.
import { analyse, createInterpreter } from '../../dist/network/index.js';

/** @typedef {import('../../dist/index.js').TableNetwork} TableNetwork */

/**
 * The share of each stage's input activations that are not `common[stage]`.
 *
 * @param {TableNetwork} network
 * @param {readonly Uint8Array[]} pictures
 * @param {readonly number[]} common
 */
export function activeShares(network, pictures, common) {
  const { infer } = createInterpreter(network);
  const { stages } = analyse(network);
  const names = ['input', ...network.stages.map(({ name }) => name)];
  const sums = stages.map(() => 0);
  for (const one of pictures) {
    const { trace = [] } = infer(one, { trace: true });
    stages.forEach(({ inputs }, i) => {
      const tensor = trace[names.indexOf(inputs[0]?.name ?? 'input')] ?? new Int32Array();
      const active = tensor.filter((index) => index !== common[i]).length;
      sums[i] = (sums[i] ?? 0) + active / Math.max(1, tensor.length) / pictures.length;
    });
  }
  return sums;
}
