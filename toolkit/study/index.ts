export type { DataFacts, DataPair } from './data-facts.js';
export {
  readDistributions,
  type ActivationDistribution,
  type CellDistributions,
  type WeightDistribution,
} from './distributions.js';
export { parseGrid, type Cell, type Scheme, type Study } from './grid.js';
export { readResults, resultsPath, type CellResult, type ResultsFile } from './results.js';
export { runStudy, type CellFailure, type StudyRun } from './run-study.js';
export { cellsOfShard, type Shard } from './shards.js';
