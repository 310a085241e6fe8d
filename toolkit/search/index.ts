export { createEvaluate, levelOptions, tablesOf } from './evaluate.js';
export type { Jury } from './judge.js';
export type { Candidate } from './ladder.js';
export { searchLevels, type SearchResult, type Unmet } from './search-levels.js';
export { meets, paretoFront, type Budget, type Trial } from './trial.js';
export { unmetError } from './unmet.js';
