import {
  analyse,
  elements,
  INPUT,
  range,
  type AnalysedStage,
  type Interval,
  type TableNetwork,
} from '../../network/index.js';
import { signedWidth } from '../folding.js';
import { LUT4, unrolledModules, type UnrolledModules } from '../unrolled/index.js';
import { indexBits, neuronLines } from './neuron-text.js';
import { neuronsOf, type Element, type Neuron } from './neurons.js';
import { CLOCK, type Obligation, type Part, type Port } from './obligation.js';
import { reachOf } from './reach.js';
import { sideScript } from './scripts.js';
import { pick, registersAsWires } from './engine-design.js';
import { instance, moduleHead } from './verilog.js';

/** The modules whose proof is wanted, with every element that a stage has. */
export function unrolledDesign(network: TableNetwork): UnrolledModules {
  return unrolledModules(network, { adders: LUT4, levels: 2, keepUnread: true });
}

/**
 * That every element of every stage is what sections 4 and 5 of docs/table-network.md say, for all indices that its inputs can have: each
 * stage's module, with its registers as wires, and a neuron at a time. Throws InputError as the unrolled engine does.
 */
export function unrolledObligations(
  network: TableNetwork,
  design: Pick<UnrolledModules, 'files'> = unrolledDesign(network),
): readonly Obligation[] {
  const { min, max } = range(network.input.table);
  const reach = new Map<string, readonly Interval[]>([
    [INPUT, Array.from({ length: elements(network.input.shape) }, () => ({ min, max }))],
  ]);
  return analyse(network).stages.map((analysed) => {
    const neurons = neuronsOf(network, analysed);
    const inputs = [...new Map(analysed.inputs.map((tensor) => [tensor.name, tensor])).values()].map(
      ({ name, shape, levels }): Tensor => ({
        name,
        port: {
          name: `x_${verilogName(name)}`,
          bits: elements(shape) * indexBits(levels ?? 1),
          signed: false,
        },
        width: indexBits(levels ?? 1),
        reach: reach.get(name) ?? [],
      }),
    );
    reach.set(
      analysed.stage.name,
      neurons.map((neuron) => reachOf(neuron, reach)),
    );
    return obligation(analysed, neurons, inputs, design.files);
  });
}

interface Tensor {
  readonly name: string;
  readonly port: Port;
  /** Bits of an element. */
  readonly width: number;
  readonly reach: readonly Interval[];
}

const verilogName = (name: string): string => name.replaceAll('-', '_');

function obligation(
  { stage, output, bounds }: AnalysedStage,
  neurons: readonly Neuron[],
  tensors: readonly Tensor[],
  files: ReadonlyMap<string, string>,
): Obligation {
  const isLogits = output.levels === null;
  const bits =
    output.levels === null ? signedWidth(bounds?.final ?? { min: 0, max: 0 }) : indexBits(output.levels);
  const y: Port = { name: 'y', bits: bits * neurons.length, signed: false };
  const inputs = [CLOCK, ...tensors.map(({ port }) => port)];
  const source = `stage_${verilogName(stage.name)}.v`;
  const [[, module]] = pick(files, [source]) as [[string, string]];
  const ports = tensors.filter(({ port }) => new RegExp(`\\b${port.name},`).test(module));
  const wrapper = [
    '// The design: the stage as it is.',
    moduleHead('design', inputs, y),
    ...tensors.map(withinReach),
    instance(
      `stage_${verilogName(stage.name)}`,
      'stage',
      {},
      {
        clk: 'clk',
        ...Object.fromEntries(ports.map(({ port }) => [port.name, `in_${port.name}`])),
        y: 'y',
      },
    ),
    'endmodule\n',
  ];
  const specification = [
    '// The network: docs/table-network.md, sections 4 and 5.',
    moduleHead('specification', inputs, y),
    ...tensors.map(withinReach),
    ...neuronLines(neurons, signalOf(tensors), {
      bits,
      sumBits: signedWidth(bounds?.partial ?? { min: 0, max: 0 }),
    }),
    `  assign y = {${neurons.map((_, n) => `value_${neurons.length - 1 - n}`).join(', ')}};`,
    'endmodule\n',
  ];
  return {
    subject: 'neuron',
    title: `stage "${stage.name}"`,
    files: new Map([
      [source, module],
      registersAsWires(),
      ['specification.v', specification.join('\n')],
      ['design.v', wrapper.join('\n')],
    ]),
    output: y,
    design: sideScript('design', [source, 'design.v'], []),
    specification: sideScript('specification', ['specification.v'], []),
    parts: neurons.map((neuron, n): Part => ({
      title: `neuron ${n} of stage "${stage.name}"`,
      first: n * bits,
      bits,
      signed: isLogits,
      inputs: elementsOf(neuron).map(({ tensor, at }) => {
        const { port, width } = tensors.find(({ name }) => name === tensor) ?? { port: CLOCK, width: 1 };
        return { title: `${tensor}[${at}]`, port: port.name, first: at * width, bits: width, signed: false };
      }),
    })),
  };
}

/** What a tensor can be: indices beyond reach become the nearest that can occur, in both circuits alike. */
function withinReach({ port, width, reach }: Tensor): string {
  const element = ({ min, max }: Interval, at: number): string => {
    const own = width * reach.length === 1 ? port.name : `${port.name}[${at * width}+:${width}]`;
    const sized = (value: number): string => `${width}'d${value}`;
    const high = max < 2 ** width - 1 ? `${own} > ${sized(max)} ? ${sized(max)} : ${own}` : own;
    return min > 0 ? `${own} < ${sized(min)} ? ${sized(min)} : ${high}` : high;
  };
  const range = port.bits > 1 ? `[${port.bits - 1}:0] ` : '';
  return `  wire ${range}in_${port.name} = {${reach
    .map(element)
    .map((text) => `(${text})`)
    .reverse()
    .join(', ')}};`;
}

function signalOf(tensors: readonly Tensor[]) {
  return ({ tensor, at }: Element): { readonly name: string; readonly bits: number } => {
    const found = tensors.find(({ name }) => name === tensor);
    if (found === undefined) throw new RangeError(`"${tensor}" is not read`);
    const { port, width } = found;
    const name = port.bits === 1 ? `in_${port.name}` : `in_${port.name}[${at * width}+:${width}]`;
    return { name, bits: width };
  };
}

function elementsOf(neuron: Neuron): readonly Element[] {
  if (neuron.kind === 'sum') return neuron.terms.map(({ from }) => from);
  return neuron.kind === 'largest' ? neuron.from : [neuron.from];
}
