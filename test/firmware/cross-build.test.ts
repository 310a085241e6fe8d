import { expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject, type FirmwareProject } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';
import { run, WARNINGS, withProject } from './host-build.js';

/** The same network with sums and products of 32 bits. */
function wideNetwork(): TableNetwork {
  const tiny = tinyNetwork();
  const { later, ...others } = tiny.products;
  if (later === undefined) throw new Error('no such table');
  return {
    ...tiny,
    products: { ...others, later: { ...later, values: later.values.map((value) => value * 10_000) } },
    stages: tiny.stages.map((stage) =>
      stage.kind === 'averagePool'
        ? { ...stage, values: stage.values.map((value) => value * 10_000) }
        : stage,
    ),
  };
}

const COMPILERS = [
  {
    board: 'raspberry-pi-pico',
    prefix: 'arm-none-eabi-',
    flags: ['-mcpu=cortex-m0plus', '-mthumb', '-std=c99', '-ffreestanding'],
  },
  { board: 'arduino-uno', prefix: 'avr-', flags: ['-mmcu=atmega328p', '-std=gnu99', '-ffreestanding'] },
  {
    board: 'mps2-an500',
    prefix: 'arm-none-eabi-',
    flags: ['-march=armv7-m', '-mtune=cortex-m7', '-mthumb', '-std=c99', '-ffreestanding'],
  },
  {
    board: 'ch32v003',
    prefix: 'riscv64-unknown-elf-',
    flags: ['-march=rv32ec_zicsr', '-mabi=ilp32e', '-std=c99', '-ffreestanding'],
  },
  // Without position independence, so that constants with pointers are constants.
  { board: 'host', prefix: '', flags: ['-std=c99', '-fno-pie'] },
] as const;

/** Instructions and calls that multiply or divide, in a disassembly. */
const FORBIDDEN = /\t(\w*(?:mul|mla|mls|div)\w*)\b|<(__\w*(?:mul|div|mod)\w*)>/g;

function compile(
  folder: string,
  compiler: (typeof COMPILERS)[number],
  project: FirmwareProject,
  sources: readonly string[],
  level: string,
): string[] {
  const includes = project.includes.map((include) => `-I${include}`);
  return sources.map((source) => {
    const object = `${source}.o`;
    run(folder, `${compiler.prefix}gcc`, [
      ...compiler.flags,
      level,
      ...WARNINGS,
      ...includes,
      '-c',
      source,
      '-o',
      object,
    ]);
    return object;
  });
}

for (const compiler of COMPILERS) {
  const tools = ['gcc', 'objdump', 'nm'].map((tool) => compiler.prefix + tool);
  describeWithTool(tools, `the library built by gcc for ${compiler.board}`, () => {
    it.each([
      ['-O2', 'narrow', tinyNetwork()],
      ['-Os', 'wide', wideNetwork()],
      ['-O3', 'wide', wideNetwork()],
    ] as const)('has no warning and no multiplication at %s with %s sums', (level, _what, network) => {
      const project = firmwareProject(network, loadFirmwareBoard(compiler.board));
      withProject(project, (folder) => {
        const objects = compile(folder, compiler, project, project.inference, level);
        const found = objects.flatMap((object) =>
          [...run(folder, `${compiler.prefix}objdump`, ['-dr', object]).matchAll(FORBIDDEN)].map(
            ([, instruction, call]) => `${object}: ${instruction ?? call ?? ''}`,
          ),
        );
        expect(found).toEqual([]);
      });
    });

    it('would not hide a multiplication', () => {
      const project = firmwareProject(tinyNetwork(), loadFirmwareBoard(compiler.board));
      const planted = 'int f(int a, int b);\nint f(int a, int b) { return a * b; }\n';
      const files = new Map([...project.files, ['network/planted.c', planted]]);
      withProject({ ...project, files }, (folder) => {
        const [object = ''] = compile(folder, compiler, project, ['network/planted.c'], '-O2');
        expect(run(folder, `${compiler.prefix}objdump`, ['-dr', object])).toMatch(FORBIDDEN);
      });
    });

    it('defines public names of the network only', () => {
      const project = firmwareProject(tinyNetwork(), loadFirmwareBoard(compiler.board));
      withProject(project, (folder) => {
        const objects = compile(folder, compiler, project, project.inference, '-O1');
        const names = run(folder, `${compiler.prefix}nm`, ['-g', '--defined-only', ...objects])
          .split('\n')
          .map((line) => line.split(' ')[2])
          .filter((name) => name !== undefined);
        expect(names.length).toBeGreaterThan(10);
        expect(names.filter((name) => !name.startsWith('tiny_'))).toEqual([]);
        const data = run(folder, `${compiler.prefix}nm`, [...objects]).split('\n');
        expect(data.filter((line) => / [bBdDcC] /.test(line))).toEqual([]);
      });
    });

    it('has start-up and port without warnings', () => {
      const project = firmwareProject(tinyNetwork(), loadFirmwareBoard(compiler.board));
      const sources = project.support.filter((source) => source.startsWith('target/'));
      expect(sources.length).toBeGreaterThan(0);
      withProject(project, (folder) => compile(folder, compiler, project, sources, '-O2'));
    });
  });
}
