import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assetPath } from '../../toolkit/assets.js';
import { InputError, InterruptedError, ToolMissingError } from '../../toolkit/errors.js';
import { doctor, findToolchain, TOOL_GROUPS } from '../../toolkit/plan/index.js';
import { installZig, zigPackage } from '../../toolkit/plan/zig-package.js';
import { describeWithTool } from '../support/tools.js';
import { fakeTool } from './fake-tool.js';
import { BOARDS, temporaryFolder } from './tiny.js';

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const AVR = BOARDS.avr.toolchain;

/** An environment with an empty cache and an npm that is this script, run in the folder that it shall fill. */
function withNpm(script: string): NodeJS.ProcessEnv {
  const npm = join(folder.path, 'npm-cli.js');
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(
    npm,
    `const { mkdirSync, writeFileSync, appendFileSync, chmodSync } = require('fs');\n${script}\n`,
  );
  return { PATH: folder.path, TABLIZE_CACHE: join(folder.path, 'cache'), npm_execpath: npm };
}

/** What npm does: a zig that says its version, in the package of this platform. */
const INSTALLS = `
const bin = 'node_modules/@zigc/${process.platform}-${process.arch}/bin';
mkdirSync(bin, { recursive: true });
writeFileSync(bin + '/zig', '#!/bin/sh\\necho 0.16.0\\n');
chmodSync(bin + '/zig', 0o755);
appendFileSync(__dirname + '/runs', process.argv.slice(2).join(' ') + '\\n');
`;

function cached(env: NodeJS.ProcessEnv): string[] {
  const tools = dirname(zigPackage(env).folder);
  return existsSync(tools) ? readdirSync(tools) : [];
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ resolved: z.string().optional(), integrity: z.string().optional() }),
  ),
});

describe('the pinned zig package', () => {
  it('has an integrity hash for every package, and names no registry', () => {
    const text = readFileSync(assetPath('scripts/tools/zig/package-lock.json'), 'utf8');
    expect(text).not.toMatch(/https?:/);
    const { packages } = lockSchema.parse(JSON.parse(text));
    for (const [path, { integrity }] of Object.entries(packages)) {
      if (path !== '') expect(integrity, path).toMatch(/^sha512-/);
    }
  });
});

describe.skipIf(!zigPackage().available)('fetching zig [needs a platform with a pinned package]', () => {
  it('happens once, on first need, with a word about its size', async () => {
    const env = withNpm(INSTALLS);
    const lines: string[] = [];
    const options = { allowDownload: true, env, progress: (line: string) => lines.push(line) };
    const found = await findToolchain(AVR, options);
    expect(found).toMatchObject({ kind: 'zig', version: 'zig 0.16.0' });
    expect(found.compiler).toEqual([zigPackage(env).binary, 'cc']);
    await findToolchain(AVR, options);
    expect(readFileSync(join(folder.path, 'runs'), 'utf8')).toMatch(/^ci --ignore-scripts [^\n]*\n$/);
    expect(lines.join('\n')).toMatch(/400 MB/);
    expect(cached(env)).toEqual([zigPackage(env).folder.split('/').at(-1)]);
  });

  it('leaves nothing behind when npm fails, and says why', async () => {
    const env = withNpm(`${INSTALLS}; console.error('npm error network is down'); process.exit(1);`);
    const failure = findToolchain(AVR, { allowDownload: true, env });
    await expect(failure).rejects.toThrow(ToolMissingError);
    await expect(failure).rejects.toThrow(/network is down/);
    await expect(failure).rejects.toMatchObject({
      next: expect.stringContaining('apt-get install gcc-avr') as string,
    });
    expect(cached(env)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const env = withNpm(`${INSTALLS}; setTimeout(() => {}, 60000);`);
    const controller = new AbortController();
    const running = installZig({ env, signal: controller.signal });
    const stopped = expect(running).rejects.toThrow(InterruptedError);
    await expect.poll(() => existsSync(join(folder.path, 'runs')), { timeout: 10_000 }).toBe(true);
    controller.abort();
    await stopped;
    expect(cached(env)).toEqual([]);
  });

  it('removes what a killed run left, and nothing that another run is making', async () => {
    const env = withNpm(INSTALLS);
    const base = zigPackage(env).folder;
    const dead = `${base}.partial-4194304999-x`;
    const alive = `${base}.partial-${process.pid}-x`;
    mkdirSync(dead, { recursive: true });
    mkdirSync(alive, { recursive: true });
    await installZig({ env });
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(alive)).toBe(true);
    expect(zigPackage(env).installed).toBe(true);
  });

  it('may be done by two at once', async () => {
    const env = withNpm(`setTimeout(() => { ${INSTALLS} }, 200);`);
    const both = await Promise.all([installZig({ env }), installZig({ env })]);
    expect(both.map(({ installed }) => installed)).toEqual([true, true]);
    expect(cached(env)).toHaveLength(1);
  });

  it('is not done when it is not allowed', async () => {
    const env = withNpm(INSTALLS);
    const failure = findToolchain(AVR, { allowDownload: false, env });
    await expect(failure).rejects.toThrow(ToolMissingError);
    expect(existsSync(join(folder.path, 'runs'))).toBe(false);
  });

  it('is an error with advice when the cache cannot be written', async () => {
    const env = withNpm(INSTALLS);
    writeFileSync(join(folder.path, 'cache'), 'a file');
    await expect(installZig({ env })).rejects.toMatchObject({
      next: expect.stringContaining('TABLIZE_CACHE') as string,
    });
  });
});

