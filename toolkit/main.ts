#!/usr/bin/env node
import { createProgram } from './cli.js';
import { describeError, exitCodeOf } from './commands/failure.js';
import { EXIT } from './errors.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time nobody waits for an orderly end any more.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  });
}
// A reader that closes our output early (such as `head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

try {
  const program = createProgram(interrupt.signal, (code) => {
    process.exitCode = code;
  });
  await program.parseAsync();
} catch (error) {
  const code = interrupt.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
  const { text, json } = describeError(error, code);
  if (text !== '') process.stderr.write(`${text}\n`);
  if (
    process.argv.some(
      (argument, i, all) =>
        argument === '--json=-' || (argument === '--json' && (all[i + 1] ?? '-').startsWith('-')),
    )
  ) {
    if (json !== null) process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  }
  process.exitCode = code;
}
// Child processes and ports are closed by now; what may linger is a keep-alive timer of a library.
process.exit();
