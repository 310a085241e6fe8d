import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { assetPath } from '../../toolkit/assets.js';
import type { FirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject, kernelsFor, macroName, networkCName } from '../../toolkit/firmware/index.js';
import { chooseKernels } from '../../toolkit/firmware/kernels/choose.js';
import type { KernelOptions } from '../../toolkit/firmware/kernels/kernel-options.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import {
  analyse,
  createInterpreter,
  type Interpretation,
  type TableNetwork,
} from '../../toolkit/network/index.js';

/** A network, how it is to be computed, and on what pictures. */
export interface Subject {
  readonly network: TableNetwork;
  readonly options: Partial<KernelOptions>;
  readonly pictures: readonly Uint8Array[];
}

/** A network's library in C. */
export interface Library {
  readonly cName: string;
  /** Names and texts of its files, those of the engine included. */
  readonly files: ReadonlyMap<string, string>;
  /** Those of them that are compiled. */
  readonly sources: readonly string[];
  /** Stage by stage: whether the tensor that it reads is there to be traced. */
  readonly traced: readonly boolean[];
}

export interface Compiler {
  readonly program: string;
  readonly flags: readonly string[];
}

/** Where networks.h is. */
export const HERE = assetPath('test/firmware');

const CONFIGURATION = 'engine_config.h';

/** The library of a subject. Its engine has names that it shares with that of all others of the same configuration. */
export function libraryOf({ network, options }: Subject, board: FirmwareBoard): Library {
  const cName = networkCName(network.name);
  const project = firmwareProject(network, board, options);
  const planned = chooseKernels(network, analyse(network).stages, {
    ...kernelsFor(network, board),
    ...options,
  });
  const files = [...project.files].filter(([path]) => path.startsWith('network/'));
  const shared = (text: string): string =>
    text.replaceAll(`${cName}_engine_`, 'shared_').replace(`"${network.name}"`, 'of a test');
  return {
    cName,
    files: new Map(
      files.map(([path, text]) => {
        const name = basename(path);
        return [name, name === CONFIGURATION ? shared(text) : text];
      }),
    ),
    sources: project.inference.map((path) => basename(path)),
    traced: planned.map(({ kernel }) => kernel.name !== 'fused'),
  };
}

/** The answers of interpret(), with every trace point. */
export function answersOf({ network, pictures }: Subject): readonly Interpretation[] {
  const interpreter = createInterpreter(network);
  return pictures.map((picture) => interpreter.infer(picture, { trace: true }));
}

/** Writes files and returns the folder. */
export function write(folder: string, files: Iterable<readonly [string, string | Uint8Array]>): string {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const execute = promisify(execFile);

/** Runs a command in a folder; what it says is in the error when it fails. */
export async function runIn(folder: string, program: string, args: readonly string[]): Promise<string> {
  return (await execute(program, args, { cwd: folder, maxBuffer: 2 ** 28 })).stdout;
}

/** All results, in order, of which so many are worked on at a time. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = 2,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** Objects of engine files, which are the same for all networks of a configuration. */
const objects = new Map<string, Promise<string>>();
let objectFolder: string | undefined;

/**
 * Compiles libraries of one configuration, and a list of their networks as networks.h has it, in an empty folder. Returns the
 * objects: in that folder, or those of the engine that were compiled before.
 */
export async function compileLibraries(
  folder: string,
  { program, flags }: Compiler,
  libraries: readonly Library[],
): Promise<readonly string[]> {
  const configurations = new Set(libraries.map(({ files }) => files.get(CONFIGURATION)));
  if (configurations.size > 1)
    throw new RangeError('libraries of several configurations cannot be linked with one engine');
  write(
    folder,
    libraries.flatMap(({ files }) => [...files]),
  );
  write(folder, [['networks.c', networkList(libraries)]]);
  const engine = (objectFolder ??= temporaryFolder('objects'));
  const own = new Set(['networks.c', ...libraries.map(({ cName }) => `${cName}.c`)]);
  const compile = async (source: string, object: string): Promise<string> => {
    await runIn(folder, program, [...flags, `-I${HERE}`, '-I.', '-c', source, '-o', object]);
    return object;
  };
  const all = [...new Set([...own, ...libraries.flatMap(({ sources }) => sources)])];
  return inParallel(all, (source) => {
    if (own.has(source)) return compile(source, `network_${source.replace(/c$/, 'o')}`);
    const key = [program, ...flags, ...configurations, source].join('\0');
    const known = objects.get(key);
    const object = known ?? compile(source, join(engine, `network_${objects.size}.o`));
    objects.set(key, object);
    return object;
  });
}

function networkList(libraries: readonly Library[]): string {
  const entry = ({ cName }: Library): string => {
    const numbers = ['PIXELS', 'LOGITS', 'STAGES', 'WORKSPACE_WORDS', 'INPUT_OFFSET', 'PACKED_BITS'];
    const functions = ['infer', 'load', 'load_packed', 'run_stage', 'tensor', 'label'];
    const all = [
      ...numbers.map((name) => `${macroName(cName)}_${name}`),
      ...functions.map((name) => `${cName}_${name}`),
    ];
    return `  {${all.join(', ')}},`;
  };
  return `${[
    ...libraries.map(({ cName }) => `#include "${cName}.h"`),
    '#include "networks.h"',
    '',
    'const network_t networks[] = {',
    ...libraries.map(entry),
    '};',
    `const uint16_t network_count = ${libraries.length};`,
  ].join('\n')}\n`;
}

/** How a subject's library differed from interpret(); `at` is its place in the list of subjects. */
export interface Difference {
  readonly at: number;
  readonly what: string;
}
