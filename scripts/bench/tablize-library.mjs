// The C that tablize generates of a network, as a library to measure.
import { firmwareProject, networkCName } from '../../dist/firmware/index.js';

/**
 * @param {import('../../dist/index.js').TableNetwork} network
 * @param {import('./cores.mjs').FirmwareBoard} board
 * @returns {import('./build-image.mjs').Library}
 */
export function tablizeLibrary(network, board) {
  const { files, inference } = firmwareProject(network, board);
  return {
    cName: networkCName(network.name),
    files: new Map([...files].filter(([path]) => path.startsWith('network/'))),
    sources: inference,
    include: 'network',
  };
}
