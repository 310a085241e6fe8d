import { spawn } from 'node:child_process';
import { DeviceError } from '../../errors.js';
import type { Link } from '../device.js';
import { linkEvents } from './link-events.js';

/** How much of what the program said on its standard error goes into the reason of its end. */
const LAST_WORDS = 2000;

/**
 * A local program as a device: it runs in `folder`, speaks the protocol on its standard input and output, and is killed on close.
 * A program that cannot be started closes the link with the reason.
 */
export function hostLink(
  program: string,
  { args = [], folder }: { readonly args?: readonly string[]; readonly folder?: string | undefined } = {},
): Link {
  const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const events = linkEvents();
  let lastWords = '';
  child.stderr.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString()).slice(-LAST_WORDS);
  });
  child.stdout.on('data', (bytes: Buffer) => events.data(bytes));
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => events.close(`cannot run ${program}: ${error.message}`));
  child.on('close', (code, signal) => {
    const said = lastWords.trim() === '' ? '' : `; it said: ${lastWords.trim()}`;
    events.close(`${program} ended (${signal ?? `exit code ${code ?? 'unknown'}`})${said}`);
  });

  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        child.stdin.write(bytes, (error) => {
          if (error == null) resolve();
          // Why the pipe broke is known once the program has ended.
          else events.onClose((reason) => reject(new DeviceError(reason ?? error.message, { cause: error })));
        });
      }),
    onData: events.onData,
    onClose: events.onClose,
    close: () => {
      if (events.closed()) return Promise.resolve();
      return new Promise((resolve) => {
        events.onClose(() => resolve());
        child.kill('SIGKILL');
      });
    },
  };
}
