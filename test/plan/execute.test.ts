import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildError, InputError, InterruptedError } from '../../toolkit/errors.js';
import type { BuildPlan, Products } from '../../toolkit/plan/build-plan.js';
import { executePlan, findToolchain, planFirmware, writeFiles } from '../../toolkit/plan/index.js';
import { describeWithTool, requireTool } from '../support/tools.js';
import { BOARDS, temporaryFolder, tinyProject } from './tiny.js';
import { zigIsThere } from '../support/zig.js';

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const KINDS = ['host', 'arm', 'avr'] as const;
const NATIVE = { host: 'cc', arm: 'arm-none-eabi-gcc', avr: 'avr-gcc' } as const;

async function build(kind: (typeof KINDS)[number], prefer: 'gcc' | 'zig', out: string) {
  const toolchain = await findToolchain(BOARDS[kind].toolchain, { prefer });
  const plan = planFirmware(tinyProject(kind), BOARDS[kind], toolchain);
  const result = await executePlan(plan, out);
  return { plan, result };
}

function expectProducts(plan: BuildPlan<Products>, out: string): void {
  for (const path of [plan.products.elf, plan.products.bin, plan.products.hex, plan.products.uf2]) {
    if (path !== null) expect(readFileSync(join(out, path)).length, path).toBeGreaterThan(0);
  }
  expect(plan.products.assembly.map((path) => existsSync(join(out, path)))).toEqual([true]);
}

/** Runs the project's own build.sh in a copy of its files and compares every product. */
function expectScriptAgrees(plan: BuildPlan<Products>, out: string, env: Record<string, string>): void {
  const copy = temporaryFolder();
  try {
    writeFiles(plan.files, copy.path);
    execFileSync('sh', [join(copy.path, 'build.sh')], { env: { ...process.env, ...env }, cwd: '/' });
    for (const path of [plan.products.bin, plan.products.hex, plan.products.uf2, ...plan.products.assembly]) {
      if (path === null) continue;
      expect(readFileSync(join(copy.path, path)).equals(readFileSync(join(out, path))), path).toBe(true);
    }
    if (plan.products.bin === null) expect(spawnSync(join(copy.path, plan.products.elf)).status).toBe(6);
  } finally {
    copy.remove();
  }
}

for (const kind of KINDS) {
  describeWithTool(NATIVE[kind], `a native build for ${kind}`, () => {
    it('makes all products, and build.sh makes the same', async () => {
      const { plan } = await build(kind, 'gcc', folder.path);
      expectProducts(plan, folder.path);
      expectScriptAgrees(plan, folder.path, {});
    });
  });
}

describe.skipIf(!zigIsThere())('a build with zig [needs the zig package]', () => {
  for (const kind of KINDS) {
    it(`makes all products for ${kind}, and build.sh makes the same`, async () => {
      const { plan } = await build(kind, 'zig', folder.path);
      expectProducts(plan, folder.path);
      const argv0 = plan.commands[0]?.argv[0] ?? '';
      expectScriptAgrees(plan, folder.path, {
        ...plan.commands[0]?.env,
        CC: `${argv0} cc`,
        OBJCOPY: `${argv0} objcopy`,
      });
    }, 240_000);
  }
});

const command = (script: string, timeoutSeconds = 10) =>
  ({ title: 'a step', argv: ['sh', '-c', script], env: {}, timeoutSeconds }) as const;

const planOf = (script: string, timeoutSeconds?: number): BuildPlan<Products> => ({
  name: 'build',
  inputs: [],
  files: new Map([['a.txt', 'a']]),
  folders: [],
  commands: [command(script, timeoutSeconds)],
  uf2: null,
  products: { elf: 'a.txt', bin: null, hex: null, uf2: null, assembly: [] },
});

