export { createEvaluate, levelOptions, tablesOf } from './evaluate.js';
export type { Jury } from './judge.js';
export { candidateText, type Candidate } from './ladder.js';
export { searchLevels, type SearchResult, type Unmet } from './search-levels.js';
export { findSensitivity, type Sensitivity, type StageSensitivity } from './sensitivity.js';
export { budgetText, meets, paretoFront, type Budget, type Trial } from './trial.js';
export { unmetError } from './unmet.js';
