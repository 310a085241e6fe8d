export type { Obligation, Part, PartInput, Port, Side, Subject } from './obligation.js';
export { engineDesign, type EngineDesign } from './engine-design.js';
export { sequentialObligations } from './sequential-proof.js';
export { unrolledDesign, unrolledObligations } from './unrolled-proof.js';
