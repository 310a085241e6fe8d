import type { TableNetwork } from '../../network/index.js';
import { concatObligations } from './concat.js';
import type { Obligation } from './obligation.js';
import { productObligations } from './products.js';
import { requantizerObligations } from './requantizers.js';
import type { EngineDesign } from './engine-design.js';

/** All that is proved of a design with the sequential engine. */
export function sequentialObligations(network: TableNetwork, design: EngineDesign): readonly Obligation[] {
  return [
    ...productObligations(network, design),
    ...concatObligations(network, design),
    ...requantizerObligations(network, design),
  ];
}
