export { openJournal, type Journal, type JournalHeader } from './journal.js';
export type { Pictures } from './pictures.js';
export type { Answer, Recording } from './recording.js';
export { isExact, type LinkUse, type Mismatch, type Verification } from './verification.js';
export {
  verifyBoards,
  type BoardShare,
  type BoardsVerification,
  type VerifyBoardsOptions,
} from './verify-boards.js';
export { verify, type VerifyOptions } from './verify.js';
