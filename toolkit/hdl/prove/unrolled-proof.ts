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
import { pick } from './engine-design.js';
import { folded } from './folded.js';
import { grouped } from './groups.js';
import { indexBits } from './neuron-text.js';
import { neuronsOf } from './neurons.js';
import type { Obligation } from './obligation.js';
import { reachOf, type Reach } from './reach.js';
import { neuronObligation, type ProvedStage } from './stage-obligation.js';
import { stepsObligation } from './steps-obligation.js';
import type { Tensor } from './tensor.js';
import { verilogName } from './verilog.js';
import { wayOf } from './way.js';

/** The modules whose proof is wanted, with every element that a stage has. */
export function unrolledDesign(network: TableNetwork): UnrolledModules {
  return unrolledModules(network, { adders: LUT4, levels: 2, keepUnread: true });
}

/**
 * That every element of every stage is what sections 4 and 5 of docs/table-network.md say, for all indices that its inputs can have: each
 * stage's module, with its registers as wires, and some neurons at a time. Throws InputError as the unrolled engine does, and for a stage whose
 * neurons read too much.
 */
export function unrolledObligations(
  network: TableNetwork,
  design?: Pick<UnrolledModules, 'files'>,
): readonly Obligation[] {
  const { min, max } = range(network.input.table);
  const reach = new Map<string, readonly Interval[]>([
    [INPUT, Array.from({ length: elements(network.input.shape) }, () => ({ min, max }))],
  ]);
  const specified = analyse(network).stages.map((analysed) => {
    const tensors = tensorsOf(analysed, reach);
    const neuron = neuronsOf(network, analysed);
    const neurons = Array.from({ length: elements(analysed.output.shape) }, (_, n) => {
      const one = folded(neuron(n), reach);
      return { neuron: one, way: wayOf(one, tensors, `neuron ${n} of stage "${analysed.stage.name}"`) };
    });
    reach.set(
      analysed.stage.name,
      neurons.map(({ neuron: one }) => reachOf(one, reach)),
    );
    return { analysed, neurons, tensors };
  });
  const { files } = design ?? unrolledDesign(network);
  return specified.flatMap(({ analysed, neurons, tensors }) => {
    const stage: ProvedStage = {
      ...outputOf(analysed),
      neurons: neurons.map(({ neuron }) => neuron),
      tensors,
      source: pick(files, [`stage_${verilogName(analysed.stage.name)}.v`])[0] ?? ['', ''],
    };
    return grouped(neurons).map(({ way, members }) =>
      way === 'steps' ? stepsObligation(stage, members[0] ?? 0) : neuronObligation(stage, members),
    );
  });
}

function tensorsOf({ inputs }: AnalysedStage, reach: Reach): readonly Tensor[] {
  return [...new Map(inputs.map((tensor) => [tensor.name, tensor])).values()].map(
    ({ name, shape, levels }) => ({
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
}

function outputOf({
  stage,
  output,
  bounds,
}: AnalysedStage): Pick<ProvedStage, 'name' | 'bits' | 'sumBits' | 'isLogits'> {
  const isLogits = output.levels === null;
  return {
    name: stage.name,
    bits:
      output.levels === null ? signedWidth(bounds?.final ?? { min: 0, max: 0 }) : indexBits(output.levels),
    sumBits: signedWidth(bounds?.partial ?? { min: 0, max: 0 }),
    isLogits,
  };
}
