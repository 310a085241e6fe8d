export { isExact, type Mismatch, type Verification } from './verification.js';
export { verify, type Pictures, type VerifyOptions } from './verify.js';
