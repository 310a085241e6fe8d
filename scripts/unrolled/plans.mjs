// Plans that measure an unrolled network, to be carried out by executePlan one after the other in one folder: synthesis, the netlist
// given a picture every clock, and placement.
import { readFileSync } from 'node:fs';
import { LUT4, LUT6, unrolledModules, unsignedBits } from '../../dist/hdl/index.js';

/** @typedef {import('../../dist/index.js').TableNetwork} TableNetwork */
/** @typedef {import('../../dist/plan/index.js').Command} Command */

const TIMEOUT_SECONDS = 3600;
const CELLS = 'build/cells.json';
const NETLIST = 'build/netlist.v';
const SIMULATED = 'build/simulated.v';
const BENCH = 'build/bench';
const ANSWERS = 'build/answers.txt';
const REPORT = 'build/placed.json';

/**
 * What logic is made for.
 *
 * @typedef {object} Part
 * @property {string} synthesis - the command of Yosys, without the top module
 * @property {string} models - Yosys's own Verilog of the part's cells
 * @property {import('../../dist/hdl/unrolled/unroll.js').UnrollOptions} options
 * @property {RegExp} lookupTables - cells that take the place of a lookup table each, of whatever size
 * @property {readonly string[] | null} place - options of nextpnr-ice40; null where nothing places the part
 */

/** @type {Readonly<Record<string, Part>>} */
export const PARTS = {
  // Lookup tables of six inputs; a shift register or a small memory takes the place of one, at least.
  xilinx: {
    synthesis: 'synth_xilinx -flatten -noiopad',
    models: '+/xilinx/cells_sim.v',
    options: { adders: LUT6, levels: 4, keepUnread: false },
    lookupTables: /^(LUT[1-6]|SRL\w+|RAM\w+)$/,
    place: null,
  },
  hx8k: {
    synthesis: 'synth_ice40 -device hx',
    models: '+/ice40/cells_sim.v',
    options: { adders: LUT4, levels: 4, keepUnread: false },
    lookupTables: /^SB_LUT4$/,
    place: ['--hx8k', '--package', 'ct256', '--seed', '1', '--freq', '200', '--timing-allow-fail'],
  },
};

/**
 * The Verilog of a network from a picture's bytes to its label, with the bench and its pictures.
 *
 * @param {TableNetwork} network
 * @param {Part} part
 * @param {readonly Uint8Array[]} pictures
 */
export function classifierDesign(network, part, pictures) {
  const { files, sources, latency, parameters } = unrolledModules(network, part.options);
  const logits = network.output.labels.length;
  const labelBits = unsignedBits(logits - 1);
  const macros = Object.entries({
    PIXELS: parameters['PIXELS'],
    PIXEL_BITS: parameters['PIXEL_BITS'],
    LOGITS: logits,
    SUM_BITS: parameters['SUM_BITS'],
    ELEMENT_BITS: parameters['INDEX_BITS'],
    LABEL_BITS: labelBits,
    LATENCY: latency,
    PICTURES: pictures.length,
  });
  // The first pixel lies in the lowest bits.
  const hex = pictures.map((picture) => `${Buffer.from(picture).reverse().toString('hex')}\n`);
  return {
    files: new Map([
      ...files,
      ...['measured.v', 'harness.v', 'stream_bench.v'].map(
        (name) => /** @type {const} */ ([name, readFileSync(new URL(name, import.meta.url), 'utf8')]),
      ),
      ['parameters.vh', macros.map(([name, value]) => `\`define ${name} ${value}\n`).join('')],
      ['pictures.hex', hex.join('')],
    ]),
    sources: [...sources.filter((name) => name !== 'engine.v'), 'measured.v'],
    /** Clocks from a picture to its label. */
    latency: latency + labelBits,
  };
}

/** @typedef {ReturnType<typeof classifierDesign>} Design */

/**
 * Counts of cells, the netlist, and the same as Verilog without cells: each is replaced by Yosys's own model of it.
 *
 * @param {Design} design
 * @param {Part} part
 * @param {string} yosys
 */
export function planSynthesis({ files, sources }, { synthesis, models }, yosys) {
  const [counted, modelled] = ['measure.ys', 'simulated.ys'];
  const scripts = new Map([
    [
      counted,
      [
        `read_verilog -defer ${sources.join(' ')}`,
        `${synthesis} -top measured`,
        `tee -q -o ${CELLS} stat -json`,
        `write_verilog -noattr ${NETLIST}`,
      ],
    ],
    [
      modelled,
      [
        `read_verilog ${NETLIST}`,
        `read_verilog ${models}`,
        'hierarchy -check -top measured',
        'proc',
        'flatten',
        'opt_clean',
        `write_verilog -noattr ${SIMULATED}`,
      ],
    ],
  ]);
  return plan('measure-synthesis', new Map([...files, ...[...scripts].map(script)]), [], {
    commands: [counted, modelled].map((name) => command(`yosys ${name}`, yosys, '-q', name)),
    products: { cells: CELLS, netlist: NETLIST, simulated: SIMULATED },
  });
}

/**
 * The netlist, a picture every clock; the product `answers` has what it printed.
 *
 * @param {Design} design
 * @param {string} verilator
 */
export function planStream({ files }, verilator) {
  return plan('measure-stream', files, [SIMULATED], {
    folders: [BENCH],
    commands: [
      command(
        'verilate the netlist',
        verilator,
        ...['--binary', '--timing', '--top-module', 'stream_bench', '--Mdir', BENCH, '-o', 'bench'],
        ...['-O3', '--x-initial', '0', '-Wno-fatal', '-Wno-lint', '-Wno-style'],
        ...['stream_bench.v', SIMULATED],
      ),
      { ...command('run it', `./${BENCH}/bench`), stdout: { file: ANSWERS, filter: null } },
    ],
    products: { answers: ANSWERS },
  });
}

/**
 * The classifier between shift registers, placed.
 *
 * @param {Design} design
 * @param {Part} part
 * @param {{ yosys: string, nextpnr: string }} tools
 */
export function planPlacement({ files, sources }, { synthesis, place }, { yosys, nextpnr }) {
  const name = 'harness.ys';
  const steps = [
    `read_verilog -defer ${sources.join(' ')} harness.v`,
    `${synthesis} -top harness -json build/harness.json`,
  ];
  return plan('measure-placement', new Map([...files, script([name, steps])]), [], {
    commands: [
      command(`yosys ${name}`, yosys, '-q', name),
      command(
        'place and route',
        nextpnr,
        ...(place ?? []),
        ...['--pcf-allow-unconstrained', '--quiet', '--json', 'build/harness.json', '--report', REPORT],
      ),
    ],
    products: { report: REPORT },
  });
}

/** @param {readonly [string, readonly string[]]} named @returns {[string, string]} */
function script([name, steps]) {
  return [name, `${steps.join('\n')}\n`];
}

/**
 * @template {Readonly<Record<string, string>>} P
 * @param {string} name
 * @param {ReadonlyMap<string, string>} files
 * @param {readonly string[]} inputs
 * @param {{ commands: readonly Command[], products: P, folders?: readonly string[] }} rest
 */
function plan(name, files, inputs, { commands, products, folders = [] }) {
  return { name, files, folders, commands, uf2: null, inputs, products };
}

/** @param {string} title @param {string} program @param {readonly string[]} args @returns {Command} */
function command(title, program, ...args) {
  return { title, argv: [program, ...args], env: { LC_ALL: 'C' }, timeoutSeconds: TIMEOUT_SECONDS };
}
