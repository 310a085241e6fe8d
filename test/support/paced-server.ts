import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { wallClock } from '../../toolkit/device/index.js';
import { pacedLine } from './paced-line.js';

export interface PacedServer {
  /** As `--port` takes it. */
  readonly address: string;
  close(): void;
}

/** A program behind a TCP port of this machine, as a board behind a serial line of that speed; one at a time. */
export async function pacedServer(program: string, baud: number): Promise<PacedServer> {
  const children: ChildProcess[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    socket.on(
      'data',
      pacedLine(wallClock, baud, (bytes) => child.stdin.write(bytes)),
    );
    child.stdout.on(
      'data',
      pacedLine(wallClock, baud, (bytes) => socket.write(bytes)),
    );
    socket.on('close', () => child.kill('SIGKILL'));
    socket.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const child of children) child.kill('SIGKILL');
    },
  };
}
