import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What `npm run fuzz:protocol` runs; no part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: { include: ['test/firmware/fuzz/*.fuzz.ts'], testTimeout: 86_400_000, disableConsoleIntercept: true },
});
