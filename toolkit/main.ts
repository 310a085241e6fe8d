#!/usr/bin/env node
import { createProgram } from './cli.js';
import { describeError, isUsageError } from './commands/failure.js';
import { createOutput, jsonTargetOf } from './commands/output.js';
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
  const { code, text, json } = describeError(error, interrupt.signal);
  if (text !== '') process.stderr.write(`${text}\n`);
  // A command reports its own failures; what is wrong with the command line itself, no command has seen.
  if (isUsageError(error) && json !== null) createOutput(jsonTargetOf(process.argv.slice(2))).json(json);
  process.exitCode = code;
}
// Child processes and ports are closed by now; what may linger is a keep-alive timer of a library.
process.exit();
