import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeFrame } from '../../toolkit/device/protocol/frame.js';
import { crc16, crc8 } from '../../toolkit/device/protocol/crc.js';
import { describeWithTool } from '../support/tools.js';
import { runBench } from './bench.js';

const LONGEST = 20;

/** What docs/protocol.md, section 2.1, says that a device makes of a line, one event a line. */
function events(line: readonly number[]): string[] {
  const said: string[] = [];
  let at = 0;
  while (at + 6 <= line.length) {
    const [start, type = 0, sequence = 0, low = 0, high = 0, check] = line.slice(at, at + 6);
    const length = low + 256 * high;
    const header = line.slice(at + 1, at + 5);
    if (start !== 0xa5 || crc8(header) !== check || length > LONGEST) {
      at++;
      continue;
    }
    said.push(`begin ${type} ${length}`);
    const payload = line.slice(at + 6, at + 6 + length);
    said.push(...payload.map((byte) => `payload ${byte}`));
    const end = at + 6 + length;
    if (end + 2 > line.length) return said;
    const sum = crc16(line.slice(at + 1, end));
    if ((line[end] ?? 0) + 256 * (line[end + 1] ?? 0) === sum) {
      said.push('end');
      const answer = encodeFrame({ type: type | 0x80, sequence, payload: Uint8Array.of(0x5a, length) });
      said.push(...Array.from(answer, (byte) => `sent ${byte}`));
    }
    at = end + 2;
  }
  return said;
}

const byte = fc.integer({ min: 0, max: 255 });
const frame = fc
  .record({ type: byte, sequence: byte, payload: fc.uint8Array({ maxLength: LONGEST + 2 }) })
  .map((one) => Array.from(encodeFrame(one)));
const damaged = fc
  .tuple(frame, fc.nat(), fc.integer({ min: 1, max: 255 }))
  .map(([bytes, at, flip]) => bytes.map((one, i) => (i === at % bytes.length ? one ^ flip : one)));
const noise = fc.array(fc.oneof(byte, fc.constant(0xa5)), { maxLength: 12 });
const halves = frame.chain((bytes) => fc.nat({ max: bytes.length }).map((count) => bytes.slice(0, count)));

describeWithTool(['iverilog', 'vvp'], 'the serial line in Verilog', () => {
  it.each([970, 1000, 1030])('bytes arrive, noise and a break do not: period of %i to 1000', (period) => {
    const sent = Array.from({ length: 256 }, (_, i) => (i * 73) % 256);
    expect(runBench('uart_bench', { CLOCKS_PER_BIT: 12, RECEIVER_PERIOD: period })).toEqual(
      [...sent, 0xa5].map((value) => `received ${value}`),
    );
  });

  it('finds the frames among noise, damaged and cut frames, and answers each whole one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(frame, damaged, noise, halves), { minLength: 1, maxLength: 40 }),
        (parts) => {
          // Zeros at the end take the place of bytes that a frame still waits for (section 2.2).
          const line = [...parts.flat(), ...Array.from({ length: LONGEST + 8 }, () => 0)];
          const hex = line.map((one) => one.toString(16)).join('\n');
          const said = runBench('frame_bench', { BYTES: line.length, LONGEST }, { 'line.hex': hex });
          expect(said).toEqual(events(line).length === 0 ? [''] : events(line));
        },
      ),
      { numRuns: 40 },
    );
  });
});
