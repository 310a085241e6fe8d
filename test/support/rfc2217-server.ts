import { createServer, type Server } from 'node:net';
import type { Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';
import {
  OPTION,
  telnetData,
  telnetDecoder,
  telnetNegotiation,
  telnetSubnegotiation,
  type Verb,
} from '../../toolkit/device/links/telnet.js';

export interface Rfc2217Behaviour {
  /** Options that it refuses. */
  readonly refuses?: readonly number[];
  /** What it answers to an order in place of "so it is"; null: nothing. */
  readonly answer?: (order: Uint8Array) => Uint8Array | null;
}

export interface Rfc2217Server {
  /** Payloads of the orders that came, command first. */
  readonly orders: number[][];
  /** Bytes for the port. */
  readonly received: number[];
  /** Bytes from the port. */
  send(bytes: Uint8Array): void;
  /** A payload of its own accord, such as FLOWCONTROL-SUSPEND. */
  tell(payload: Uint8Array): void;
}

/** The server's side of RFC 2217 on a line, with refusals on demand. */
export function rfc2217Server(line: Link, behaviour: Rfc2217Behaviour = {}): Rfc2217Server {
  const { refuses = [], answer } = behaviour;
  const decoder = telnetDecoder();
  const orders: number[][] = [];
  const received: number[] = [];
  const known: readonly number[] = Object.values(OPTION);
  const say = (bytes: Uint8Array): void => void line.write(bytes).catch(() => undefined);
  const tell = (payload: Uint8Array): void => say(telnetSubnegotiation(OPTION.comPort, payload));
  const replies: Readonly<Record<string, readonly [Verb, Verb]>> = {
    will: ['do', 'dont'],
    do: ['will', 'wont'],
  };
  line.onData((bytes) => {
    for (const event of decoder.push(bytes)) {
      if (event.kind === 'data') received.push(...event.bytes);
      else if (event.kind === 'negotiation') {
        const agrees = known.includes(event.option) && !refuses.includes(event.option);
        const verb = replies[event.verb]?.[agrees ? 0 : 1];
        if (verb !== undefined) say(telnetNegotiation(verb, event.option));
      } else {
        orders.push([...event.payload]);
        const usual = event.payload.with(0, (event.payload[0] ?? 0) + 100);
        const reply = answer === undefined ? usual : answer(event.payload);
        if (reply !== null) tell(reply);
      }
    }
  });
  return { orders, received, tell, send: (bytes) => say(telnetData(bytes)) };
}

/** Serves TCP on a free port of this machine; every caller's line goes to `serve`. */
export async function listen(serve: (line: Link) => void): Promise<{ port: number; close: () => void }> {
  const server: Server = createServer((socket) => {
    const events = linkEvents();
    socket.on('data', (bytes: Buffer) => events.data(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => events.close(null));
    serve({
      write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
      onData: events.onData,
      onClose: events.onClose,
      close() {
        socket.destroy();
        return Promise.resolve();
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => server.close() };
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(() => undefined);
  close();
  return port;
}
