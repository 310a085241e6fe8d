/** The framing of Telnet (RFC 854, RFC 855), pure: bytes to events and back. */

const IAC = 255;
const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;
const VERBS = { will: 251, wont: 252, do: 253, dont: 254 } as const;

/** `will` and `wont` are about the sender's own side, `do` and `dont` about the receiver's. */
export type Verb = keyof typeof VERBS;

export const OPTION = { binary: 0, suppressGoAhead: 3, comPort: 44 } as const;

export type TelnetEvent =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'negotiation'; readonly verb: Verb; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly payload: Uint8Array };

export interface TelnetDecoder {
  /** Takes received bytes, split anywhere, and returns what they complete; data between two commands is one event. */
  push(bytes: Uint8Array): TelnetEvent[];
}

/** Longest subnegotiation that is kept; what is longer is noise of a server that speaks no Telnet. */
const LONGEST_SUBNEGOTIATION = 1024;

/** Data as it goes on the line: a byte of 255 is doubled. */
export function telnetData(bytes: Uint8Array): Uint8Array {
  return bytes.includes(IAC)
    ? Uint8Array.from(Array.from(bytes).flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])))
    : bytes;
}

export function telnetNegotiation(verb: Verb, option: number): Uint8Array {
  return Uint8Array.of(IAC, VERBS[verb], option);
}

export function telnetSubnegotiation(option: number, payload: Uint8Array): Uint8Array {
  const content = telnetData(Uint8Array.of(option, ...payload));
  return Uint8Array.of(IAC, SUBNEGOTIATION, ...content, IAC, SUBNEGOTIATION_END);
}

function verbOf(byte: number): Verb | undefined {
  switch (byte) {
    case VERBS.will:
      return 'will';
    case VERBS.wont:
      return 'wont';
    case VERBS.do:
      return 'do';
    case VERBS.dont:
      return 'dont';
    default:
      return undefined;
  }
}

/** Commands without an option, such as NOP, are left out. A command within a subnegotiation ends it, unheard. */
export function telnetDecoder(): TelnetDecoder {
  let afterIac = false;
  let verb: Verb | undefined;
  let inside: number[] | undefined;

  return {
    push(bytes) {
      const events: TelnetEvent[] = [];
      let data: number[] = [];
      const flush = (): void => {
        if (data.length > 0) events.push({ kind: 'data', bytes: Uint8Array.from(data) });
        data = [];
      };
      const add = (event: TelnetEvent): void => {
        flush();
        events.push(event);
      };
      const content = (byte: number): void => {
        if (inside === undefined) data.push(byte);
        else if (inside.length <= LONGEST_SUBNEGOTIATION) inside.push(byte);
      };
      const command = (byte: number): void => {
        const ended = inside;
        inside = byte === SUBNEGOTIATION ? [] : undefined;
        verb = verbOf(byte);
        if (byte !== SUBNEGOTIATION_END || ended === undefined) return;
        const [option, ...payload] = ended;
        if (option === undefined || ended.length > LONGEST_SUBNEGOTIATION) return;
        add({ kind: 'subnegotiation', option, payload: Uint8Array.from(payload) });
      };
      for (const byte of bytes) {
        if (verb !== undefined) {
          add({ kind: 'negotiation', verb, option: byte });
          verb = undefined;
        } else if (afterIac) {
          afterIac = false;
          if (byte === IAC) content(IAC);
          else command(byte);
        } else if (byte === IAC) afterIac = true;
        else content(byte);
      }
      flush();
      return events;
    },
  };
}
