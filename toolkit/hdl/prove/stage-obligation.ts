import { registersAsWires } from './engine-design.js';
import { neuronLines } from './neuron-text.js';
import { elementsOf, type Neuron } from './neurons.js';
import { CLOCK, type Obligation, type Part, type Port } from './obligation.js';
import { sideScript } from './scripts.js';
import { partInput, signalOf, withinReach, type Tensor } from './tensor.js';
import { instance, moduleHead, verilogName } from './verilog.js';

/** A stage of the unrolled engine, and what it is to be. */
export interface ProvedStage {
  readonly name: string;
  readonly neurons: readonly Neuron[];
  readonly tensors: readonly Tensor[];
  /** Bits of an element of the output, two's complement for logits. */
  readonly bits: number;
  /** Bits of every partial sum. */
  readonly sumBits: number;
  readonly isLogits: boolean;
  /** Name and text of the Verilog file. */
  readonly source: readonly [string, string];
}

/** That neighbouring neurons, by number, are what the network says. */
export function neuronObligation(stage: ProvedStage, members: readonly number[]): Obligation {
  const { neurons, tensors, bits, sumBits, source, isLogits } = stage;
  const y: Port = { name: 'y', bits: bits * members.length, signed: false };
  const specification = [
    '// The network: docs/table-network.md, sections 4 and 5.',
    moduleHead('specification', [CLOCK, ...tensors.map(({ port }) => port)], y),
    ...tensors.map(withinReach),
    ...neuronLines(
      members.flatMap((n) => neurons[n] ?? []),
      signalOf(tensors),
      { bits, sumBits },
    ),
    `  assign y = {${members.map((_, n) => `value_${members.length - 1 - n}`).join(', ')}};`,
    'endmodule\n',
  ];
  return {
    subject: 'neuron',
    title: groupTitle(stage, members),
    files: new Map([
      [...source],
      registersAsWires(),
      ['specification.v', specification.join('\n')],
      ['design.v', neuronsModule('design', stage, members)],
    ]),
    output: y,
    design: sideScript('design', [source[0], 'design.v'], []),
    specification: sideScript('specification', ['specification.v'], []),
    parts: members.map((n, k): Part => ({
      title: neuronTitle(stage, n),
      first: k * bits,
      bits,
      signed: isLogits,
      inputs: readBy(stage, n).map((element) => partInput(tensors, element)),
    })),
  };
}

/** The stage as it is with the outputs of some neighbouring neurons, as a module. */
export function neuronsModule(
  name: string,
  { name: stage, neurons, tensors, bits, source: [, text] }: ProvedStage,
  members: readonly number[],
): string {
  const y: Port = { name: 'y', bits: bits * members.length, signed: false };
  const ports = tensors.filter(({ port }) => new RegExp(`\\b${port.name},`).test(text));
  return [
    `// The design: some neurons of the stage as it is.`,
    moduleHead(name, [CLOCK, ...tensors.map(({ port }) => port)], y),
    ...tensors.map(withinReach),
    `  wire [${bits * neurons.length - 1}:0] all;`,
    instance(
      `stage_${verilogName(stage)}`,
      'stage',
      {},
      {
        clk: 'clk',
        ...Object.fromEntries(ports.map(({ port }) => [port.name, `in_${port.name}`])),
        y: 'all',
      },
    ),
    `  assign y = all[${(members[0] ?? 0) * bits}+:${y.bits}];`,
    'endmodule\n',
  ].join('\n');
}

export const neuronTitle = ({ name }: ProvedStage, n: number): string => `neuron ${n} of stage "${name}"`;

function groupTitle(stage: ProvedStage, members: readonly number[]): string {
  const [first = 0] = members;
  if (members.length === stage.neurons.length) return `stage "${stage.name}"`;
  if (members.length === 1) return neuronTitle(stage, first);
  return `neurons ${first} to ${members.at(-1) ?? first} of stage "${stage.name}"`;
}

function readBy({ neurons }: ProvedStage, n: number) {
  const neuron = neurons[n];
  return neuron === undefined ? [] : elementsOf(neuron);
}
