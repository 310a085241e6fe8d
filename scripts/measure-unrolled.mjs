// Measures a network as unrolled logic, from a picture's bytes to its label: synthesizes it, counts the cells, and gives the netlist a test
// picture every clock, whose label and logits must be those of interpret().
//
//   node scripts/measure-unrolled.mjs --model models/mnist-sparse-raw --part xilinx --count 1000
//   node scripts/measure-unrolled.mjs --model models/mnist-sparse-small --part hx8k --count 1000
//
// Needs `npm run build`, yosys, verilator with a C++ compiler, and nextpnr-ice40 for the hx8k, whose highest frequency it tells.
// --images as in `tablize verify`; --out <folder>; --json <file>.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../dist/commands/failure.js';
import { loadModel } from '../dist/commands/model.js';
import { loadPictures } from '../dist/commands/pictures.js';
import { BuildError, EXIT, InputError, ToolMissingError } from '../dist/errors.js';
import { createInterpreter, elements } from '../dist/network/index.js';
import { findExecutable } from '../dist/plan/find-executable.js';
import { executePlan, readPlacement } from '../dist/plan/index.js';
import { classifierDesign, PARTS, planPlacement, planStream, planSynthesis } from './unrolled/plans.mjs';

const OPTIONS = /** @type {const} */ ({
  model: { type: 'string', default: '' },
  part: { type: 'string', default: 'xilinx' },
  images: { type: 'string' },
  count: { type: 'string', default: '1000' },
  out: { type: 'string' },
  json: { type: 'string' },
});

const interrupt = new globalThis.AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interrupt.abort());

/** A program on the PATH. @param {string} name */
function tool(name) {
  const path = findExecutable(name);
  if (path !== null) return path;
  throw new ToolMissingError(`${name} is not on the PATH`, {
    next: 'install `apt-get install yosys verilator g++ make nextpnr-ice40`',
  });
}

/** The command line. Throws InputError. */
function readOptions() {
  const { values } = parse();
  const { part: name, count } = values;
  const part = PARTS[name];
  if (values.model === '') throw new InputError('no model is given', { next: 'give --model <folder>' });
  if (part === undefined) {
    const next = `give one of ${Object.keys(PARTS).join(', ')}`;
    throw new InputError(`there is no part "${name}"`, { where: '--part', next });
  }
  if (!/^[1-9]\d{0,5}$/.test(count))
    throw new InputError(`"${count}" is no count of pictures`, { where: '--count', next: 'give 1 or more' });
  return { ...values, name, part, count: Number(count) };
}

function parse() {
  try {
    return parseArgs({ options: OPTIONS });
  } catch (cause) {
    const next = `the options are ${Object.keys(OPTIONS)
      .map((name) => `--${name}`)
      .join(', ')}`;
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { next, cause });
  }
}

/** Lines of a kind that the bench printed, without their first word. @param {string} text @param {string} kind */
function printed(text, kind) {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
}

async function measure() {
  const { model, name, part, images, count, out, json } = readOptions();
  const { network } = loadModel(model);
  const set = loadPictures({ ...(images === undefined ? {} : { images }), count }, { network });
  const pixels = elements(network.input.shape);
  const pictures = Array.from({ length: set.images.length / pixels }, (_, i) =>
    set.images.subarray(i * pixels, (i + 1) * pixels),
  );
  const folder = out ?? join('build', 'unrolled', `${network.name}-${name}`);
  const [yosys, verilator] = [tool('yosys'), tool('verilator')];
  const nextpnr = part.place === null ? null : tool('nextpnr-ice40');
  const running = { progress: console.error, signal: interrupt.signal };

  console.error(`${network.name} as logic, in ${folder}; each step may take many minutes`);
  const design = classifierDesign(network, part, pictures);
  const synthesis = planSynthesis(design, part, yosys);
  await executePlan(synthesis, folder, running);
  /** @type {Record<string, number>} */
  const cells = JSON.parse(readFileSync(join(folder, synthesis.products.cells), 'utf8')).design
    .num_cells_by_type;
  const luts = Object.entries(cells)
    .filter(([type]) => part.lookupTables.test(type))
    .reduce((sum, [, number]) => sum + number, 0);
  console.log(`${part.synthesis}: ${luts} lookup tables, of all cells ${JSON.stringify(cells)}`);

  const stream = planStream(design, verilator);
  await executePlan(stream, folder, running);
  const answers = readFileSync(join(folder, stream.products.answers), 'utf8');
  const [labels, logits] = [printed(answers, 'label'), printed(answers, 'logits')];
  if (labels.length !== pictures.length || logits.length !== pictures.length) {
    throw new BuildError(`the netlist answered ${labels.length} of ${pictures.length} pictures`, {
      where: join(folder, stream.products.answers),
      next: 'read there what it printed',
    });
  }
  const { infer } = createInterpreter(network);
  const expected = pictures.map((picture) => infer(picture));
  const wrong = {
    labels: expected.filter(({ label }, i) => labels[i] !== String(label)).length,
    logits: expected.filter(({ logits: values }, i) => logits[i] !== Array.from(values).join(' ')).length,
  };
  const right =
    set.labels === null ? null : labels.filter((label, i) => Number(label) === set.labels?.[i]).length;
  console.log(
    `${pictures.length} pictures, one every clock, labels ${design.latency} clocks later: ${wrong.labels} labels and ${wrong.logits} pictures' logits differ from interpret()${right === null ? '' : `; ${right} labels are right`}`,
  );

  const placement = nextpnr === null ? null : planPlacement(design, part, { yosys, nextpnr });
  if (placement !== null) await executePlan(placement, folder, running);
  const placed = placement === null ? null : readPlacement(folder, placement.products.report);
  if (placed !== null) {
    console.log(
      `placed between shift registers: ${placed.logicCells} logic cells, ${placed.fmaxMHz.toFixed(1)} MHz: as many million pictures a second`,
    );
  }
  const report = {
    ...{ network: network.name, part: name, synthesis: part.synthesis, luts, cells },
    ...{ clocks: design.latency, pictures: pictures.length, wrong, right, placed },
  };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  return wrong.labels + wrong.logits === 0 ? EXIT.ok : EXIT.difference;
}

try {
  process.exitCode = await measure();
} catch (error) {
  const { code, text } = describeError(error, interrupt.signal);
  console.error(text);
  process.exitCode = code;
}
