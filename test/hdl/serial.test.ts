import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeFrame } from '../../toolkit/device/protocol/frame.js';
import { describeWithTool } from '../support/tools.js';
import { runBench } from './bench.js';
import { framesOn } from './frames-on-a-line.js';

const LONGEST = 20;

/** What the bench says of a line, one event a line. */
function events(line: readonly number[]): string[] {
  return framesOn(line, LONGEST).flatMap(({ type, sequence, length, payload, isWhole }) => {
    const answer = encodeFrame({ type: type | 0x80, sequence, payload: Uint8Array.of(0x5a, length) });
    return [
      `begin ${type} ${length}`,
      ...payload.map((byte) => `payload ${byte}`),
      ...(isWhole ? ['end', ...Array.from(answer, (byte) => `sent ${byte}`)] : []),
    ];
  });
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
