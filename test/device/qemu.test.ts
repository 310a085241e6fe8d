import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { asEmulated, loadFirmwareBoard, type FirmwareBoard } from '../../toolkit/boards/index.js';
import { inInstructions } from '../../toolkit/device/emulators/in-instructions.js';
import { openDevice, qemuArguments, qemuLink, type Device, type Qemu } from '../../toolkit/device/index.js';
import { DeviceError, InterruptedError, ToolMissingError } from '../../toolkit/errors.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import { executePlan, findToolchain, planFirmware } from '../../toolkit/plan/index.js';
import { isExact, verify } from '../../toolkit/verify/index.js';
import { tablize } from '../support/cli.js';
import { expectLocated } from '../support/planted.js';
import { buildRung, QEMU_RUNGS } from '../support/rungs.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool, itWithTool } from '../support/tools.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const pictures = toyPictures(30);
const data = { images: Buffer.concat(pictures), labels: null };

function qemuOf(id: string): Qemu {
  const { emulator } = loadFirmwareBoard(id);
  if (emulator?.kind !== 'qemu') throw new Error(`${id} is not emulated by QEMU`);
  return emulator;
}

const HELLO = {
  protocol: 1,
  board: 'x',
  networkHash: '',
  clockHz: 1,
  pixels: 1,
  logits: 1,
  stages: 1,
  packedBits: 0,
  window: 0,
} as const;

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Whether a process of this id is there. */
function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

const path = process.env['PATH'] ?? '';
afterEach(() => {
  process.env['PATH'] = path;
});

/** Puts a script in the place of qemu-system-arm; it may use $PORT, that of the serial line. */
function fakeQemu(script: string): { readonly folder: string } {
  const folder = temporaryFolder('qemu');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const port = `PORT=$(echo "$*" | sed 's/.*127.0.0.1:\\([0-9]*\\).*/\\1/')`;
  writeFileSync(join(bin, 'qemu-system-arm'), `#!/bin/sh\necho $$ > ${folder}/id\n${port}\n${script}\n`);
  chmodSync(join(bin, 'qemu-system-arm'), 0o755);
  process.env['PATH'] = `${bin}${delimiter}${path}`;
  return { folder };
}

/** The process id that the script left behind. */
function idIn(folder: string): number {
  return Number(readFileSync(join(folder, 'id'), 'utf8'));
}

describe('what QEMU is started with', () => {
  it('is the machine, the image, deterministic time, and a serial line to this process', () => {
    expect(qemuArguments(qemuOf('mps2-an385'), '/x/firmware.elf', 4321).join(' ')).toBe(
      '-machine mps2-an385 -kernel /x/firmware.elf -icount shift=7 -serial tcp:127.0.0.1:4321,nodelay=on ' +
        '-nodefaults -no-user-config -no-reboot -display none -monitor none',
    );
  });

  it('is a processor without multiplier in the place of a CH32V003', () => {
    const text = qemuArguments(qemuOf('ch32v003'), 'f.elf', 1).join(' ');
    expect(text).toContain('-machine virt -cpu rv32,e=true,i=false,h=false,m=false,');
    expect(text).toContain('-bios none');
  });
});

describe('latencies in instructions', () => {
  const device = (latency: number): Device => ({
    executor: 'qemu',
    info: () => Promise.resolve({ ...HELLO, latencyUnit: 'cycles' }),
    infer: () => Promise.resolve({ label: 0, logits: new Int32Array(1), latency }),
    trace: () => Promise.resolve([]),
    traceStage: () => Promise.resolve(new Int32Array(0)),
    traffic: () => ({ sent: 0, received: 0, repeats: 0, now: 0, waited: 0 }),
    close: () => Promise.resolve(),
  });

  it.each([
    // 128 ns an instruction are 3.2 ticks of 25 MHz; a counter is behind by less than one.
    [7, 25_000_000, 3200, 1000],
    [7, 25_000_000, 3199, 1000],
    [0, 1_000_000_000, 12_345, 12_345],
    [0, null, 12_345, 12_345],
  ])('of 2^%i ns, counted at %j Hz: %i ticks are %i', async (shift, counterHz, ticks, instructions) => {
    const converted = inInstructions(device(ticks), { shift, counterHz });
    expect((await converted.infer(new Uint8Array(0))).latency).toBe(instructions);
    expect((await converted.info()).latencyUnit).toBe(counterHz === null ? 'cycles' : 'instructions');
  });

  itWithTool(['arm-none-eabi-gcc', 'qemu-system-arm'], 'are the same whatever time one takes', async () => {
    const rung = { board: 'mps2-an385', compiler: 'gcc', tools: [] } as const;
    const image = await buildRung(rung, network);
    const board = loadFirmwareBoard(rung.board);
    const latency = async (shift: number): Promise<number> => {
      const other = { ...board, emulator: { ...qemuOf(rung.board), shift } };
      const opened = await openDevice({ board: other, network, image });
      try {
        return (await opened.infer(pictures[0] ?? new Uint8Array(0))).latency;
      } finally {
        await opened.close();
      }
    };
    expect(await latency(8)).toBe(await latency(7));
  });
});

