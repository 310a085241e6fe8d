import { findExecutable } from '../../toolkit/plan/find-executable.js';
import { zigPackage } from '../../toolkit/plan/zig-package.js';
import { require } from './tools.js';

/** Whether a zig is on this machine; tests never fetch it by themselves. */
export function zigIsThere(): boolean {
  return require('zig', 'is neither installed nor in the cache (`tablize doctor`)', () => {
    return zigPackage().installed || findExecutable('zig') !== null;
  });
}
