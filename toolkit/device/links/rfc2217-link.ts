import { DeviceError } from '../../errors.js';
import { wallClock, type Clock } from '../clock.js';
import type { Link } from '../device.js';
import {
  answerTo,
  flowOf,
  lineSettings,
  openingSettings,
  resettingSettings,
  type PortSetting,
} from './com-port.js';
import { PULSE } from './control-lines.js';
import { linkEvents } from './link-events.js';
import {
  OPTION,
  telnetData,
  telnetDecoder,
  telnetNegotiation,
  telnetSubnegotiation,
  type Verb,
} from './telnet.js';

export interface Rfc2217Options {
  readonly baud: number;
  /** The server, for messages. */
  readonly where: string;
  /** Milliseconds for the whole of opening. */
  readonly patience?: number;
  readonly clock?: Clock;
  /** Lets DTR and RTS go for a moment, which resets some boards. */
  readonly reset?: 'dtr' | undefined;
}

const PATIENCE = 5000;

/** What we offer, and what we ask of the server. */
const OURS: readonly number[] = [OPTION.binary, OPTION.suppressGoAhead, OPTION.comPort];
const THEIRS: readonly number[] = [OPTION.binary, OPTION.suppressGoAhead];
/** What the server has to say before the port can be set. */
const NEEDED: readonly (readonly [Verb, number])[] = [
  ['do', OPTION.binary],
  ['will', OPTION.binary],
  ['do', OPTION.comPort],
];
const REFUSALS = { do: 'dont', dont: 'dont', will: 'wont', wont: 'wont' } as const;

const SERVE =
  'serve the port with RFC 2217 (ser2net: "accepter: telnet(rfc2217),tcp,2217"), or give tcp://host:port for a server of raw bytes';

/**
 * A serial port behind a server of RFC 2217, over a connection to it: 8 data bits, no parity, 1 stop bit, no flow
 * control, DTR and RTS on. Throws DeviceError when the server speaks no RFC 2217, sets the port otherwise, or goes
 * away; the connection is closed then.
 */
export async function rfc2217Link(connection: Link, options: Rfc2217Options): Promise<Link> {
  const { baud, where, patience = PATIENCE, clock = wallClock, reset } = options;
  const events = linkEvents();
  const decoder = telnetDecoder();
  const agreed = new Set<string>();
  let unset = lineSettings(baud);
  let ordered = false;
  /** Passed by every write, so that bytes keep their order when the server suspends and resumes them. */
  let gate = Promise.resolve();
  let resume = (): void => undefined;
  let opened: (failure: DeviceError | undefined) => void = () => undefined;
  const opening = new Promise<DeviceError | undefined>((resolve) => (opened = resolve));

  const fail = (message: string, next: string): void => opened(new DeviceError(message, { where, next }));
  // A write that fails is told by the end of the connection.
  const say = (bytes: Uint8Array): void => void connection.write(bytes).catch(() => undefined);
  const order = ({ payload }: PortSetting): void => say(telnetSubnegotiation(OPTION.comPort, payload));

  const negotiate = (verb: Verb, option: number): void => {
    if (verb === 'dont' || verb === 'wont') {
      if (!NEEDED.some(([needed, which]) => which === option && REFUSALS[needed] === verb)) return;
      if (option === OPTION.comPort)
        fail('the server refuses COM-PORT-OPTION: its port cannot be set', SERVE);
      else fail('the server refuses BINARY: it does not carry bytes of eight bits', SERVE);
    } else if (!(verb === 'do' ? OURS : THEIRS).includes(option)) {
      say(telnetNegotiation(verb === 'do' ? 'wont' : 'dont', option));
    } else {
      agreed.add(`${verb} ${option}`);
      if (ordered || !NEEDED.every(([needed, which]) => agreed.has(`${needed} ${which}`))) return;
      ordered = true;
      [...unset, ...openingSettings()].forEach(order);
    }
  };

  const portSays = (payload: Uint8Array): void => {
    const flow = flowOf(payload);
    if (flow === 'suspend') gate = new Promise((resolve) => (resume = resolve));
    if (flow === 'resume') resume();
    for (const setting of unset) {
      const answer = answerTo(setting, payload);
      if (answer === undefined) continue;
      unset = unset.filter((each) => each !== setting);
      if (!answer.done) {
        fail(
          `the server's port does not do ${setting.name}: its value is ${answer.value}`,
          'give a --baud that the firmware and the port can do, or allow the setting on the server',
        );
      } else if (unset.length === 0) opened(undefined);
    }
  };

  connection.onClose((reason) => {
    resume();
    fail(
      `the connection closed before the port was set up${reason === null ? '' : `: ${reason}`}`,
      'see whether another program uses the port (ser2net serves one at a time), and whether the board is connected there',
    );
    events.close(reason);
  });
  connection.onData((bytes) => {
    for (const event of decoder.push(bytes)) {
      if (event.kind === 'data') events.data(event.bytes);
      else if (event.kind === 'negotiation') negotiate(event.verb, event.option);
      else if (event.option === OPTION.comPort) portSays(event.payload);
    }
  });
  const cancel = clock.after(patience, () => {
    const within = `within ${patience / 1000} seconds`;
    if (ordered) {
      fail(
        `the server did not set its port ${within}: ${unset.map(({ name }) => name).join(', ')}`,
        'restart the server, and check that the board is connected to it',
      );
    } else fail(`this is no server of RFC 2217: it did not agree to COM-PORT-OPTION ${within}`, SERVE);
  });
  for (const option of OURS) say(telnetNegotiation('will', option));
  for (const option of THEIRS) say(telnetNegotiation('do', option));

  const failure = await opening;
  cancel();
  if (failure !== undefined) {
    await connection.close().catch(() => undefined);
    throw failure;
  }
  if (reset === 'dtr') {
    resettingSettings().forEach(order);
    await new Promise<void>((resolve) => void clock.after(PULSE, resolve));
    openingSettings().forEach(order);
  }
  return {
    write: (bytes) => gate.then(() => connection.write(telnetData(bytes))),
    onData: events.onData,
    onClose: events.onClose,
    close: () => {
      events.close(null);
      resume();
      return connection.close();
    },
  };
}
