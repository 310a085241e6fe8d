import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import {
  avr8Link,
  EMULATOR_TIMING,
  emulatedLink,
  isAvrChip,
  openDevice,
  rp2040Link,
  serialDevice,
  type EmulatedLink,
} from '../../toolkit/device/index.js';
import type { Machine } from '../../toolkit/device/emulators/machine.js';
import { encodeFrame, frameDecoder } from '../../toolkit/device/protocol/frame.js';
import { encodeInference } from '../../toolkit/device/protocol/messages.js';
import { DeviceError } from '../../toolkit/errors.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { fakeDevice } from '../support/fake-device.js';
import { expectLocated } from '../support/planted.js';
import { buildRung } from '../support/rungs.js';
import { requireTool } from '../support/tools.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const pictures = toyPictures(30);
const [picture = new Uint8Array(0)] = pictures;
const data = { images: Buffer.concat(pictures), labels: null };
const points = createInterpreter(network).infer(picture, { trace: true }).trace ?? [];

const caught = async (promise: Promise<unknown>): Promise<DeviceError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${String(error)}`);
  return error;
};

const boards = [
  { id: 'host', tool: 'gcc', executor: 'host' },
  { id: 'raspberry-pi-pico', tool: 'arm-none-eabi-gcc', executor: 'emulator:rp2040js' },
  { id: 'arduino-uno', tool: 'avr-gcc', executor: 'emulator:avr8js' },
  { id: 'arduino-mega2560', tool: 'avr-gcc', executor: 'emulator:avr8js' },
];

for (const { id, tool, executor } of boards) {
  describe.skipIf(!requireTool(tool))(`${id}, emulated`, () => {
    const board = loadFirmwareBoard(id);
    let image: { elf: string; bin: string | null } = { elf: '', bin: null };
    beforeAll(async () => {
      image = await buildRung({ board: board.id, compiler: 'gcc', tools: [] }, network);
    });

    it('computes what the reference computes, at every stage', async () => {
      const device = await openDevice({ board, network, image });
      expect(device.executor).toBe(executor);
      expect(await device.info()).toMatchObject({ board: id, pixels: 64, logits: 5, stages: 3 });
      const result = await verify({ network, device, data });
      expect(isExact(result)).toBe(true);
      for (const [point, values] of points.entries()) {
        expect(await device.traceStage(picture, point, values.length)).toEqual(values);
      }
      await device.close();
    });

    it('shows where it parts from a reference with one other weight', async () => {
      const device = await openDevice({ board, network, image });
      const { firstMismatch } = await expectLocated(device, network, pictures);
      expect(['hidden', 'narrow']).toContain(firstMismatch?.stage);
      await device.close();
    });

    if (id === 'host') return;

    it('takes the same cycles every time', async () => {
      const latencies = async (): Promise<number[]> => {
        const device = await openDevice({ board, network, image });
        const all: number[] = [];
        for (const each of pictures) all.push((await device.infer(each)).latency);
        await device.close();
        return all;
      };
      const first = await latencies();
      expect(await latencies()).toEqual(first);
      expect(Math.min(...first)).toBeGreaterThan(1000);
    });

    it('is exact with requests sent ahead, as a real board is driven', async () => {
      const bin = readFileSync(image.bin ?? '');
      const link = isAvrChip(board.target) ? avr8Link({ bin, chip: board.target }) : rp2040Link({ bin });
      const options = { network, executor: 'host', where: 'x', timing: EMULATOR_TIMING } as const;
      const device = await serialDevice(link, { ...options, clock: link.clock });
      expect(isExact(await verify({ network, device, data }))).toBe(true);
      await device.close();
      await expect(link.write(Uint8Array.of(0))).rejects.toThrow(DeviceError);
    });
  });
}

const hello = (link: EmulatedLink): Promise<unknown> => {
  const timing = { ...EMULATOR_TIMING, hello: { patience: 20, repeats: 1 } };
  const options = { network, executor: 'emulator:rp2040js', where: 'x', timing } as const;
  return serialDevice(link, { ...options, clock: link.clock });
};

describe('RP2040 firmware that fails', () => {
  const words = readFileSync(assetPath('firmware-templates/targets/rp2040/boot2.c'), 'utf8').match(
    /0x[0-9a-f]{8}(?=u)/g,
  );
  const boot2 = new Uint8Array(Uint32Array.from((words ?? []).slice(-64), Number).buffer);
  /** A flash image with these instructions at its reset handler. */
  const program = (...code: number[]): Uint8Array => {
    const vectors = Uint32Array.from({ length: 48 }, () => 0x100001c1);
    vectors[0] = 0x20001000;
    return Buffer.concat([
      boot2,
      new Uint8Array(vectors.buffer),
      new Uint8Array(Uint16Array.from(code).buffer),
    ]);
  };
  const sleep = [0xbf30, 0xe7fd];

  it('is silent: given up in the time of the chip', async () => {
    const link = rp2040Link({ bin: program(...sleep) });
    const error = await caught(hello(link));
    expect(error.message).toBe('the device does not answer (asked 2 times)');
    expect(error.next).toMatch(/hangs/);
    expect(link.clock.now()).toBeGreaterThan(40);
    expect(link.clock.now()).toBeLessThan(200);
  });

  it.each([
    [
      'reads an address that is not there',
      [0x2030, 0x0600, 0x6800, ...sleep],
      /crashed near 0x1000.*address/,
    ],
    ['reads across words', [0x2020, 0x0600, 0x3001, 0x6800, ...sleep], /crashed near 0x1000.*aligned/],
    ['writes where nothing is', [0x2030, 0x0600, 0x6000, ...sleep], /crashed near 0x1000.*address/],
    ['meets no instruction', [0xde00], /breakpoint|not implemented/],
    ['stops at a breakpoint', [0xbe2a], /breakpoint \(42\) at 0x1000/],
    ['jumps into nothing', [0x2005, 0x0700, 0x4700], /crashed/],
  ])('%s', async (_, code, message) => {
    expect((await caught(hello(rp2040Link({ bin: program(...code) })))).message).toMatch(message);
  });

  it('would not be started by the boot ROM', () => {
    const damaged = program(...sleep);
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    expect(() => rp2040Link({ bin: damaged })).toThrow(/boot ROM would not start.*checksum 0x4be63314/);
    expect(() => rp2040Link({ bin: new Uint8Array(256) })).toThrow(/no program/);
  });
});

describe('ATmega328P firmware that fails', () => {
  const program = (...code: number[]): Uint8Array => new Uint8Array(Uint16Array.from(code).buffer);

  it('is silent', async () => {
    const link = avr8Link({ bin: program(0xcfff) });
    expect((await caught(hello(link))).message).toMatch(/does not answer/);
    expect(link.cycles()).toBeGreaterThan(40 * 16_000);
  });
  it('runs into erased flash', async () => {
    const error = await caught(hello(avr8Link({ bin: program(0, 0, 0) })));
    expect(error.message).toMatch(/erased flash at 0x00000006/);
  });
  it('runs its stack out of the RAM', async () => {
    // push r0; rjmp .-4
    expect((await caught(hello(avr8Link({ bin: program(0x920f, 0xcffe) })))).message).toMatch(
      /stack pointer/,
    );
  });
  it('runs its stack out of the RAM of an ATmega2560', async () => {
    const link = avr8Link({ bin: program(0x920f, 0xcffe), chip: 'atmega2560' });
    expect((await caught(hello(link))).message).toMatch(/stack pointer/);
  });
  it('does not fit', () => {
    expect(() => avr8Link({ bin: new Uint8Array(0x8001) })).toThrow(DeviceError);
    expect(() => avr8Link({ bin: new Uint8Array(0) })).toThrow(DeviceError);
  });
});

describe('the time of an emulated board', () => {
  /** A chip that needs 50 ms of ours for one of its own, and answers every request after 15 of them. */
  const slowMachine = (): Machine => {
    const decoder = frameDecoder();
    const fake = fakeDevice(network);
    let now = 0;
    let out: { at: number; bytes: Uint8Array }[] = [];
    fake.onData((bytes) => out.push({ at: now + 15, bytes }));
    return {
      now: () => now,
      cycles: () => now,
      pending: () => 0,
      receive(bytes) {
        for (const frame of decoder.push(bytes)) {
          void fake.write(encodeFrame(frame));
        }
      },
      sent() {
        const due = out.filter(({ at }) => at <= now);
        out = out.filter(({ at }) => at > now);
        return Buffer.concat(due.map(({ bytes }) => bytes));
      },
      run(milliseconds) {
        const until = performance.now() + 50 * Math.min(1, milliseconds);
        while (performance.now() < until);
        now += Math.min(1, milliseconds);
      },
    };
  };

  it('does not run out because the emulator is slower than the chip', async () => {
    const link = emulatedLink(slowMachine());
    const timing = { first: 40, least: 40, repeats: 0, hello: { patience: 40, repeats: 0 }, perByte: 0 };
    const options = { network, executor: 'emulator:avr8js', where: 'x', timing } as const;
    const device = await serialDevice(link, { ...options, clock: link.clock });
    const start = performance.now();
    const { logits } = await device.infer(picture);
    expect(encodeInference({ label: 0, latency: 0, logits })).toHaveLength(26);
    expect(performance.now() - start).toBeGreaterThan(15 * 50 * 0.9);
    await device.close();
  });
});
