import { readFileSync } from 'node:fs';
import { assetPath, toolkitVersion } from '../assets.js';
import { networkCName } from '../firmware/index.js';
import {
  engineImage,
  engineProgram,
  estimateDevice,
  handWritten,
  LUT4,
  unrolledModules,
  unsignedBits,
  weightLayout,
  type Folding,
  type WeightStore,
} from '../hdl/index.js';
import { elements, networkHash, type TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { expectedOf, type ExamplePicture, type MeasuredAccuracy } from './example.js';
import { networkView } from './readme.js';
import { withPrefix } from './verilog-names.js';

/** How a core computes: one lookup after another in lanes, or every neuron as logic of its own. */
export type CoreDesign =
  | { readonly engine: 'sequential'; readonly folding: Folding; readonly store: WeightStore }
  | { readonly engine: 'unrolled' };

/** What a core in Verilog is made of. */
export interface VerilogExport {
  readonly network: TableNetwork;
  readonly design: CoreDesign;
  /** What the bench runs; at least one. */
  readonly examples: readonly ExamplePicture[];
  readonly accuracy: MeasuredAccuracy | null;
}

/** An engine and what the core around it must know. */
interface Engine {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Clocks in which it is busy with a picture. */
  readonly clocks: number;
  /** From a picture's first byte to its last, both included, where they come as fast as they are taken. */
  readonly loading: number;
  /** From a picture to its logits, where one goes in every clock. */
  readonly latency: number;
  readonly memory: readonly { readonly what: string; readonly bits: number }[];
}

/**
 * Renders the core of a network with streams of pixels and answers, without a board, and a bench with pictures: paths and texts. The
 * same arguments give the same bytes. Throws InputError for a network that the engine cannot run.
 */
export function verilogCore(request: VerilogExport): ReadonlyMap<string, string> {
  const { network, design, examples } = request;
  const engine = design.engine === 'sequential' ? sequential(network, design) : unrolled(network);
  const view = coreView(request, engine);
  const print = (name: string): string => renderTemplate(assetPath(`hdl-templates/stream/${name}.ejs`), view);
  const modules = withPrefix(new Map([...engine.files, ['core.v', print('core.v')]]), view.prefix);
  const expected = examples.map((one) => expectedOf(network, one));
  return new Map([
    ['README.md', print('README.md')],
    ['LICENSE', readFileSync(assetPath('LICENSE'), 'utf8')],
    ...Array.from(modules, ([name, text]): [string, string] => [`rtl/${name}`, text]),
    [`bench/${view.bench}.v`, print('bench.v')],
    ['bench/pictures.hex', expected.map(({ pixels }) => lines(Array.from(pixels), 8)).join('')],
    ['bench/expected.hex', expected.map(({ label, logits }) => lines([label, ...logits], 32)).join('')],
  ]);
}

/** Clocks of hdl-templates/stream/stream.v before the engine is busy and behind it. */
const AROUND = 4;

/** Clocks are the same whatever is around the engine. */
const NO_SHELL = { receiveBuffer: 0, trace: false };

function sequential(
  network: TableNetwork,
  { folding, store }: Extract<CoreDesign, { engine: 'sequential' }>,
): Engine {
  const [height, width, channels] = network.input.shape;
  const program = engineProgram(network, folding);
  const { files, parameters } = engineImage(program, store);
  const { narrowBits, wideBits } = weightLayout(program, store);
  const { BANKS, ACTIVATION_WORDS, INDEX_BITS, NARROW_WORDS, WIDE_WORDS } = parameters;
  return {
    title: `the sequential engine, ${folding.banks} x ${folding.filters} (columns x filters) at once`,
    files: new Map([
      ...handWritten(['engine', 'memory', 'stream']).files,
      ...files.map(({ name, content }) => [name, content] as const),
    ]),
    parameters,
    clocks: estimateDevice(network, folding, NO_SHELL, undefined, store).clocksPerPicture,
    // Three clocks to the first channel of a column, two to each of the others; none before the first of all.
    loading: height * width * (2 * channels + 1) - 2,
    latency: 0,
    memory: [
      { what: 'memory for activations', bits: BANKS * ACTIVATION_WORDS * INDEX_BITS },
      { what: 'memory for weights', bits: narrowBits * NARROW_WORDS + wideBits * WIDE_WORDS },
    ],
  };
}

function unrolled(network: TableNetwork): Engine {
  const { files, parameters, latency } = unrolledModules(network, {
    adders: LUT4,
    levels: 4,
    keepUnread: false,
  });
  return {
    title: `the unrolled engine, every neuron as logic of its own`,
    files: new Map([...handWritten(['stream']).files, ...files]),
    parameters,
    clocks: latency + network.output.labels.length,
    loading: elements(network.input.shape),
    latency,
    memory: [],
  };
}

/** What the templates of hdl-templates/stream print. */
function coreView({ network, design, examples, accuracy }: VerilogExport, engine: Engine) {
  const prefix = networkCName(network.name);
  const pixels = elements(network.input.shape);
  const logits = network.output.labels.length;
  const bits = (name: string, usual = 1): number => Number(engine.parameters[name] ?? usual);
  const sumBits = bits('SUM_BITS');
  const labelBits = unsignedBits(logits - 1);
  const parameters = Object.entries(engine.parameters);
  const isSequential = design.engine === 'sequential';
  return {
    ...networkView(network, accuracy),
    version: toolkitVersion(),
    prefix,
    module: `${prefix}_core`,
    bench: `${prefix}_bench`,
    isSequential,
    isUnrolled: !isSequential,
    network: {
      name: network.name,
      hash: networkHash(network),
      input: network.input.shape.join(' x '),
      pixels,
      logits,
    },
    engine: {
      title: engine.title,
      parameters: parameters.map(([name, value], k) => ({
        name,
        value,
        comma: k === parameters.length - 1 ? '' : ',',
      })),
    },
    placeBits: unsignedBits(pixels),
    sumBits,
    sumMsb: sumBits - 1,
    labelBits,
    labelMsb: labelBits - 1,
    logitsMsb: logits * sumBits - 1,
    numberBits: bits('ADDRESS_BITS'),
    numberMsb: bits('ADDRESS_BITS') - 1,
    clockMsb: bits('CLOCK_BITS', 32) - 1,
    indexMsb: bits('INDEX_BITS') - 1,
    clocks: { loading: grouped(engine.loading), running: grouped(engine.clocks + AROUND) },
    classifier: {
      latency: engine.latency,
      labelLatency: engine.latency + labelBits,
      pixelBits: bits('PIXEL_BITS'),
      elementBits: bits('INDEX_BITS'),
    },
    memory: engine.memory.map(({ what, bits: size }) => ({ what, bits: grouped(size) })),
    hexNote: isSequential
      ? ', the `.hex` files where they look for what `$readmemh` names (Yosys: `read_verilog -defer *.v` there)'
      : '',
    pictures: examples.length,
    picturesFrom: [...new Set([examples[0]?.title ?? '', examples.at(-1)?.title ?? ''])].join(' to '),
    patience: 16 * (engine.clocks + 64),
  };
}

const grouped = (value: number): string => value.toLocaleString('en-US');

/** Integers as hexadecimal words in two's complement, one a line. */
function lines(values: readonly number[], bits: number): string {
  return values
    .map((value) =>
      BigInt.asUintN(bits, BigInt(value))
        .toString(16)
        .padStart(bits / 4, '0'),
    )
    .join('\n')
    .concat('\n');
}
