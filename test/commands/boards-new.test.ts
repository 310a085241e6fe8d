import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listBoards, loadBoard, derivedBoard, parseBoard } from '../../toolkit/boards/index.js';
import { repository, tablize } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a board like another', () => {
  it.each(listBoards().map((board) => [board.id, board] as const))(
    '%s is a board of its own',
    (_id, like) => {
      const made = parseBoard(derivedBoard(like, { id: 'my-board-2' }), 'x.json');
      expect(made).toEqual({ ...like, id: 'my-board-2', title: 'My board 2' });
    },
  );
});

describe('tablize boards new', () => {
  it('writes a board file and a project, and the board can be used at once', async () => {
    const cwd = temporaryFolder('boards-new');
    const args = ['boards', 'new', 'blue', '--like', 'nucleo-f401re', '--title', 'Blue one', '--json'];
    const { code, stdout, stderr } = await tablize(args, { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining('blue.json: a board like nucleo-f401re')]);
    const said = JSON.parse(stdout) as { file: string; folder: string; files: string[]; model: string };
    expect(said).toMatchObject({ board: 'blue', like: 'nucleo-f401re', model: 'mnist-small' });
    expect(loadBoard(said.file)).toMatchObject({ id: 'blue', title: 'Blue one', target: 'stm32f4' });
    for (const file of said.files) expect(existsSync(join(said.folder, file))).toBe(true);
    expect(readFileSync(join(said.folder, 'firmware/config.h'), 'utf8')).toContain('#define BOARD_ID "blue"');
    const listed = await tablize(['boards', '--json'], { cwd });
    expect([listed.code, listed.stdout.includes('"blue"')]).toEqual([0, false]);
  });

  it('starts from a board file too, and renders the model that is asked for', async () => {
    const cwd = temporaryFolder('boards-new');
    await tablize(['boards', 'new', 'one', '--like', 'icebreaker'], { cwd });
    const model = join(repository, 'models/mnist-16');
    const { code, stdout } = await tablize(
      ['boards', 'new', 'two', '--like', 'one.json', '--out', 'sub/2.json', '--model', model],
      { cwd },
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('files of mnist-16 for it')]);
    expect(loadBoard(join(cwd, 'sub/2.json')).id).toBe('two');
  });

  it.each([
    ['an id that is none', ['My_Board', '--like', 'host'], /cannot be the id/, /small letters/],
    ['an id that is taken', ['microbit', '--like', 'host'], /a board "microbit" already/, /another id/],
    ['no other board', ['mine'], /--like/, /./],
    [
      'an unknown other board',
      ['mine', '--like', 'nucleo'],
      /no board "nucleo"/,
      /did you mean "nucleo-f401re"/,
    ],
    ['an empty title', ['mine', '--like', 'host', '--title', ''], /title/, /schema/],
    [
      'a model that does not fit',
      ['mine', '--like', 'arduino-uno', '--model', join(repository, 'models/mnist-cnn')],
      /needs/,
      /./,
      4,
    ],
    ['a file that is there', ['mine', '--like', 'host', '--out', 'there.json'], /already/, /--out/],
    ['a file that is no .json', ['mine', '--like', 'host', '--out', 'mine.txt'], /ends in \.json/, /--out/],
  ])('refuses %s, and writes nothing', async (_what, args, message, next, exit = 2) => {
    const cwd = temporaryFolder('boards-new');
    writeFileSync(join(cwd, 'there.json'), 'precious');
    const { code, stderr } = await tablize(['boards', 'new', ...args], { cwd });
    expect(code).toBe(exit);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(next);
    expect(readFileSync(join(cwd, 'there.json'), 'utf8')).toBe('precious');
    expect([existsSync(join(cwd, 'mine.json')), existsSync(join(cwd, 'build'))]).toEqual([false, false]);
  });
});
