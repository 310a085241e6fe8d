import { describe, expect, it } from 'vitest';
import { serialDevice, type Device, type Timing } from '../../toolkit/device/index.js';
import { encodeFrame } from '../../toolkit/device/protocol/frame.js';
import { encodeError } from '../../toolkit/device/protocol/messages.js';
import { DeviceError, InputError, InterruptedError } from '../../toolkit/errors.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { fakeDevice, type FakeDevice, type FakeOptions } from '../support/fake-device.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const interpreter = createInterpreter(network);
const pictures = toyPictures(40);
const [picture = new Uint8Array(0)] = pictures;

/** Short enough to wait for, long enough for a busy machine. */
const quick: Timing = {
  first: 300,
  least: 150,
  repeats: 3,
  hello: { patience: 60, repeats: 3 },
  perByte: 0,
};
const patient: Timing = { ...quick, first: 30_000, least: 30_000 };
const open = (link: FakeDevice, more: object = {}): Promise<Device> =>
  serialDevice(link, { network, executor: 'serial', timing: quick, where: '/dev/toy', ...more });
const opened = async (options: FakeOptions = {}): Promise<{ link: FakeDevice; device: Device }> => {
  const link = fakeDevice(network, options);
  return { link, device: await open(link) };
};
const failure = async (promise: Promise<unknown>): Promise<DeviceError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${String(error)}`);
  return error;
};
const expectRight = async (device: Device, all = pictures): Promise<void> => {
  const answers = await Promise.all(all.map((each) => device.infer(each)));
  answers.forEach(({ label, logits }, i) => {
    expect({ label, logits }).toEqual(interpreter.infer(all[i] ?? picture));
  });
};

describe('a device on a good line', () => {
  it('infers raw and packed pictures, many at once', async () => {
    for (const packedBits of [0, 2, 3, 4, 5, 8]) {
      const { link, device } = await opened({ info: { packedBits } });
      await expectRight(device);
      expect(new Set(link.requests.slice(1).map(({ payload }) => payload.length))).toEqual(
        new Set([packedBits === 0 || packedBits === 8 ? 64 : 8 * packedBits]),
      );
      await device.close();
    }
  });

  it('sends raw bytes when the indices do not fit the packing', async () => {
    const { link, device } = await opened({ info: { packedBits: 1 } });
    await expectRight(device, [picture]);
    expect(link.requests.at(-1)?.payload.length).toBe(64);
  });

  it('traces all points, and long ones in parts', async () => {
    const { link, device } = await opened();
    const points = interpreter.infer(picture, { trace: true }).trace ?? [];
    expect(await device.trace(picture)).toHaveLength(4);
    for (const [point, values] of points.entries()) {
      expect(await device.traceStage(picture, point, values.length)).toEqual(values);
    }
    expect(link.requests.length).toBe(1 + 1 + 2 + 2 + 1 + 1);
  });

  it('keeps the frames beyond the first within the window', async () => {
    for (const [window, most] of [
      [0, 1],
      [71, 1],
      [72, 2],
      [3 * 72 + 5, 4],
    ] as const) {
      let held = 0;
      let worst = 0;
      const link = fakeDevice(network, { info: { window } });
      link.onData(() => held--);
      const write = link.write.bind(link);
      link.write = (bytes) => {
        worst = Math.max(worst, ++held);
        return write(bytes);
      };
      await expectRight(await open(link, { timing: patient }));
      expect(worst).toBe(most);
    }
  });

  it('refuses a picture of another size', async () => {
    const { device } = await opened();
    await expect(device.infer(new Uint8Array(63))).rejects.toThrow(InputError);
    await expect(device.trace(new Uint8Array(65))).rejects.toThrow(InputError);
    await expect(device.traceStage(new Uint8Array(0), 0, 1)).rejects.toThrow(InputError);
  });

  it('settles when it is closed, twice too, and refuses what comes later', async () => {
    const { device } = await opened({ answer: (frame, n) => (n === 0 ? [frame] : []) });
    const pending = failure(device.infer(picture));
    await device.close();
    await device.close();
    expect((await pending).message).toContain('closed');
    expect((await failure(device.infer(picture))).message).toContain('closed');
  });

  it('settles its close when the driver hangs', async () => {
    const { link, device } = await opened();
    link.close = () => new Promise(() => undefined);
    const start = performance.now();
    await device.close();
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a device that is not what was expected', () => {
  it.each([
    [{ protocol: 2 }, /version 2 .* version 1/, /firmware with this version/],
    [{ networkHash: '0123456789abcdef' }, /another network.*0123456789abcdef/, /flash the firmware/],
    [{ pixels: 63 }, /63 pixels, not 64/, /again/],
    [{ logits: 9 }, /9 logits, not 5/, /again/],
    [{ stages: 1 }, /1 stages, not 3/, /again/],
    [{ board: 'a b' }, /what no device can be/, /again/],
  ])('%j', async (info, message, next) => {
    const error = await failure(open(fakeDevice(network, { info })));
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(next);
    expect(error.where).toBe('/dev/toy');
  });

  it('is told from another board', async () => {
    const error = await failure(open(fakeDevice(network), { board: 'raspberry-pi-pico' }));
    expect(error.message).toMatch(/"fake", not "raspberry-pi-pico"/);
    const device = await open(fakeDevice(network), { board: 'fake' });
    await device.close();
  });

  it('closes the line', async () => {
    const link = fakeDevice(network, { info: { protocol: 9 } });
    const closed = new Promise((resolve) => link.onClose(resolve));
    await failure(open(link));
    await closed;
  });
});

describe('a device on a bad line', () => {
  it('is silent: asked a bounded number of times', async () => {
    const link = fakeDevice(network, { answer: () => [] });
    const error = await failure(open(link));
    expect(error.message).toBe('the device does not answer (asked 4 times)');
    expect(error.next).toMatch(/powered/);
    expect(link.requests).toHaveLength(4);
    expect(new Set(link.requests.map(({ sequence }) => sequence)).size).toBe(1);
  });

  it('stops half-way: everything pending is rejected', async () => {
    const { device } = await opened({ answer: (frame, n) => (n < 10 ? [frame] : []) });
    const settled = await Promise.allSettled(pictures.map((each) => device.infer(each)));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    const error = await failure(device.infer(picture));
    expect(error.message).toBe('the device does not answer (asked 4 times)');
  });

  it('starts late', async () => {
    const device = await open(fakeDevice(network, { answer: (frame, n) => (n < 3 ? [] : [frame]) }));
    await expectRight(device);
  });

  it('answers everything twice', async () => {
    const { device } = await opened({ answer: (frame) => [frame, frame] });
    await expectRight(device);
  });

  it('answers with another sequence number, type or length as well', async () => {
    const { device } = await opened({
      answer: (frame) => [
        { ...frame, sequence: (frame.sequence + 50) & 0xff },
        { ...frame, type: 0x84 },
        ...(frame.type === 0x81 ? [] : [{ ...frame, payload: frame.payload.subarray(1) }]),
        frame,
      ],
    });
    await expectRight(device);
  });

  it('loses an answer: an answer to a later request shows it, before any time-out', async () => {
    let lost = 0;
    const link = fakeDevice(network, {
      answer: (frame, n) => {
        if (n !== 5) return [frame];
        lost++;
        return [];
      },
    });
    const device = await open(link, { timing: patient });
    await expectRight(device);
    expect(lost).toBe(1);
    expect(link.requests.length).toBe(1 + pictures.length + 1);
  });

  it('answers a request late, after it was repeated', async () => {
    const { link, device } = await opened({
      answer: (frame, n, self) => {
        if (n !== 3) return [frame];
        setTimeout(() => self.say(frame), 500);
        return [];
      },
    });
    await expectRight(device, pictures.slice(0, 6));
    expect(link.requests.length).toBeGreaterThan(7);
  });

  it('is found behind a header made of noise, without asking again', async () => {
    const header = encodeFrame({ type: 0x84, sequence: 9, payload: new Uint8Array(200) }).subarray(0, 6);
    const { link, device } = await opened({
      answer: (frame, n, self) => {
        if (n === 1) self.noise(header);
        return [frame];
      },
    });
    await expectRight(device, [picture]);
    expect(link.requests).toHaveLength(2);
  });

  it('refuses a request', async () => {
    const { device } = await opened({
      answer: (frame, n) => [n === 2 ? { ...frame, type: 0xff, payload: encodeError(2) } : frame],
    });
    await device.infer(picture);
    const error = await failure(device.infer(picture));
    expect(error.message).toBe('the device refused a request: the request has a wrong length');
    expect(error.next).toMatch(/firmware/);
    await device.infer(picture);
  });

  it('goes away: everything pending is rejected with the reason', async () => {
    const { device } = await opened({
      answer: (frame, n, self) => {
        if (n === 4) self.end('unplugged');
        return [frame];
      },
    });
    const errors = await Promise.all(pictures.slice(0, 8).map((each) => device.infer(each).catch(String)));
    expect(errors.at(-1)).toMatch(/unplugged/);
    expect((await failure(device.infer(picture))).message).toMatch(/unplugged/);
    await device.close();
  });

  it('is interrupted by the signal', async () => {
    const abort = new AbortController();
    const link = fakeDevice(network, { answer: (frame, n) => (n === 0 ? [frame] : []) });
    const device = await open(link, { signal: abort.signal });
    const pending = device.infer(picture).catch((error: unknown) => error);
    abort.abort();
    expect(await pending).toBeInstanceOf(InterruptedError);
    await expect(open(fakeDevice(network), { signal: abort.signal })).rejects.toThrow(InterruptedError);
  });
});
