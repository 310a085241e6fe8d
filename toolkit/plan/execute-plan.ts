import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BuildError, ToolMissingError } from '../errors.js';
import { makeFolder } from '../folders.js';
import type { BuildPlan, Command, ProductPaths } from './build-plan.js';
import { lastLines } from './last-lines.js';
import { BUILD_FOLDER } from './layout.js';
import { attempt, writeFiles } from './output-folder.js';
import { refuseLinks, refuseLinksIn } from './refuse-links.js';
import { runCommand } from './run-command.js';
import { safePath } from './safe-path.js';
import { toUf2 } from './uf2.js';
import { unpackedLogic } from './unpacked-logic.js';

export interface ExecuteOptions {
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Executed {
  readonly folder: string;
  /** Path of the log with every command and its output. */
  readonly log: string;
  /** False when nothing had changed since the last run, and so nothing was run. */
  readonly ran: boolean;
}

/**
 * Carries a plan out in a folder: writes the files, runs the commands one after the other. A plan that was carried out there
 * before, with the same files, commands and compiler, and whose products are untouched, is not run again.
 *
 * Throws BuildError with the tool's last lines, ToolMissingError, InputError for a folder that is not ours, InterruptedError.
 */
export async function executePlan(
  plan: BuildPlan,
  folder: string,
  options: ExecuteOptions = {},
): Promise<Executed> {
  const folders = [BUILD_FOLDER, ...plan.folders.map(safePath)];
  attempt(folder, () => {
    refuseLinksIn(folder, folders);
    refuseLinks(folder, productPaths(plan.products));
  });
  writeFiles(plan.files, folder);
  for (const name of folders) makeFolder(join(folder, name));
  const log = join(folder, BUILD_FOLDER, `${plan.name}.log`);
  const stamp = join(folder, BUILD_FOLDER, `${plan.name}.stamp.json`);
  const hash = hashOf(plan, folder);
  if (isFresh(stamp, hash, plan.products, folder)) {
    options.progress?.('nothing has changed since the last build');
    return { folder, log, ran: false };
  }
  attempt(folder, () => {
    writeFileSync(stamp, '{}\n');
    writeFileSync(log, '');
  });
  for (const [i, command] of plan.commands.entries()) {
    options.progress?.(`[${i + 1}/${plan.commands.length}] ${command.title}`);
    await execute(command, folder, log, options.signal);
  }
  if (plan.uf2 !== null) {
    const { bin, uf2, origin, family } = plan.uf2;
    options.progress?.(`write ${uf2}`);
    const image = readFileSync(join(folder, safePath(bin)));
    writeFileSync(join(folder, safePath(uf2)), toUf2(image, origin, family));
  }
  const products = Object.fromEntries(
    productPaths(plan.products).map((path) => [path, hashFile(join(folder, path))]),
  );
  writeFileSync(stamp, `${JSON.stringify({ plan: hash, products }, null, 2)}\n`);
  return { folder, log, ran: true };
}

async function execute(
  command: Command,
  folder: string,
  log: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  appendFileSync(log, `${describeCommand(command)}\n`);
  const result = await runCommand(command, { cwd: folder, signal });
  appendFileSync(log, result.text);
  if (result.code === 0) {
    if (command.stdout !== undefined) {
      const { file, filter } = command.stdout;
      const read = (path: string) => readFileSync(join(folder, safePath(path)), 'utf8');
      const text = filter === null ? result.stdout : unpackedLogic(result.stdout, read(filter.asc));
      attempt(folder, () => writeFileSync(join(folder, safePath(file)), text));
    }
    return;
  }
  if (result.missing) {
    throw new ToolMissingError(`${command.argv[0]} is not there any more`, {
      where: command.title,
      next: 'run `tablize doctor` to see which tools are found',
    });
  }
  const how = result.timedOut ? `took longer than ${command.timeoutSeconds} s` : `failed`;
  const said = lastLines(result.text, 12);
  throw new BuildError(`"${command.title}" ${how}${said === '' ? '' : `:\n${said}`}`, {
    where: log,
    next: 'read the log for the whole output',
  });
}

/** A command as a line for people and for a shell; only for showing, never for running. */
export function describeCommand(command: Pick<Command, 'argv'>): string {
  return command.argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

const stampSchema = z.object({ plan: z.string(), products: z.record(z.string(), z.string()) });

function isFresh(stamp: string, hash: string, products: ProductPaths, folder: string): boolean {
  try {
    const known = stampSchema.parse(JSON.parse(readFileSync(stamp, 'utf8')));
    return (
      known.plan === hash &&
      productPaths(products).every((path) => known.products[path] === hashFile(join(folder, path)))
    );
  } catch {
    return false;
  }
}

function productPaths(products: ProductPaths): string[] {
  return Object.values(products)
    .flat()
    .filter((path) => path !== null)
    .map(safePath);
}

function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Of everything that the products depend on: files, commands, and the compilers behind the commands. */
function hashOf(plan: BuildPlan, folder: string): string {
  const hash = createHash('sha256');
  for (const [path, content] of plan.files) {
    hash.update(JSON.stringify([path, content.length])).update(content);
  }
  for (const path of plan.inputs) hash.update(JSON.stringify([path, hashFile(join(folder, safePath(path)))]));
  const programs = [...new Set(plan.commands.map(({ argv }) => argv[0]))];
  const builds = programs.filter(existsSync).map((path) => {
    const { mtimeMs, size } = statSync(path);
    return [path, mtimeMs, size];
  });
  return hash
    .update(JSON.stringify([plan.folders, plan.commands, plan.uf2, plan.products, builds]))
    .digest('hex');
}
