import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serialDevice, type Device, type Timing } from '../../toolkit/device/index.js';
import { InputError } from '../../toolkit/errors.js';
import { networkHash } from '../../toolkit/network/index.js';
import { openJournal, verify, type JournalHeader, type Verification } from '../../toolkit/verify/index.js';
import { repository } from '../support/cli.js';
import { fakeDevice, type FakeDevice, type FakeOptions } from '../support/fake-device.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const pictures = toyPictures(40);
const data = { images: Buffer.concat(pictures), labels: pictures.map((_, i) => i % 5) };
const header: JournalHeader = {
  network: networkHash(network),
  pictures: { set: 'toy', count: 40, hash: 'abc' },
  boards: [
    { id: 'fake', firmware: null },
    { id: 'other', firmware: '123' },
  ],
};
const timing: Timing = {
  first: 30_000,
  least: 30_000,
  repeats: 1,
  hello: { patience: 30_000, repeats: 1 },
  perByte: 0,
};
const flipped = {
  ...network,
  stages: network.stages.map((stage) =>
    stage.name === 'logits' && stage.kind === 'dense' ? { ...stage, bias: stage.bias.with(3, 999) } : stage,
  ),
};

const folder = temporaryFolder('journal');
let files = 0;
const newFile = (text?: string): string => {
  const path = join(folder, 'deep', `${files++}.journal`);
  if (text !== undefined) {
    if (!existsSync(join(folder, 'deep'))) openJournal(newFile(), header, { resume: false }).close();
    writeFileSync(path, text);
  }
  return path;
};
const open = async (options: FakeOptions): Promise<{ link: FakeDevice; device: Device }> => {
  // A clock of its own: latencies do not count the requests.
  const answer = options.answer ?? ((frame) => [frame]);
  const link = fakeDevice(network, {
    ...options,
    answer: (frame, n, self) =>
      answer(
        frame.type === 0x82 ? { ...frame, payload: frame.payload.with(2, 7).with(3, 0) } : frame,
        n,
        self,
      ),
  });
  return { link, device: await serialDevice(link, { network, executor: 'serial', timing, where: 'fake' }) };
};
/** Verifies with a journal; what came out, and how many pictures were asked for. */
const run = async (
  path: string,
  options: FakeOptions = {},
  resume = true,
): Promise<{ result: Omit<Verification, 'link'>; asked: number }> => {
  const journal = openJournal(path, header, { resume });
  try {
    const { link, device } = await open(options);
    const { link: use, ...result } = await verify({ network, device, data, record: journal });
    expect(use.repeats).toBe(0);
    await device.close();
    return { result, asked: link.requests.filter(({ type }) => type === 0x02).length };
  } finally {
    journal.close();
  }
};
const dies =
  (after: number): NonNullable<FakeOptions['answer']> =>
  (frame, n, link) => {
    if (n === after) link.end('unplugged');
    return [frame];
  };

const whole = await (async () => {
  const path = newFile();
  const { result } = await run(path, {}, false);
  return { path, result, text: readFileSync(path, 'utf8') };
})();
const lines = whole.text.split('\n').slice(0, -1);

