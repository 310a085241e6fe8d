// Runs yosys, nextpnr-ice40, icepack or iceunpack as WebAssembly: node run.mjs <tool> <arguments>.
//
// The tools see a copy of the files in the current folder and in build/, and what they write is written there.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TOOLS = {
  yosys: ['@yowasp/yosys', 'runYosys'],
  'nextpnr-ice40': ['@yowasp/nextpnr-ice40', 'runNextpnrIce40'],
  icepack: ['@yowasp/nextpnr-ice40', 'runIcepack'],
  iceunpack: ['@yowasp/nextpnr-ice40', 'runIceunpack'],
};

function read(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
}

function write(tree, before, folder) {
  for (const [name, value] of Object.entries(tree)) {
    const path = join(folder, name);
    if (value instanceof Uint8Array || typeof value === 'string') {
      const old = before?.[name];
      if (old !== undefined && Buffer.compare(Buffer.from(old), Buffer.from(value)) === 0) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, value);
    } else write(value, before?.[name], path);
  }
}

const [tool, ...args] = process.argv.slice(2);
const entry = TOOLS[tool];
if (entry === undefined) {
  process.stderr.write(`there is no tool "${tool}" here\n`);
  process.exit(2);
}
const api = await import(entry[0]);
const files = read('.');
try {
  files.build = read('build');
} catch {
  files.build = {};
}
const print = (stream) => (bytes) => {
  if (bytes !== null) stream.write(bytes);
};
try {
  const after = await api[entry[1]](args, files, {
    stdout: print(process.stdout),
    stderr: print(process.stderr),
  });
  write(after, files, '.');
} catch (error) {
  if (error.files !== undefined) write(error.files, files, '.');
  if (!(error instanceof api.Exit)) process.stderr.write(`${error.stack ?? error}\n`);
  process.exitCode = error.code || 1;
}
