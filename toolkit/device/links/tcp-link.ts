import { createConnection, type Socket } from 'node:net';
import { DeviceError } from '../../errors.js';
import type { Link } from '../device.js';
import { linkEvents } from './link-events.js';
import type { RemotePort } from './remote-port.js';

const CONNECT_PATIENCE = 5000;

/** A TCP connection as a line: its bytes are those of the board. Throws DeviceError when nobody takes the call within five seconds. */
export async function tcpLink({ host, port, address }: RemotePort): Promise<Link> {
  const socket = createConnection({ host, port, noDelay: true, keepAlive: true });
  await connected(socket, address);
  const events = linkEvents();
  socket.on('data', (bytes: Buffer) => events.data(bytes));
  socket.on('error', (error) => events.close(error.message));
  socket.on('close', () => events.close('the other side closed the connection'));
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error == null) resolve();
          else reject(error);
        });
      }),
    onData: events.onData,
    onClose: events.onClose,
    close() {
      events.close(null);
      socket.destroy();
      return Promise.resolve();
    },
  };
}

async function connected(socket: Socket, where: string): Promise<void> {
  const failure = await new Promise<Error | undefined>((resolve) => {
    const timer = setTimeout(() => {
      resolve(new Error(`no answer in ${CONNECT_PATIENCE / 1000} seconds`));
    }, CONNECT_PATIENCE);
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      resolve(error);
    };
    socket.once('connect', () => settle());
    socket.once('error', settle);
  });
  if (failure === undefined) return;
  socket.destroy();
  throw connectError(where, failure);
}

function connectError(where: string, cause: Error & { readonly code?: string }): DeviceError {
  switch (cause.code) {
    case 'ECONNREFUSED':
      return new DeviceError('nothing listens there: the connection was refused', {
        where,
        next: 'start the server of the port (such as ser2net), or correct the number after the colon',
        cause,
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new DeviceError('no machine has this name', {
        where,
        next: 'correct the name, or give the address in numbers',
        cause,
      });
    case undefined:
    default:
      return new DeviceError(`cannot connect: ${cause.message}`, {
        where,
        next: 'check that the machine is on, and that no firewall is between',
        cause,
      });
  }
}