describe.skipIf(!requireTool('sh'))('executing a plan [needs sh]', () => {
  it('reports a failing command with its last lines and the log', async () => {
    const failure = executePlan(planOf('echo first; echo wrong number >&2; exit 3'), folder.path);
    await expect(failure).rejects.toThrow(BuildError);
    await expect(failure).rejects.toThrow(/wrong number/);
    expect(readFileSync(join(folder.path, 'build', 'build.log'), 'utf8')).toMatch(/first[\s\S]*wrong number/);
  });

  it('ends a command and its children at the time limit', async () => {
    const started = Date.now();
    const failure = executePlan(planOf('sleep 60 & sleep 60; wait', 0.3), folder.path);
    await expect(failure).rejects.toThrow(/took longer than 0.3 s/);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('ends a command and its children when it is interrupted', async () => {
    const controller = new AbortController();
    const pids = join(folder.path, 'pids');
    const script = `sleep 60 & echo $! > ${pids}; wait`;
    const running = executePlan(planOf(script), folder.path, { signal: controller.signal });
    const stopped = expect(running).rejects.toThrow(InterruptedError);
    while (!existsSync(pids) || readFileSync(pids, 'utf8') === '') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    controller.abort();
    await stopped;
    const pid = Number(readFileSync(pids, 'utf8'));
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });

  it('runs nothing when nothing has changed, and again when a product was touched', async () => {
    const plan = planOf('echo run >> count');
    expect((await executePlan(plan, folder.path)).ran).toBe(true);
    expect((await executePlan(plan, folder.path)).ran).toBe(false);
    expect((await executePlan(planOf('echo again >> count'), folder.path)).ran).toBe(true);
    expect(readFileSync(join(folder.path, 'count'), 'utf8')).toBe('run\nagain\n');
  });

  it('runs again after a failure', async () => {
    const plan = planOf('test -e flag');
    await expect(executePlan(plan, folder.path)).rejects.toThrow(BuildError);
    writeFileSync(join(folder.path, 'flag'), '');
    expect((await executePlan(plan, folder.path)).ran).toBe(true);
  });

  it('passes arguments as they are, never through a shell', async () => {
    const word = `a b'c"d $HOME \`id\` ; touch hurt`;
    const plan: BuildPlan = {
      ...planOf(''),
      commands: [{ title: 'say', argv: ['printf', '%s', word], env: {}, timeoutSeconds: 10 }],
    };
    const { log } = await executePlan(plan, folder.path);
    expect(readFileSync(log, 'utf8')).toContain(word);
    expect(existsSync(join(folder.path, 'hurt'))).toBe(false);
  });
});

/** A folder of ours in which a link stands at `path`, and a file outside that writing through the link would change. */
function linkedFolder(path: string): { out: string; other: string } {
  const out = join(folder.path, 'out');
  const elsewhere = join(folder.path, 'elsewhere');
  const other = join(elsewhere, path.includes('/') ? basename(path) : path === 'src' ? 'a.c' : 'build.log');
  mkdirSync(elsewhere);
  writeFileSync(other, 'kept');
  writeFiles(new Map(), out);
  rmSync(join(out, path), { force: true });
  mkdirSync(dirname(join(out, path)), { recursive: true });
  symlinkSync(path === 'src' || path === 'build' ? elsewhere : other, join(out, path));
  return { out, other };
}

describe('the output folder', () => {
  it('is refused when it holds something that is not ours, and that stays', () => {
    writeFileSync(join(folder.path, 'thesis.txt'), 'years of work');
    expect(() => writeFiles(new Map([['a.c', '']]), folder.path)).toThrow(InputError);
    expect(readFileSync(join(folder.path, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('is refused when it is a file', () => {
    const path = join(folder.path, 'file');
    writeFileSync(path, '');
    expect(() => writeFiles(new Map(), path)).toThrow(InputError);
  });

  it('is used again when it is ours; what the user added stays', () => {
    writeFiles(new Map([['src/a.c', 'old']]), folder.path);
    mkdirSync(join(folder.path, 'mine'));
    writeFileSync(join(folder.path, 'mine', 'notes'), 'x');
    writeFiles(new Map([['src/a.c', 'new']]), folder.path);
    expect(readFileSync(join(folder.path, 'src', 'a.c'), 'utf8')).toBe('new');
    expect(existsSync(join(folder.path, 'mine', 'notes'))).toBe(true);
  });

  it.each(['src', 'src/a.c', '.tablize'])(
    'is refused when %s in it is a link; nothing is written',
    (link) => {
      const { out, other } = linkedFolder(link);
      expect(() =>
        writeFiles(
          new Map([
            ['b.c', 'new'],
            ['src/a.c', 'new'],
          ]),
          out,
        ),
      ).toThrow(InputError);
      expect(readFileSync(other, 'utf8')).toBe('kept');
      expect(existsSync(join(out, 'b.c'))).toBe(false);
    },
  );

  it.each(['build', 'build/build.log', 'build/build.stamp.json', 'build/any.o', 'out/product.elf'])(
    'is not built in when %s is a link; nothing is run',
    async (link) => {
      const { out, other } = linkedFolder(link);
      const plan = planOf('echo ran > ran');
      const products = { ...plan.products, elf: 'out/product.elf' };
      await expect(executePlan({ ...plan, products }, out)).rejects.toThrow(InputError);
      expect(readFileSync(other, 'utf8')).toBe('kept');
      expect(existsSync(join(out, 'ran'))).toBe(false);
    },
  );

  it('may itself be reached by a link, and hold links of the user', () => {
    mkdirSync(join(folder.path, 'real'));
    symlinkSync('real', join(folder.path, 'link'));
    writeFiles(new Map([['src/a.c', 'old']]), join(folder.path, 'link'));
    symlinkSync('/', join(folder.path, 'real', 'mine'));
    writeFiles(new Map([['src/a.c', 'new']]), join(folder.path, 'link'));
    expect(readFileSync(join(folder.path, 'real', 'src', 'a.c'), 'utf8')).toBe('new');
  });

  it('is an error of the user where it cannot be made', () => {
    expect(() => writeFiles(new Map([['a.c', '']]), '/proc/tablize/out')).toThrow(InputError);
  });

  it.each([
    '../a.c',
    '/etc/a.c',
    'a/../../b.c',
    '-rf',
    'a b.c',
    'a;b.c',
    '',
    'a//b',
    'C:\\a.c',
    '$(id).c',
    'a/./b',
  ])('takes no path like %j', (path) => {
    expect(() => writeFiles(new Map([[path, '']]), folder.path)).toThrow(RangeError);
    expect(existsSync(join(folder.path, '.tablize'))).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
