import { describe, expect, it } from 'vitest';
import { linkLines, linkReport } from '../../toolkit/report/link.js';

/** A second of a line of 115200 baud: 11,520 bytes each way. */
const use = { sent: 11_000, received: 5760, repeats: 0, seconds: 1, waited: 0.25 };

describe('the report of a line', () => {
  it('tells the share of what the baud carry, each way; the fuller way counts', () => {
    const report = linkReport(use, 'serial', 115_200);
    expect(report).toEqual({
      seconds: 1,
      bytesToDevice: 11_000,
      bytesFromDevice: 5760,
      repeats: 0,
      waitingShare: 0.25,
      line: {
        baud: 115_200,
        bitsPerByte: 10,
        shareToDevice: 0.9549,
        shareFromDevice: 0.5,
        share: 0.9549,
      },
    });
    expect(linkLines(report, 'serial')).toEqual([
      'line: 11,000 bytes to the board, 5,760 from it in 1.0 s: 95.49 % of what 115200 baud carry',
    ]);
    expect(linkReport({ ...use, sent: 10 }, 'serial', 115_200)?.line?.share).toBe(0.5);
  });

  it('tells of repeats', () => {
    expect(linkLines(linkReport({ ...use, repeats: 1 }, 'serial', 115_200), 'serial')[0]).toMatch(
      /carry; 1 request was sent again$/,
    );
    expect(linkLines(linkReport({ ...use, repeats: 1200 }, 'qemu', 115_200), 'qemu')[0]).toMatch(
      /; 1,200 requests were sent again$/,
    );
  });

  it('has no line where there is none: the share of time that the emulator worked', () => {
    const report = linkReport(use, 'emulator:avr8js', 115_200);
    expect(report).toMatchObject({ waitingShare: 0.25, line: null });
    expect(linkLines(report, 'emulator:avr8js')).toEqual(['the emulator worked 25.00 % of 1.0 s']);
    expect(linkLines(linkReport(use, 'host', 115_200), 'host')).toEqual([]);
  });

  it('is none where nothing was asked', () => {
    const none = linkReport({ sent: 0, received: 0, repeats: 0, seconds: 0.001, waited: 0 }, 'serial', 9600);
    expect(none).toBeNull();
    expect(linkLines(none, 'serial')).toEqual([]);
  });
});
