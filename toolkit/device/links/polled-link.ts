import { DeviceError } from '../../errors.js';
import type { Link } from '../device.js';
import { linkEvents } from './link-events.js';

/** Bytes on their way, and whom to tell when the last was taken. */
interface Sending {
  readonly bytes: Uint8Array;
  taken: number;
  readonly done: () => void;
  readonly failed: (error: DeviceError) => void;
}

/**
 * A link over a program that cannot read without waiting, and so asks for each byte (hdl-templates/simulation/board.v): it writes the lines
 * `poll`, `wait` and `byte xx`, and the first two are answered with two bytes, 1 and a byte, or 0 and 0 where there is none. `wait` is
 * answered only when there is one. Other lines are words for people.
 */
export function polledLink(program: Link): Link {
  const events = linkEvents();
  const queue: Sending[] = [];
  let waiting = false;
  let rest = '';

  const answer = (): void => {
    const [first] = queue;
    if (first === undefined) return;
    waiting = false;
    const byte = first.bytes[first.taken++] ?? 0;
    const isLast = first.taken === first.bytes.length;
    if (isLast) queue.shift();
    program.write(Uint8Array.of(1, byte)).then(
      () => {
        if (isLast) first.done();
      },
      // Why is told when the program has ended.
      () => undefined,
    );
  };
  const read = (line: string): void => {
    const byte = /^byte ([0-9a-f]{2})$/.exec(line)?.[1];
    if (byte !== undefined) events.data(Uint8Array.of(parseInt(byte, 16)));
    if (line !== 'poll' && line !== 'wait') return;
    if (queue.length > 0) answer();
    else if (line === 'wait') waiting = true;
    else program.write(Uint8Array.of(0, 0)).catch(() => undefined);
  };
  program.onData((bytes) => {
    const lines = (rest + Buffer.from(bytes).toString('latin1')).split(/\r?\n/);
    rest = lines.pop() ?? '';
    lines.forEach(read);
  });
  program.onClose((reason) => {
    for (const { failed } of queue.splice(0)) failed(new DeviceError(reason ?? 'the program has ended'));
    events.close(reason);
  });

  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (events.closed()) {
          events.onClose((reason) => reject(new DeviceError(reason ?? 'the program has ended')));
          return;
        }
        if (bytes.length === 0) {
          resolve();
          return;
        }
        queue.push({ bytes: bytes.slice(), taken: 0, done: resolve, failed: reject });
        if (waiting) answer();
      }),
    onData: events.onData,
    onClose: events.onClose,
    close: () => program.close(),
  };
}