describe('a journal', () => {
  it('has a header and a line for every picture', () => {
    expect(whole.result).toMatchObject({ images: 40, resumed: 0, stopped: null });
    expect(lines).toHaveLength(41);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ format: 'tablize journal 1', ...header });
    expect(lines.slice(1).map((line) => (JSON.parse(line) as { image: number }).image)).toEqual(
      pictures.map((_, i) => i),
    );
  });

  it('lets a run go on that its board ended', async () => {
    const path = newFile();
    const first = await run(path, { answer: dies(25) });
    expect(first.result.stopped).toMatch(/unplugged/);
    expect(first.result.images).toBeGreaterThan(5);
    const second = await run(path);
    expect(second.asked).toBe(40 - first.result.images);
    expect(second.result).toEqual({ ...whole.result, resumed: first.result.images });
    const third = await run(path);
    expect(third).toEqual({ result: { ...whole.result, resumed: 40 }, asked: 0 });
  });

  it('that is torn anywhere loses the torn line, and no more', async () => {
    const bytes = Buffer.from(whole.text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), async (length) => {
        const kept = bytes.subarray(0, length).toString();
        const path = newFile(kept);
        const answers = Math.max(0, kept.split('\n').length - 2);
        const { result, asked } = await run(path);
        expect(result).toEqual({ ...whole.result, resumed: answers });
        expect(asked).toBe(40 - answers);
        expect(readFileSync(path, 'utf8')).toBe(whole.text);
      }),
      { numRuns: 60 },
    );
  });

  it('that is damaged anywhere never changes the verdict: it is refused', async () => {
    const bytes = Buffer.from(whole.text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const path = newFile();
        writeFileSync(path, bytes.with(at, (bytes[at] ?? 0) ^ change));
        await expect(run(path)).rejects.toThrow(InputError);
      }),
      { numRuns: 100 },
    );
  });

  it('without a line in the middle asks for that picture again; with a line twice it is refused', async () => {
    const without = await run(newFile(`${lines.toSpliced(7, 1).join('\n')}\n`));
    expect(without).toEqual({ result: { ...whole.result, resumed: 39 }, asked: 1 });
    await expect(run(newFile(`${[...lines, lines[7]].join('\n')}\n`))).rejects.toThrow(
      /line 42 of the journal is damaged/,
    );
  });

  it('keeps a difference, and its place', async () => {
    const path = newFile();
    const first = await run(path, { runs: flipped, answer: dies(38) });
    expect(first.result.stopped).toMatch(/unplugged/);
    expect(first.result.firstMismatch).toMatchObject({ image: 0, stage: 'logits', index: 3, note: null });
    const second = await run(path);
    expect(second.result).toMatchObject({
      images: 40,
      mismatches: { logits: first.result.mismatches.logits },
      firstMismatch: first.result.firstMismatch,
    });
    // Without the place, the difference is there still.
    const text = readFileSync(path, 'utf8').split('\n');
    const placeless = text.filter((line) => !line.includes('"mismatch"')).join('\n');
    const third = await run(newFile(placeless));
    expect(third.result.mismatches).toEqual(second.result.mismatches);
    expect(third.result.firstMismatch).toMatchObject({ image: 0, stage: 'logits', index: 3 });
    expect(third.result.firstMismatch?.note).toMatch(/earlier run/);
  });

  it.each<[string, JournalHeader, RegExp]>([
    ['network', { ...header, network: 'f'.repeat(64) }, /its network has the hash/],
    [
      'number of pictures',
      { ...header, pictures: { ...header.pictures, count: 39 } },
      /40 pictures, this run 39/,
    ],
    ['picture', { ...header, pictures: { ...header.pictures, hash: 'abd' } }, /other pictures or labels/],
    ['board', { ...header, boards: [{ id: 'third', firmware: null }] }, /no board "third"/],
    [
      'firmware',
      { ...header, boards: [{ id: 'other', firmware: '124' }] },
      /firmware of "other" was another/,
    ],
  ])('of another %s is refused', (_, other, message) => {
    const path = newFile(whole.text);
    expect(() => openJournal(path, other, { resume: true })).toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(whole.text);
  });

  it('is for the boards that it knows, or some of them', () => {
    const one = { ...header, boards: header.boards.slice(1) };
    openJournal(newFile(whole.text), one, { resume: true }).close();
  });

  it('is not overwritten, and no other file is', () => {
    expect(() => openJournal(whole.path, header, { resume: false })).toThrow(/there is a journal already/);
    for (const text of ['notes\n', 'notes', '{"format":"other"}\n', `${lines[1]}\n`]) {
      const path = newFile(text);
      expect(() => openJournal(path, header, { resume: true })).toThrow(/no journal/);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    expect(() => openJournal(folder, header, { resume: true })).toThrow(InputError);
    expect(() => openJournal('/proc/nowhere/journal', header, { resume: true })).toThrow(InputError);
  });

  it('is for one process at a time, which the error names', async () => {
    const path = newFile();
    const library = pathToFileURL(join(repository, 'dist/verify/index.js')).href;
    const holds = `import { openJournal } from ${JSON.stringify(library)};
      openJournal(${JSON.stringify(path)}, ${JSON.stringify(header)}, { resume: false });
      console.log('open');
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', holds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void other.kill('SIGKILL'));
    await once(other.stdout, 'data');
    for (const resume of [true, false]) {
      expect(() => openJournal(path, header, { resume })).toThrow(
        `process ${other.pid} is writing this journal`,
      );
    }
    other.kill('SIGKILL');
    await once(other, 'exit');
    // What a killed process leaves is no lock.
    expect(existsSync(`${path}.lock`)).toBe(true);
    const journal = openJournal(path, header, { resume: true });
    expect(() => openJournal(path, header, { resume: true })).toThrow(`process ${process.pid} is writing`);
    journal.close();
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.lock'))).toEqual([]);
    expect((await run(path)).result.images).toBe(40);
  });

  it.each([
    ['of a process that has ended', JSON.stringify({ pid: 2 ** 22 + 1, machine: hostname() })],
    ['of this process before it was this one', JSON.stringify({ pid: process.pid, machine: hostname() })],
    ['without sense', 'x'],
  ])('is taken over with a lock %s', (_, text) => {
    const path = newFile(whole.text);
    writeFileSync(`${path}.lock`, text);
    openJournal(path, header, { resume: true }).close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is not taken from another machine, of whose processes nothing is known', () => {
    const path = newFile(whole.text);
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 17, machine: 'elsewhere' }));
    expect(() => openJournal(path, header, { resume: true })).toThrow(/process 17 on elsewhere is writing/);
  });
});
