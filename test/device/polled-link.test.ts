import { describe, expect, it } from 'vitest';
import { polledLink, type Link } from '../../toolkit/device/index.js';
import { linkEvents } from '../../toolkit/device/links/link-events.js';

/** A program that says what it is told to, and remembers what it was given. */
function program() {
  const events = linkEvents();
  const given: number[][] = [];
  const link: Link = {
    write: (bytes) => {
      given.push([...bytes]);
      return Promise.resolve();
    },
    onData: events.onData,
    onClose: events.onClose,
    close: () => {
      events.close(null);
      return Promise.resolve();
    },
  };
  return {
    link,
    given,
    say: (text: string) => events.data(Buffer.from(text)),
    end: (reason: string) => events.close(reason),
  };
}

describe('a link over a program that asks for each byte', () => {
  it('answers a poll at once, with a byte or with none', async () => {
    const { link, given, say } = program();
    const polled = polledLink(link);
    say('poll\n');
    const written = polled.write(Uint8Array.of(7, 0));
    say('poll\npoll\npoll\n');
    await written;
    expect(given).toEqual([
      [0, 0],
      [1, 7],
      [1, 0],
      [0, 0],
    ]);
  });

  it('answers one that waits when there is a byte, once', () => {
    const { link, given, say } = program();
    const polled = polledLink(link);
    say('wait\n');
    expect(given).toEqual([]);
    void polled.write(Uint8Array.of(1, 2));
    expect(given).toEqual([[1, 1]]);
    say('poll\n');
    expect(given).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  it('passes bytes on, wherever lines are cut, and leaves other words out', () => {
    const { link, say } = program();
    const got: number[] = [];
    polledLink(link).onData((bytes) => got.push(...bytes));
    for (const text of ['by', 'te a5\nWARNING: byte 12\nbyte 0', '0\n', 'byte zz\n']) say(text);
    expect(got).toEqual([0xa5, 0]);
  });

  it('ends as the program ends, and says why to whoever still writes', async () => {
    const { link, end } = program();
    const polled = polledLink(link);
    const reasons: (string | null)[] = [];
    polled.onClose((reason) => reasons.push(reason));
    const written = polled.write(Uint8Array.of(1));
    end('vvp ended');
    await expect(written).rejects.toThrow('vvp ended');
    await expect(polled.write(Uint8Array.of(1))).rejects.toThrow('vvp ended');
    expect(reasons).toEqual(['vvp ended']);
  });
});
