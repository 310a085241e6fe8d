// The C that tablize generates of a network, as a library to measure.
import { firmwareProject, networkCName } from '../../dist/firmware/index.js';

/**
 * @param {import('../../dist/index.js').TableNetwork} network
 * @param {import('./cores.mjs').FirmwareBoard} board
 * @param {Partial<import('../../dist/firmware/kernels/kernel-options.js').KernelOptions>} [kernels]
 * @returns {import('./build-image.mjs').Library}
 */
export function tablizeLibrary(network, board, kernels = {}) {
  const { files, inference } = firmwareProject(network, board, kernels);
  return {
    cName: networkCName(network.name),
    files: new Map([...files].filter(([path]) => path.startsWith('network/'))),
    sources: inference,
    include: 'network',
  };
}
