import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo, lineSettings } from '../../toolkit/device/links/com-port.js';
import {
  telnetData,
  telnetDecoder,
  telnetNegotiation,
  telnetSubnegotiation,
  type TelnetEvent,
} from '../../toolkit/device/links/telnet.js';

/** Bytes in which those that mean something to Telnet are frequent. */
const bytes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 13, 240, 250, 251, 254, 255)))
  .map((list) => Uint8Array.from(list));
const option = fc.integer({ min: 0, max: 255 });
const event: fc.Arbitrary<TelnetEvent> = fc.oneof(
  bytes.map((data) => ({ kind: 'data' as const, bytes: data })),
  fc.record({
    kind: fc.constant('negotiation' as const),
    verb: fc.constantFrom('will', 'wont', 'do', 'dont'),
    option,
  }),
  fc.record({ kind: fc.constant('subnegotiation' as const), option, payload: bytes }),
);

function encode(event: TelnetEvent): Uint8Array {
  if (event.kind === 'data') return telnetData(event.bytes);
  return event.kind === 'negotiation'
    ? telnetNegotiation(event.verb, event.option)
    : telnetSubnegotiation(event.option, event.payload);
}

/** The same bytes in pieces, cut at these places. */
function pieces(line: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (line.length + 1)).sort((a, b) => a - b), line.length];
  return at.slice(1).map((end, i) => line.subarray(at[i], end));
}

/** Data that lies side by side as one event, since a split may make two of it. */
function joined(events: readonly TelnetEvent[]): TelnetEvent[] {
  return events.reduce<TelnetEvent[]>((all, event) => {
    const last = all.at(-1);
    if (event.kind !== 'data') return [...all, event];
    if (event.bytes.length === 0) return all;
    if (last?.kind !== 'data') return [...all, { kind: 'data', bytes: Uint8Array.from(event.bytes) }];
    return [...all.slice(0, -1), { kind: 'data', bytes: Uint8Array.of(...last.bytes, ...event.bytes) }];
  }, []);
}

function decode(chunks: readonly Uint8Array[]): TelnetEvent[] {
  const decoder = telnetDecoder();
  return joined(chunks.flatMap((chunk) => decoder.push(chunk)));
}

describe('the framing of Telnet', () => {
  it('gives back what was sent, wherever it is split', () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat()), (events, cuts) => {
        const line = Uint8Array.from(events.flatMap((each) => [...encode(each)]));
        expect(decode(pieces(line, cuts))).toEqual(joined(events));
      }),
    );
  });

  it('reads noise the same way however it is split, and finds its feet again', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), bytes, (noise, cuts, data) => {
        expect(decode(pieces(noise, cuts))).toEqual(decode([noise]));
        // Whatever state the noise left: the end of a subnegotiation, twice, ends it.
        const decoder = telnetDecoder();
        decoder.push(noise);
        for (let i = 0; i < 2; i++) decoder.push(Uint8Array.of(255, 240));
        expect(joined(decoder.push(telnetData(data)))).toEqual(joined([{ kind: 'data', bytes: data }]));
      }),
    );
  });

  it('leaves out commands without an option, and what they interrupt', () => {
    expect(decode([Uint8Array.of(1, 255, 241, 2, 255, 250, 44, 1, 255, 241, 3)])).toEqual([
      { kind: 'data', bytes: Uint8Array.of(1, 2, 3) },
    ]);
  });

  it('keeps no subnegotiation without end', () => {
    const noise = new Uint8Array(5000).fill(7);
    expect(decode([Uint8Array.of(255, 250), noise, Uint8Array.of(255, 240, 9)])).toEqual([
      { kind: 'data', bytes: Uint8Array.of(9) },
    ]);
  });
});

describe('the orders of RFC 2217', () => {
  it('carry the speed with its highest byte first', () => {
    expect([...(lineSettings(115_200)[0]?.payload ?? [])]).toEqual([1, 0, 1, 0xc2, 0]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (baud) => {
        const [setting] = lineSettings(baud);
        if (setting === undefined) throw new Error('no speed');
        const data = new DataView(Uint8Array.from(setting.payload).buffer);
        expect(data.getUint32(1)).toBe(baud);
        expect(answerTo(setting, setting.payload.with(0, 101))).toEqual({ done: true, value: baud });
      }),
    );
  });

  it('are answered by their own command alone, and flow control not by DTR and RTS', () => {
    const [, size, , , flow] = lineSettings(9600);
    if (size === undefined || flow === undefined) throw new Error('no settings');
    expect(answerTo(size, Uint8Array.of(102, 7))).toEqual({ done: false, value: 7 });
    for (const other of [[2, 8], [103, 8], [102], [102, 8, 8]])
      expect(answerTo(size, Uint8Array.from(other))).toBeUndefined();
    expect(answerTo(flow, Uint8Array.of(105, 1))).toEqual({ done: true, value: 1 });
    expect(answerTo(flow, Uint8Array.of(105, 3))).toEqual({ done: false, value: 3 });
    expect(answerTo(flow, Uint8Array.of(105, 8))).toBeUndefined();
  });
});
