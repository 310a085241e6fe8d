import { registersAsWires } from './engine-design.js';
import type { Neuron } from './neurons.js';
import { CLOCK, type Obligation, type Part, type Port } from './obligation.js';
import { combinational, sideScript } from './scripts.js';
import { neuronObligation, neuronsModule, neuronTitle, type ProvedStage } from './stage-obligation.js';
import { partInput, signalOf, withinReach, type Tensor } from './tensor.js';
import { constant, instance, listFunction, moduleHead } from './verilog.js';

type Sum = Extract<Neuron, { kind: 'sum' }>;

/**
 * That a logit is what the network says, by induction over the elements that it reads. Two adders that add many numbers in different orders
 * are beyond ABC; two copies of one adder of which one input differs are not.
 *
 * - With the least index of all of them the design gives the network's sum of these, whatever the elements are that it does not read.
 * - When one more of them has its own index, the design gives as much more as the network's table says.
 *
 * All steps together are the sum, for all indices.
 */
export function stepsObligation(stage: ProvedStage, n: number): Obligation {
  const { bits, source, tensors } = stage;
  const neuron = stage.neurons[n];
  const [tensor] = tensors;
  if (neuron?.kind !== 'sum' || tensor === undefined) throw new RangeError('only sums have steps');
  const y: Port = { name: 'y', bits: neuron.terms.length + 1, signed: false };
  const inputs = [CLOCK, tensor.port];
  const specification = [
    '// Every step holds.',
    moduleHead('specification', inputs, y),
    `  assign y = {${y.bits}{1'b1}};`,
    'endmodule\n',
  ];
  const title = neuronTitle(stage, n);
  return {
    subject: 'neuron',
    title,
    files: new Map([
      [...source],
      registersAsWires(),
      ['neuron.v', neuronsModule('neuron', stage, [n])],
      ['specification.v', specification.join('\n')],
      ['design.v', [moduleHead('design', inputs, y), ...stepLines(neuron, tensor, bits)].join('\n')],
    ]),
    output: y,
    design: sideScript('design', ['design.v'], combinational('neuron', [source[0], 'neuron.v'])),
    specification: sideScript('specification', ['specification.v'], []),
    parts: Array.from({ length: y.bits }, (_, step): Part => ({
      title,
      first: step,
      bits: 1,
      signed: false,
      inputs: neuron.terms.slice(0, step).map(({ from }) => partInput(tensors, from)),
    })),
    whole: neuronObligation(stage, [n]),
  };
}

function stepLines({ constant: base, terms }: Sum, tensor: Tensor, bits: number): readonly string[] {
  const { port, width, reach } = tensor;
  const least = (at: number): number => reach[at]?.min ?? 0;
  const start = terms.reduce((so, { from, values }) => so + (values[least(from.at)] ?? 0), base);
  // An index of 0 stands for the least that can occur (withinReach).
  const ones = (at: number): string => `(${port.bits}'d${2 ** width - 1} << ${at * width})`;
  const signal = signalOf([tensor]);
  const vector = `  wire [${port.bits - 1}:0]`;
  const sum = `  wire [${bits - 1}:0]`;
  const copy = (step: number): string =>
    instance('neuron', `neuron_${step}`, {}, { clk: 'clk', [port.name]: `x_${step}`, y: `sum_${step}` });
  const steps = terms.flatMap(({ from, values }, k) => {
    const first = values[least(from.at)] ?? 0;
    const more = values.map((value) => value - first);
    return [
      listFunction(`more_${k + 1}`, width, more.slice(0, 2 ** width), bits + 1),
      `${vector} x_${k + 1} = x_${k} | (${port.name} & ${ones(from.at)});`,
      `${sum} sum_${k + 1};`,
      copy(k + 1),
      `${sum} want_${k + 1} = sum_${k} + more_${k + 1}(${signal(from).name});`,
      `  assign y[${k + 1}] = sum_${k + 1} == want_${k + 1};`,
    ];
  });
  return [
    withinReach(tensor),
    `${vector} read = ${terms.map(({ from }) => ones(from.at)).join(' | ')};`,
    `${vector} x_0 = ${port.name} & ~read;`,
    `${sum} sum_0;`,
    copy(0),
    `${sum} want_0 = ${constant(start, bits + 1)};`,
    '  assign y[0] = sum_0 == want_0;',
    ...steps,
    'endmodule\n',
  ];
}