for (const rung of QEMU_RUNGS.filter(({ compiler }) => compiler === 'gcc')) {
  describeWithTool(rung.tools, `${rung.board} in QEMU`, () => {
    it('is bit-exact, and takes the same instructions every time', async () => {
      const image = await buildRung(rung, network);
      const run = async (): Promise<number[]> => {
        const device = await openDevice({ board: loadFirmwareBoard(rung.board), network, image });
        try {
          expect(device.executor).toBe('qemu');
          expect(await device.info()).toMatchObject({ board: rung.board, latencyUnit: 'instructions' });
          expect(isExact(await verify({ network, device, data }))).toBe(true);
          await expectLocated(device, network, pictures);
          const all: number[] = [];
          for (const picture of pictures.slice(0, 10)) all.push((await device.infer(picture)).latency);
          return all;
        } finally {
          await device.close();
        }
      };
      const first = await run();
      expect(Math.min(...first)).toBeGreaterThan(10_000);
      expect(await run()).toEqual(first);
    });
  });
}

describe('the twin of the CH32V003', () => {
  const board = loadFirmwareBoard('ch32v003');
  const twin = asEmulated(board);

  it('is the same board with another port, as small as the chip', () => {
    expect(twin).toMatchObject({ id: 'ch32v003', target: 'rv32_virt', clockHz: board.clockHz });
    expect([twin.memory?.flash.size, twin.memory?.ram.size]).toEqual([16_384, 2048]);
    expect(asEmulated(twin)).toEqual(twin);
  });

  itWithTool('riscv64-unknown-elf-gcc', 'has the very inference code of the chip', async () => {
    const toolchain = await findToolchain(board.toolchain, { prefer: 'gcc' });
    const assembly = async (built: FirmwareBoard): Promise<Map<string, string>> => {
      const folder = temporaryFolder('twin');
      const plan = planFirmware(firmwareProject(network, built), built, toolchain);
      await executePlan(plan, folder);
      return new Map(plan.products.assembly.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
    };
    expect(await assembly(twin)).toEqual(await assembly(board));
  });
});

describe('QEMU that does not run', () => {
  const board = loadFirmwareBoard('mps2-an385');
  const open = (signal?: AbortSignal): Promise<unknown> =>
    caught(
      openDevice({
        board,
        network,
        image: { elf: 'f.elf', bin: null },
        ...(signal === undefined ? {} : { signal }),
      }),
    );

  it('is missing: the error names the package', async () => {
    process.env['PATH'] = temporaryFolder('empty');
    const error = await open();
    expect(error).toBeInstanceOf(ToolMissingError);
    expect(error).toMatchObject({
      message: 'qemu-system-arm is not on the PATH',
      next: expect.stringContaining('apt-get install qemu-system-arm') as string,
    });
  });

  it('is too old for the machine', async () => {
    fakeQemu('echo "qemu-system-arm: unsupported machine type" >&2; exit 1');
    const error = await open();
    expect(error).toBeInstanceOf(DeviceError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/does not know the machine "mps2-an385": .*unsupported/) as string,
      next: expect.stringContaining('install a newer one') as string,
    });
  });

  it('ends before its machine runs: the error has its last words', async () => {
    fakeQemu('echo "could not load f.elf" >&2; exit 3');
    expect(await open()).toMatchObject({
      message: 'qemu-system-arm ended (exit code 3); it said: could not load f.elf',
    });
  });

  itWithTool('bash', 'ends while it is asked', async () => {
    fakeQemu(`exec bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT; sleep 0.3; echo 'lockup' >&2; exit 1"`);
    const error = await open();
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).toMatch(/ended \(exit code 1\); it said: lockup/);
  });

  it('is ended when it is interrupted while it starts', async () => {
    const { folder } = fakeQemu('exec sleep 60');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 500);
    expect(await open(controller.signal)).toBeInstanceOf(InterruptedError);
    expect(isAlive(idIn(folder))).toBe(false);
    expect(await open(AbortSignal.abort())).toBeInstanceOf(InterruptedError);
  });

  itWithTool('bash', 'is ended with its link, which may be closed twice', async () => {
    const { folder } = fakeQemu(`exec bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT; sleep 60"`);
    const link = await qemuLink(qemuOf('mps2-an385'), 'f.elf');
    const closed = new Promise<string | null>((resolve) => link.onClose(resolve));
    expect(isAlive(idIn(folder))).toBe(true);
    await link.close();
    await link.close();
    expect(await closed).toMatch(/SIGKILL/);
    expect(isAlive(idIn(folder))).toBe(false);
    await expect(link.write(Uint8Array.of(0))).rejects.toThrow(DeviceError);
  });
});

itWithTool(['arm-none-eabi-gcc', 'bash'], 'a command that is interrupted ends its QEMU', async () => {
  const { folder } = fakeQemu(`exec bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT; sleep 60"`);
  const { code } = await tablize(
    ['deploy', '--board', 'mps2-an385', '--model', 'models/mnist-small', '--out', join(folder, 'out')],
    {
      env: { PATH: process.env['PATH'] ?? '' },
      interruptWhen: () => existsSync(join(folder, 'id')),
    },
  );
  expect(code).toBe(130);
  expect(isAlive(idIn(folder))).toBe(false);
});
