/** The payloads of Telnet's COM-PORT-OPTION (RFC 2217), pure. An answer repeats the command plus 100, and tells the value in force. */

const COMMAND = {
  baud: 1,
  dataSize: 2,
  parity: 3,
  stopSize: 4,
  control: 5,
  suspend: 8,
  resume: 9,
  purge: 12,
} as const;
const ANSWER = 100;

const PARITY_NONE = 1;
const CONTROL = { noFlowControl: 1, dtrOn: 8, dtrOff: 9, rtsOn: 11, rtsOff: 12 } as const;
const PURGE_BOTH = 3;

/** Something to ask of the port, and what it is in words. */
export interface PortSetting {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** The settings that a line of docs/protocol.md cannot do without: `baud`, 8 data bits, no parity, 1 stop bit, no flow control. */
export function lineSettings(baud: number): readonly PortSetting[] {
  return [
    { name: `${baud} baud`, payload: Uint8Array.of(COMMAND.baud, ...bigEndian(baud)) },
    { name: '8 data bits', payload: Uint8Array.of(COMMAND.dataSize, 8) },
    { name: 'no parity', payload: Uint8Array.of(COMMAND.parity, PARITY_NONE) },
    { name: '1 stop bit', payload: Uint8Array.of(COMMAND.stopSize, 1) },
    { name: 'no flow control', payload: Uint8Array.of(COMMAND.control, CONTROL.noFlowControl) },
  ];
}

/** What the driver of a local port does when it opens it: DTR and RTS on, nothing kept from before. A port need not have it. */
export function openingSettings(): readonly PortSetting[] {
  return [
    { name: 'DTR on', payload: Uint8Array.of(COMMAND.control, CONTROL.dtrOn) },
    { name: 'RTS on', payload: Uint8Array.of(COMMAND.control, CONTROL.rtsOn) },
    { name: 'buffers emptied', payload: Uint8Array.of(COMMAND.purge, PURGE_BOTH) },
  ];
}

/** DTR and RTS off, as a board is reset by; `openingSettings` turns them on again. */
export function resettingSettings(): readonly PortSetting[] {
  return [
    { name: 'DTR off', payload: Uint8Array.of(COMMAND.control, CONTROL.dtrOff) },
    { name: 'RTS off', payload: Uint8Array.of(COMMAND.control, CONTROL.rtsOff) },
  ];
}

/** Whether a server's payload answers the setting: that it is so, or which value is in force instead; undefined when it does not. */
export function answerTo(
  { payload }: PortSetting,
  answer: Uint8Array,
): { readonly done: boolean; readonly value: number } | undefined {
  if (answer.length !== payload.length || answer[0] !== (payload[0] ?? 0) + ANSWER) return undefined;
  const done = answer.every((byte, i) => i === 0 || byte === payload[i]);
  // Flow control, DTR and RTS are told by one command: a value above those of flow control is about another.
  if (payload[0] === COMMAND.control && (answer[1] ?? 0) > 3 && !done) return undefined;
  return { done, value: answer.subarray(1).reduce((value, byte) => value * 256 + byte, 0) };
}

/** Whether the server wants us to hold our bytes back, or to go on; undefined for any other payload. */
export function flowOf(payload: Uint8Array): 'suspend' | 'resume' | undefined {
  if (payload[0] === COMMAND.suspend + ANSWER) return 'suspend';
  return payload[0] === COMMAND.resume + ANSWER ? 'resume' : undefined;
}

function bigEndian(value: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
