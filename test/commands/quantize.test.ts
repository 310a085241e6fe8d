import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SearchReport } from '../../toolkit/report/search.js';
import { tablize } from '../support/cli.js';
import { someDigits } from '../support/some-digits.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const digits = someDigits();
const quantize = (...more: string[]): string[] => [
  ...['quantize', '--model', 'models/mnist-small/float/model.json', '--calibrate', `${digits}:train`],
  ...more,
];
const out = (): string => join(temporaryFolder('quantize'), 'made');

interface Made {
  readonly tableEntries: number;
  readonly accuracy: { readonly float: number; readonly table: number };
  readonly search: SearchReport;
}

describe('tablize quantize --levels', () => {
  it('takes exceptions by stage, and tells them', async () => {
    const folder = out();
    const { code } = await tablize(quantize('--levels', '8x5,conv1=13x3', '--out', folder));
    expect(code).toBe(0);
    const { products, provenance } = JSON.parse(readFileSync(join(folder, 'table-network.json'), 'utf8')) as {
      products: Record<string, { activations: number; weights: number }>;
      provenance: { schemes: unknown };
    };
    expect(products['conv1']).toMatchObject({ activations: 13, weights: 3 });
    expect(products['dense1']).toMatchObject({ activations: 8, weights: 5 });
    expect(provenance.schemes).toEqual({
      activations: 'least squared error, 8 levels (conv1: 13)',
      weights: 'k-means, 5 levels (conv1: 3), after training',
    });
  });

  it.each([
    ['8x5,conv2=13x3', /no stage "conv2"[^]*did you mean "conv1"\? The stages with tables are conv1, dense1/],
    ['8x5,conv1', /expected a stage and its levels, such as conv1=13x3, in place of "conv1"/],
  ])('refuses %s', async (levels, message) => {
    const { code, stderr } = await tablize(quantize('--levels', levels, '--out', out()));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/defect in tablize|calibrating/);
  });
});

describe('tablize quantize --weights --activations', () => {
  it('finds levels by these schemes, and says so', async () => {
    const folder = out();
    const schemes = ['--weights', 'laplacian', '--activations', 'lloyd-max'];
    const { code } = await tablize(quantize(...schemes, '--out', folder));
    expect(code).toBe(0);
    const { provenance } = JSON.parse(readFileSync(join(folder, 'quantized.json'), 'utf8')) as {
      provenance: { schemes: unknown; command: string };
    };
    expect(provenance.schemes).toEqual({
      activations: 'lloyd-max, 8 levels',
      weights: 'laplacian, 5 levels, after training',
    });
    expect(provenance.command).toContain('--levels 8x5 --weights laplacian --activations lloyd-max');
  });

  it.each([
    ['0', '0'],
    ['1e300', '0'],
    ['1e-40', '1'],
  ])('a scale of %s with an offset of %s is refused', async (scale, offset) => {
    const { code, stderr } = await tablize(quantize('--scale', scale, '--offset', offset, '--out', out()));
    expect(code).toBe(2);
    expect(stderr).toMatch(/pixels of 0 to 255 would be .* to the network/);
    expect(stderr).toContain('--scale');
  });
});

describe('tablize quantize --budget', () => {
  it('finds levels that meet it, with a table of what was tried; they give the same by hand', async () => {
    const folder = out();
    const test = ['--test', `${digits}:test`];
    const run = await tablize(quantize(...test, '--budget', 'flash=16K,drop=3', '--out', folder, '--json'));
    expect(run.code).toBe(0);
    const { search, accuracy } = JSON.parse(run.stdout) as Made;
    expect(search.budget).toEqual({ flash: 16_384, drop: 3 });
    const best = search.candidates.find(({ levels }) => levels === search.best);
    expect(best).toMatchObject({ meets: true, pictures: 300, accuracy: accuracy.table });
    expect(best?.flash).toBeLessThanOrEqual(16_384);
    expect(100 * (accuracy.float - accuracy.table)).toBeLessThanOrEqual(3 + 1e-9);
    expect(best?.drop).toBeCloseTo(100 * (accuracy.float - accuracy.table), 9);
    const met = search.candidates.filter(({ meets }) => meets);
    for (const { entries } of met) expect(entries).toBeGreaterThanOrEqual(best?.entries ?? Infinity);
    expect(search.candidates.some(({ front }) => front)).toBe(true);
    expect(run.stderr).toMatch(/levels +entries +flash +accuracy +drop +pictures +front +budget/);
    expect(run.stderr).toContain(`>  ${search.best ?? ''} `);

    const again = out();
    await tablize(quantize(...test, '--levels', search.best ?? '', '--out', again));
    const [found, byHand] = [folder, again].map(
      (one) => JSON.parse(readFileSync(join(one, 'table-network.json'), 'utf8')) as Record<string, unknown>,
    );
    const { command } = found?.['provenance'] as { command: string };
    expect(command).toMatch(
      /^tablize quantize --model \S+ --calibrate \S+ --test \S+ --budget flash=16384,drop=3 --out /,
    );
    expect({ ...byHand, provenance: null }).toEqual({ ...found, provenance: null });
  });

  it('of flash alone needs no test pictures', async () => {
    const run = await tablize(quantize('--budget', 'flash=13600', '--out', out(), '--json'));
    expect(run.code).toBe(0);
    const { search } = JSON.parse(run.stdout) as Made;
    const best = search.candidates.find(({ levels }) => levels === search.best);
    expect(best?.flash).toBeLessThanOrEqual(13_600);
    for (const { meets, accuracy } of search.candidates)
      if (meets) expect(accuracy).toBeLessThanOrEqual(best?.accuracy ?? 0);
  });

  it('that nothing meets is a build that failed, and says what would have to give', async () => {
    const folder = out();
    const { code, stdout, stderr } = await tablize(
      quantize('--test', `${digits}:test`, '--budget', 'flash=12K,drop=0.5', '--out', folder),
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /no levels fit 12,288 bytes of flash: the smallest tables of those tried, 4x3, need [\d,]+ bytes/,
    );
    expect(stderr).toMatch(/next: +Allow flash=\d+, or make the layers smaller/);
    expect(stdout).toMatch(/levels +entries +flash/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be interrupted, and leaves nothing', async () => {
    const folder = out();
    let sent = false;
    const { code, stderr } = await tablize(
      quantize('--test', 'mnist:test', '--budget', 'drop=0.5', '--out', folder),
      {
        watch: (text, kill) => {
          if (sent || !text.includes(' entries, ')) return;
          sent = true;
          kill('SIGINT');
        },
      },
    );
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted/);
    expect(existsSync(join(folder, 'table-network.json'))).toBe(false);
  });

  it.each([
    [['flash=0'], /at least 1/],
    [['drop=-1'], /a drop of 0 to 100 points/],
    [['speed=3'], /expected flash and drop, such as flash=12K,drop=0\.5, in place of "speed=3"/],
    [['flash=12Q'], /bytes of flash.*in place of "12Q"/],
    [['flash=12K', '--levels', '8x5'], /cannot be used with option '--levels/],
    [['drop=0.5'], /no pictures to measure it with[^]*next: +give some with --test/],
  ])('refuses %s', async (budget, message) => {
    const folder = out();
    const { code, stderr } = await tablize(quantize('--out', folder, '--budget', ...budget));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/defect in tablize|calibrating/);
    expect(existsSync(folder)).toBe(false);
  });
});