describe('choosing a toolchain', () => {
  /** A PATH of programs that say this. */
  function programs(says: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const bin = join(folder.path, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const [name, script] of Object.entries(says)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return { PATH: `${bin}:/nowhere`, TABLIZE_CACHE: join(folder.path, 'cache') };
  }

  it('prefers a native compiler, and says so', async () => {
    const env = programs({ 'avr-gcc': 'echo avr-gcc 5.4.0', 'avr-objcopy': 'exit 0', zig: 'echo 0.15.0' });
    const found = await findToolchain(AVR, { env });
    expect(found).toMatchObject({ kind: 'gcc', version: 'avr-gcc 5.4.0' });
    expect(found.why).toMatch(/native/);
  });

  it('takes a zig on the PATH where there is none', async () => {
    const found = await findToolchain(AVR, { env: programs({ zig: 'echo 0.16.0' }) });
    expect(found).toMatchObject({ kind: 'zig', version: 'zig 0.16.0' });
    expect(found.why).toMatch(/no native compiler .* zig on the PATH/);
  });

  it('does not take a compiler without its objcopy, nor one that does not run', async () => {
    const env = programs({
      'avr-gcc': 'echo avr-gcc 5.4.0',
      cc: 'exit 1',
      clang: 'echo Apple clang version 17',
    });
    await expect(findToolchain(AVR, { env })).rejects.toThrow(ToolMissingError);
    expect(await findToolchain({ kind: 'host' }, { env })).toMatchObject({ kind: 'clang' });
  });

  it('obeys TABLIZE_TOOLCHAIN and its option', async () => {
    const env = programs({ 'avr-gcc': 'echo avr-gcc 5.4.0', 'avr-objcopy': 'exit 0', zig: 'echo 0.16.0' });
    const forced = await findToolchain(AVR, { env: { ...env, TABLIZE_TOOLCHAIN: 'zig' } });
    expect(forced).toMatchObject({ kind: 'zig' });
    expect(forced.why).toMatch(/TABLIZE_TOOLCHAIN/);
    expect(await findToolchain(AVR, { env, prefer: 'zig' })).toMatchObject({ kind: 'zig' });
    await expect(findToolchain(AVR, { env: { ...env, TABLIZE_TOOLCHAIN: 'tcc' } })).rejects.toThrow(
      InputError,
    );
    await expect(
      findToolchain(AVR, {
        env: programs({ zig: 'echo 0.16.0', 'avr-objcopy': 'rm -f nothing' }),
        prefer: 'gcc',
      }),
    ).resolves.toMatchObject({ kind: 'gcc' });
  });
});

describeWithTool('arm-none-eabi-gcc', 'the compilers of this machine', () => {
  it('are found with their version', async () => {
    const found = await findToolchain(BOARDS.arm.toolchain, { prefer: 'gcc' });
    expect(found.version).toMatch(/arm-none-eabi-gcc.*\d+\.\d+/);
  });
});

describe('doctor', () => {
  it('reports every tool, found or not, with what to do', async () => {
    const env = { PATH: folder.path, TABLIZE_CACHE: join(folder.path, 'cache') };
    const reports = await doctor({
      env,
      backend: () => Promise.resolve({ name: 'wasm', why: 'it is always there' }),
    });
    const byName = new Map(reports.map((report) => [report.name, report]));
    expect([...byName.keys()]).toEqual([
      'node',
      'npm',
      'training backend',
      'compiler (host)',
      'compiler (arm)',
      'compiler (avr)',
      'compiler (riscv)',
      'zig',
      'qemu-system-arm',
      'qemu-system-riscv32',
      'yosys',
      'nextpnr-ice40',
      'icepack',
      'icebox_vlog',
      'verilator',
      'iverilog',
      'avrdude',
      'openocd',
      'wlink',
      'iceprog',
      'openFPGALoader',
      'tinyprog',
      'dfu-util',
      'drive RPI-RP2',
      'serial ports',
    ]);
    const groups = reports.map(({ group }) => TOOL_GROUPS.indexOf(group));
    expect(groups, 'the groups follow one another').toEqual(groups.toSorted((a, b) => a - b));
    expect(byName.get('compiler (arm)')).toMatchObject({ found: false });
    expect(byName.get('compiler (arm)')?.install).toMatch(/apt-get install gcc-arm-none-eabi/);
    expect(byName.get('avrdude')).toMatchObject({ found: false, where: null, use: 'none' });
    expect(byName.get('tinyprog')?.install).toMatch(/pip install tinyprog/);
    for (const [name, use] of [
      ['yosys', 'from npm (@yowasp/yosys) at the first build'],
      ['nextpnr-ice40', 'from npm (@yowasp/nextpnr-ice40) at the first build'],
      ['icepack', 'from npm (@yowasp/nextpnr-ice40) at the first build'],
    ] as const) {
      expect(byName.get(name)).toMatchObject({ found: false, use });
    }
    expect(byName.get('training backend')).toMatchObject({ version: 'wasm', use: 'it is always there' });
    expect(existsSync(join(folder.path, 'cache'))).toBe(false);
  });

  it('asks each tool on the PATH for its version, by one run of it', async () => {
    const runs = join(folder.path, 'runs');
    const tools = {
      yosys: 'Yosys 0.23 (git sha1 7ce5011c24b)',
      // It speaks on standard error.
      'nextpnr-ice40': '"nextpnr-ice40" -- Next Generation Place and Route (Version 0.4-1+b1)" >&2 "',
      verilator: 'Verilator 5.006 2023-01-22 rev (Debian 5.006-3)',
      openFPGALoader: 'openFPGALoader v0.10.0',
      tinyprog: 'Traceback (most recent call last):',
      iceprog: 'never asked',
    };
    let env: NodeJS.ProcessEnv = {};
    for (const [name, says] of Object.entries(tools)) {
      env = fakeTool(folder.path, name, `echo "$0 $*" >> ${runs}\necho "${says}"`);
    }
    const reports = new Map(
      (await doctor({ env: { ...env, PATH: join(folder.path, 'bin') } })).map((report) => [
        report.name,
        report,
      ]),
    );
    expect(Object.keys(tools).map((name) => [name, reports.get(name)?.version])).toEqual([
      ['yosys', '0.23'],
      ['nextpnr-ice40', '0.4-1+b1'],
      ['verilator', '5.006'],
      ['openFPGALoader', '0.10.0'],
      ['tinyprog', null],
      ['iceprog', null],
    ]);
    expect(reports.get('iceprog')).toMatchObject({ found: true, install: null });
    expect(reports.get('tinyprog')).toMatchObject({
      found: true,
      use: expect.stringMatching(/may not run/) as string,
    });
    const asked = readFileSync(runs, 'utf8').trimEnd().split('\n');
    expect(asked.map((line) => line.split('/').at(-1)).toSorted()).toEqual([
      'nextpnr-ice40 -V',
      'openFPGALoader -V',
      'tinyprog --version',
      'verilator --version',
      'yosys -V',
    ]);
  });

  it('reports what is there', async () => {
    const reports = await doctor({ boards: [BOARDS.arm] });
    expect(reports.find(({ name }) => name === 'node')).toMatchObject({
      found: true,
      version: process.versions.node,
    });
    expect(reports.find(({ name }) => name === 'npm')?.version).toMatch(/^\d+\.\d+/);
  });
});
