import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assetPath } from '../../../toolkit/assets.js';
import { loadFirmwareBoard } from '../../../toolkit/boards/index.js';
import { firmwareProject } from '../../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../../toolkit/network/index.js';
import { WARNINGS } from '../host-build.js';

const HERE = assetPath('test/firmware/fuzz');
const COMMON = ['-std=c99', '-g', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];

/** How the target is compiled: `protocol` are further flags for the sources under test, `main` what calls it. */
export interface Build {
  readonly compiler: string;
  readonly all: readonly string[];
  readonly protocol: readonly string[];
  readonly link: readonly string[];
  readonly main: string;
}

/** Under gcc's sanitizers: inputs from standard input. */
export const REPLAY: Build = {
  compiler: 'gcc',
  all: ['-O1', '-fsanitize=address,undefined'],
  protocol: [],
  link: ['-fsanitize=address,undefined'],
  main: 'replay.c',
};

/** As REPLAY, and gcov counts the lines of the protocol that were reached. */
export const COVERAGE: Build = {
  compiler: 'gcc',
  all: ['-O0'],
  protocol: ['--coverage'],
  link: ['--coverage'],
  main: 'replay.c',
};

/** Under libFuzzer, which is led by what is reached of the protocol. */
export const FUZZER: Build = {
  compiler: 'clang',
  all: ['-O1', '-fsanitize=address,undefined'],
  protocol: ['-fsanitize=fuzzer-no-link'],
  link: ['-fsanitize=fuzzer,address,undefined'],
  main: 'mutator.c',
};

/** A text that a file of the firmware has once, and what stands in its place: an error that somebody could make. */
export interface Bug {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

export interface Target {
  readonly program: string;
  /** Links the same with a bug in it, and returns that program. */
  readonly withBug: (bug: Bug) => string;
}

/** Compiles the firmware of a network for this computer with the port of target.c, in an empty folder. */
export function buildTarget(folder: string, network: TableNetwork, build: Build): Target {
  const { files, inference, includes } = firmwareProject(network, loadFirmwareBoard('host'));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const run = (args: readonly string[]): void => {
    execFileSync(build.compiler, [...COMMON, ...args], { cwd: folder });
  };
  const options = [...WARNINGS, ...build.all, ...includes.map((name) => `-I${name}`), `-I${HERE}`];
  const compile = (source: string, flags: readonly string[]): string => {
    const object = `${source.replaceAll(/\W/g, '_')}.o`;
    run([...options, ...flags, '-c', source, '-o', object]);
    return object;
  };
  const link = (objects: readonly string[], program: string): string => {
    run([...build.link, ...objects, '-o', program]);
    return join(folder, program);
  };
  const tested = PROTOCOL.map((source) => compile(source, build.protocol));
  const others = [...inference, ...['target.c', 'expect.c', build.main].map((name) => join(HERE, name))];
  const objects = others.map((source) => compile(source, []));
  return {
    program: link([...tested, ...objects], 'right'),
    withBug: (bug) => {
      const wrong = bug.file.replace('.c', '_wrong.c');
      writeFileSync(join(folder, wrong), planted(files.get(bug.file) ?? '', bug));
      const object = compile(wrong, build.protocol);
      const kept = tested.filter((_, i) => PROTOCOL[i] !== bug.file);
      return link([object, ...kept, ...objects], 'wrong');
    },
  };
}

/** The sources that are fuzzed. */
const PROTOCOL = ['protocol/frame.c', 'protocol/serve.c'];

function planted(text: string, { file, right, wrong }: Bug): string {
  if (text.split(right).length !== 2) throw new RangeError(`${file} does not say "${right}" once`);
  return text.replace(right, () => wrong);
}
