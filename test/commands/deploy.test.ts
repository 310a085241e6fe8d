import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tablize } from '../support/cli.js';
import { describeWithDataSet } from '../support/data-sets.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { pseudoTerminal } from '../support/pseudo-terminal.js';
import { itWithTool } from '../support/tools.js';

interface Report {
  readonly images: number;
  readonly accuracy: { readonly reference: number; readonly device: number };
  readonly size: { readonly flash: number };
  readonly latency: { readonly median: number; readonly max: number };
}

/** Deploys a model of models/ to an emulated board and expects every answer to be right to the bit. */
function deploys(
  board: string,
  tools: string | readonly string[],
  name: string,
  count: number,
  levels: readonly [number, number],
): void {
  itWithTool(tools, `${board}: ${count} pictures of ${name}, bit-exact, no multiplication`, async () => {
    const out = join(temporaryFolder('test'), 'out');
    const given = ['--board', board, '--model', `models/${name}`, '--count', `${count}`];
    const { code, stdout } = await tablize(['deploy', ...given, '--out', out, '--json', '-']);
    const report = JSON.parse(stdout) as Report;
    const [activationLevels, weightLevels] = levels;
    expect(report).toMatchObject({
      board,
      ...EXECUTORS[board],
      images: count,
      mismatches: { labels: 0, logits: 0 },
      multiplies: { inference: 0, floats: 0 },
      firstMismatch: null,
      stopped: null,
      model: { name, tableEntries: activationLevels * weightLevels, activationLevels, weightLevels },
    });
    expect(report.accuracy.device).toBe(report.accuracy.reference);
    // Three pictures may hold a hard one.
    if (count >= 100) expect(report.accuracy.device).toBeGreaterThan(0.8);
    expect(report.latency.median).toBeGreaterThan(0);
    expect(report.latency.max).toBeGreaterThanOrEqual(report.latency.median);
    expect(report.size.flash).toBeGreaterThan(0);
    expect(code).toBe(0);
  });
}

const EXECUTORS: Readonly<Record<string, object>> = {
  host: { executor: 'host', latency: { unit: 'nanoseconds' } },
  'raspberry-pi-pico': { executor: 'emulator:rp2040js', latency: { unit: 'cycles' } },
  'arduino-uno': { executor: 'emulator:avr8js', latency: { unit: 'cycles' } },
  microbit: { executor: 'qemu', latency: { unit: 'instructions' } },
};

