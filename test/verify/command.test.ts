import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boardPlace, placesOf } from '../../toolkit/commands/verify-boards.js';
import { loadModel } from '../../toolkit/commands/model.js';
import { loadDataSet, picture } from '../../toolkit/data/index.js';
import { InputError } from '../../toolkit/errors.js';
import type { DeploymentReport } from '../../toolkit/report/deployment.js';
import { pictureLines } from '../../toolkit/report/picture.js';
import { tablize, type CliResult } from '../support/cli.js';
import { pacedServer } from '../support/paced-server.js';
import { pseudoTerminal } from '../support/pseudo-terminal.js';
import { freePort } from '../support/rfc2217-server.js';
import { buildRung } from '../support/rungs.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeWithTool } from '../support/tools.js';

const model = join(process.cwd(), 'models/mnist-small');
const verify = (cwd: string, ...more: readonly string[]): Promise<CliResult> =>
  tablize(['verify', '--model', model, '--count', '60', ...more], { cwd });

describe('--board', () => {
  it('is given once per board, with a port or without', () => {
    const before = boardPlace('arduino-uno@/dev/serial/by-id/a@b');
    expect(boardPlace('host', before)).toEqual([
      { board: 'arduino-uno', port: '/dev/serial/by-id/a@b' },
      { board: 'host' },
    ]);
    const file = join(temporaryFolder('board'), 'my@board.json');
    writeFileSync(file, '{}');
    expect(boardPlace(file)).toEqual([{ board: file }]);
  });
  it('is the host, or the one that --port is for', () => {
    expect(placesOf(undefined, undefined)).toEqual([{ board: 'host' }]);
    expect(placesOf([{ board: 'arduino-uno' }], 'COM3')).toEqual([{ board: 'arduino-uno', port: 'COM3' }]);
  });
  it.each([
    [['host@a'], 'b', /--port is for one board/],
    [['host', 'host'], 'b', /--port is for one board/],
    [['host@a', 'host@a'], undefined, /two boards cannot be on one port/],
    [['host@'], undefined, /port after the @ is missing/],
    [['host@tcp://x'], undefined, /no address of a serial port/],
  ] as const)('%j with --port %s is refused', (texts, port, message) => {
    const places = texts.reduce<ReturnType<typeof boardPlace>>((all, text) => boardPlace(text, all), []);
    expect(() => placesOf(places, port)).toThrow(InputError);
    expect(() => placesOf(places, port)).toThrow(message);
  });
});

describeWithTool(['cc', 'script'], 'tablize verify', () => {
  it('shares pictures among boards, with one on a port and one that is not there', async () => {
    const cwd = temporaryFolder('verify');
    // Builds the program that the terminal then has behind it.
    expect((await verify(cwd)).code).toBe(0);
    const terminal = await pseudoTerminal(join(cwd, 'build/host/mnist-small/build/firmware'));
    const missing = `host@tcp://localhost:${await freePort()}`;
    const boards = ['host', `host@${terminal.path}`, missing].flatMap((board) => ['--board', board]);
    const { code, stdout, stderr } = await verify(cwd, ...boards, '--json');
    terminal.close();
    expect(JSON.parse(stdout)).toMatchObject({
      images: 60,
      requested: 60,
      leftOver: 0,
      mismatches: { labels: 0, logits: 0 },
      firstMismatch: null,
      boards: [
        { board: 'host', port: null, executor: 'host', stopped: null },
        { board: 'host', port: terminal.path, executor: 'serial', stopped: null },
        {
          images: 0,
          executor: null,
          picturesPerSecond: null,
          stopped: expect.stringMatching(/nothing listens/) as string,
        },
      ],
    });
    expect(stderr).toMatch(/60 of 60 pictures bit-exact/);
    expect(stderr).toMatch(/host on tcp:.* stopped: nothing listens there/);
    expect(code).toBe(0);

    const none = await verify(cwd, '--board', missing, '--board', `host@${join(cwd, 'nothing')}`);
    expect(none.code).toBe(5);
    expect(none.stdout).toMatch(/NOT FINISHED: 0 of 60/);
  });

  it('keeps a journal, goes on with it, and refuses it for another run', async () => {
    const cwd = temporaryFolder('verify');
    const journal = join(cwd, 'build/host/mnist-small.journal');
    expect((await verify(cwd, '--resume')).code).toBe(0);
    const lines = readFileSync(journal, 'utf8').split('\n');
    expect(lines).toHaveLength(62);
    writeFileSync(journal, lines.slice(0, 21).join('\n') + '\n{"image":20,"bo');
    const again = await verify(cwd, '--resume');
    expect(again.stdout).toMatch(/60 of 60 pictures bit-exact .*\(20 answers are from the journal\)/);
    expect(again.code).toBe(0);

    const anew = await verify(cwd, '--journal');
    expect(anew.code).toBe(2);
    expect(anew.stderr).toMatch(/there is a journal already/);
    const other = await verify(cwd, '--journal', journal, '--resume', '--images', 'mnist:train');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/other pictures or labels/);
    const kernels = await verify(cwd, '--resume', '--optimize', 'size');
    expect(kernels.code).toBe(2);
    expect(kernels.stderr).toMatch(/the firmware of "host" was another/);
  });

  it('shows the picture, the stage and the index where a board parts from the reference', async () => {
    const cwd = temporaryFolder('verify');
    const { network } = loadModel(model);
    // The hash is that of the network; the lowest bin of the first stage's table is not.
    const { elf } = await buildRung({ board: 'host', compiler: 'gcc', tools: [] }, network, {
      path: 'network/mnist_small.c',
      change: (text) =>
        text.replace(/(table_\w+\[\d+\] = \{(?:\s*0,)+\s*)1,/, (_all, head: string) => `${head}2,`),
    });
    const server = await pacedServer(elf, 4_000_000);
    const { code, stdout } = await verify(cwd, '--port', server.address);
    const asJson = await verify(cwd, '--port', server.address, '--json');
    server.close();
    expect([code, asJson.code]).toEqual([1, 1]);
    const { firstMismatch, link } = JSON.parse(asJson.stdout) as DeploymentReport;
    expect(firstMismatch).toMatchObject({ stage: network.stages[0]?.name, expected: 1, got: 2, note: null });
    const { image, index } = firstMismatch ?? {};
    const data = loadDataSet('mnist:test');
    const drawn = pictureLines(picture(data, image ?? -1), data.shape);
    expect(drawn.join('').length).toBeGreaterThan(50);
    expect(stdout).toContain(
      `first: picture ${image}, stage "${firstMismatch?.stage}", index ${index}: expected 1, got 2\n${drawn.join('\n')}\n`,
    );
    expect(link?.line).toMatchObject({ baud: 115_200, bitsPerByte: 10 });
    expect(stdout).toMatch(
      /line: [\d,]+ bytes to the board, [\d,]+ from it in [\d.]+ s: [\d.]+ % of what 115200 baud carry/,
    );
  });
});
