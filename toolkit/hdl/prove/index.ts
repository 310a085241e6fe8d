export type { Obligation, Part, PartInput, Port, Side, Subject } from './obligation.js';
export { sequentialObligations, engineDesign, type EngineDesign } from './sequential-proof.js';
export { unrolledDesign, unrolledObligations } from './unrolled-proof.js';