describe('tablize deploy --json', () => {
  deploys('host', 'cc', 'mnist-cnn', 10_000, [8, 5]);
  deploys('host', 'cc', 'mnist-16', 10_000, [8, 5]);
  deploys('raspberry-pi-pico', 'arm-none-eabi-gcc', 'mnist-mlp', 200, [8, 5]);
  deploys('arduino-uno', 'avr-gcc', 'mnist-small', 200, [8, 5]);
  deploys('microbit', ['arm-none-eabi-gcc', 'qemu-system-arm'], 'mnist-small', 20, [8, 5]);

  describeWithDataSet('fashion-mnist', 'the networks for Fashion-MNIST', () => {
    for (const network of ['mobilenet', 'resnet', 'alexnet']) {
      deploys('host', 'cc', `fashion-${network}-8x5`, 100, [8, 5]);
      deploys('host', 'cc', `fashion-${network}-20x16`, 100, [20, 16]);
    }
    deploys('raspberry-pi-pico', 'arm-none-eabi-gcc', 'fashion-mobilenet-8x5', 3, [8, 5]);
    deploys('raspberry-pi-pico', 'arm-none-eabi-gcc', 'fashion-resnet-20x16', 3, [20, 16]);
  });

  it('--dry-run prints the command lines and makes nothing', async () => {
    const cwd = temporaryFolder('test');
    const model = join(process.cwd(), 'models/mnist-small');
    const { code, stdout } = await tablize(
      ['deploy', '--board', 'arduino-uno', '--model', model, '--port', '/dev/ttyACM0', '--dry-run'],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/-c network\/|-S network\//);
    expect(stdout).toMatch(/^\S*avrdude .*-P \/dev\/ttyACM0/m);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('without a compiler', () => {
  /** A machine with node alone and an empty cache. */
  const bare = (): Record<string, string> => ({
    PATH: '/nowhere',
    TABLIZE_CACHE: join(temporaryFolder('cache'), 'cache'),
  });

  it('render writes the project, and --dry-run shows the commands; neither fetches anything', async () => {
    const env = bare();
    const out = join(temporaryFolder('test'), 'out');
    const rendered = await tablize(
      ['render', '--board', 'raspberry-pi-pico', '--model', 'models/mnist-small', '--out', out],
      { env },
    );
    expect(rendered.code).toBe(0);
    expect(readdirSync(out)).toContain('build.sh');
    const shown = await tablize(
      ['build', '--board', 'raspberry-pi-pico', '--model', 'models/mnist-small', '--dry-run'],
      { env },
    );
    expect(existsSync(env['TABLIZE_CACHE'] ?? '')).toBe(false);
    if (process.platform === 'linux' && process.arch === 'x64') {
      expect(shown.stdout).toMatch(/zig cc .*-S network\/mnist_small\.c/);
      expect(shown.stderr).toMatch(/to be fetched/);
    }
  });
});

describe('a board on a port', () => {
  /** The host's firmware behind a pseudo-terminal, as if it were a board. */
  async function withBoard(
    model: string,
    use: (path: string, kill: () => void) => Promise<void>,
  ): Promise<void> {
    const out = join(temporaryFolder('test'), 'out');
    const built = await tablize(['build', '--board', 'host', '--model', model, '--out', out, '--json']);
    const { products } = JSON.parse(built.stdout) as { products: string[] };
    const terminal = await pseudoTerminal(products[0] ?? '');
    try {
      await use(terminal.path, () => terminal.killProgram());
    } finally {
      terminal.close();
    }
  }

  itWithTool(['cc', 'script'], 'is verified through its port', async () => {
    await withBoard('models/mnist-small', async (path) => {
      const { code, stdout } = await tablize([
        'verify',
        '--model',
        'models/mnist-small',
        '--port',
        path,
        '--count',
        '50',
        '--json',
      ]);
      expect(JSON.parse(stdout)).toMatchObject({
        executor: 'serial',
        images: 50,
        mismatches: { labels: 0, logits: 0 },
        size: null,
      });
      expect(code).toBe(0);
    });
  });

  itWithTool(['cc', 'script'], 'that runs another network is refused, exit code 5', async () => {
    await withBoard('models/mnist-mlp', async (path) => {
      const { code, stderr } = await tablize([
        'verify',
        '--model',
        'models/mnist-small',
        '--port',
        path,
        '--count',
        '5',
      ]);
      expect(stderr).toMatch(/network/);
      expect(stderr).toMatch(/next:.*(flash|deploy)/);
      expect(code).toBe(5);
    });
  });

  itWithTool(
    ['cc', 'script'],
    'that stops half-way: what was verified is reported, exit code 5',
    async () => {
      await withBoard('models/mnist-small', async (path, kill) => {
        let killed = false;
        const { code, stdout } = await tablize(
          ['verify', '--model', 'models/mnist-small', '--port', path, '--count', '10000', '--json'],
          {
            watch: (stderr) => {
              if (killed || !/verified [1-9]\d* of/.test(stderr)) return;
              killed = true;
              kill();
            },
          },
        );
        const report = JSON.parse(stdout) as Report & { stopped: string };
        expect(report.images).toBeGreaterThan(0);
        expect(report.images).toBeLessThan(10_000);
        expect(report.stopped).toMatch(/\S/);
        expect(code).toBe(5);
      });
    },
  );
});

describe('Ctrl-C', () => {
  itWithTool(
    'cc',
    'ends a verification with what was verified, exit code 130, and leaves no child behind',
    async () => {
      const out = join(temporaryFolder('test'), 'out');
      let asked = false;
      const { code, stdout } = await tablize(
        ['deploy', '--board', 'host', '--model', 'models/mnist-cnn', '--out', out, '--json'],
        {
          watch: (stderr, kill) => {
            if (asked || !/verified [1-9]\d* of/.test(stderr)) return;
            asked = true;
            kill('SIGINT');
          },
        },
      );
      expect(code).toBe(130);
      const report = JSON.parse(stdout) as Report;
      expect(report.images).toBeGreaterThan(0);
      expect(report.images).toBeLessThan(10_000);
      expect(running(out)).toEqual([]);
    },
  );

  itWithTool('arm-none-eabi-gcc', 'ends a build, exit code 130', async () => {
    const out = join(temporaryFolder('test'), 'out');
    const { code } = await tablize(
      ['build', '--board', 'raspberry-pi-pico', '--model', 'models/mnist-mlp', '--out', out],
      {
        watch: (stderr, kill) => {
          if (stderr.includes('[1/')) kill('SIGINT');
        },
      },
    );
    expect(code).toBe(130);
  });
});

/** Command lines of processes that mention a path (Linux). */
function running(path: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(path));
}
