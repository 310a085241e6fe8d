import {
  elements,
  productTableOf,
  requantizeOf,
  type AnalysedStage,
  type Analysis,
  type Padding,
  type ProductTable,
  type Requantize,
  type Shape,
  type TableNetwork,
} from '../network/index.js';

/** A tensor in the activation memory: the picture, what a stage gives, or a copy of one of these with other phases. */
export interface EngineTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly phases: number;
}

/**
 * One walk of the engine. `window` is a convolution, `scan` a dense stage; `channel` treats each channel for itself, as `largest` does, which keeps the
 * largest index of a window; `view` does nothing, but says where a tensor is that others have made.
 */
export interface Operation {
  readonly kind: 'window' | 'scan' | 'channel' | 'largest' | 'view';
  readonly name: string;
  /** Its taps are the places of the window in each of these, one after another. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** The part of the output's channels that it writes. */
  readonly channels: { readonly first: number; readonly count: number };
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
  /** What is read outside the input; `nothing` has no product at all. */
  readonly outside: number | 'nothing';
  /** Rows by activation index, a column for each weight index. */
  readonly products: readonly (readonly number[])[];
  /** Of output `filter` at tap `tap`, input channel `channel`: an index of a column of `products`. */
  readonly weight: (filter: number, tap: number, channel: number) => number;
  /** All channels have the same weights, as sums of tensors and averages do. */
  readonly sameWeights: boolean;
  readonly bias: readonly number[];
  /** `copy`: the sum is the index; null: the sums are the logits. */
  readonly requantize: Requantize | 'copy' | null;
  /** The only column that it writes; null: all. */
  readonly column: number | null;
  /** The trace point that its output is. */
  readonly isPoint: boolean;
}

export interface EngineGraph {
  readonly tensors: readonly EngineTensor[];
  readonly operations: readonly Operation[];
}

const NO_PADDING: Padding = { top: 0, right: 0, bottom: 0, left: 0 };
const COPY = {
  window: [1, 1],
  stride: [1, 1],
  padding: NO_PADDING,
  outside: 0,
  weight: () => 0,
  sameWeights: true,
  bias: [],
  requantize: 'copy',
  column: null,
} as const;

/**
 * A network as walks of the engine: stages that join tensors become a walk for each part, and a tensor that is read in two ways gets
 * a copy for the second.
 */
export function operationsOf(network: TableNetwork, { stages }: Analysis, banks: number): EngineGraph {
  const tensors: EngineTensor[] = [];
  const operations: Operation[] = [];
  const wanted = phasesWanted(stages, banks);

  const add = (name: string, shape: Shape, levels: number): void => {
    const phases = wanted.get(name) ?? new Set();
    const own = phases.size === 1 ? ([...phases][0] ?? 1) : 1;
    tensors.push({ name, shape, phases: own });
    for (const other of [...phases].filter((one) => one !== own)) {
      const copy = phasedName(name, other);
      tensors.push({ name: copy, shape, phases: other });
      operations.push({
        ...COPY,
        kind: 'channel',
        name: copy,
        inputs: [name],
        output: copy,
        channels: { first: 0, count: shape[2] },
        products: identity(levels),
        isPoint: false,
      });
    }
  };
  const read = (name: string, phases: number | null): string => {
    const tensor = tensors.find((one) => one.name === name);
    return phases === null || tensor?.phases === phases ? name : phasedName(name, phases);
  };

  add('input', network.input.shape, network.input.levels);
  for (const analysed of stages) {
    operations.push(...stageOperations(network, analysed, banks, read));
    const { name, shape, levels } = analysed.output;
    if (levels === null) tensors.push({ name, shape, phases: 1 });
    else add(name, shape, levels);
  }
  return { tensors, operations };
}

const phasedName = (name: string, phases: number): string => `${name} (phases ${phases})`;

const identity = (levels: number): number[][] => Array.from({ length: levels }, (_, index) => [index]);

/** In how many phases a stage wants its inputs; null: it does not matter. With one bank it never does. */
function phasesFor({ stage }: AnalysedStage, banks: number): number | null {
  if (stage.kind === 'dense') return null;
  return 'stride' in stage && banks > 1 ? stage.stride[1] : 1;
}

function phasesWanted(stages: readonly AnalysedStage[], banks: number): Map<string, Set<number>> {
  const wanted = new Map<string, Set<number>>();
  for (const analysed of stages) {
    const phases = phasesFor(analysed, banks);
    if (phases === null) continue;
    for (const { name } of analysed.inputs) wanted.set(name, (wanted.get(name) ?? new Set()).add(phases));
  }
  return wanted;
}

function stageOperations(
  network: TableNetwork,
  analysed: AnalysedStage,
  banks: number,
  read: (name: string, phases: number | null) => string,
): Operation[] {
  const { stage, inputs, output } = analysed;
  const names = inputs.map(({ name }) => read(name, phasesFor(analysed, banks)));
  const depth = inputs[0]?.shape[2] ?? 0;
  const base = {
    ...COPY,
    name: stage.name,
    inputs: names,
    output: output.name,
    channels: { first: 0, count: output.shape[2] },
    requantize: requantizeOf(stage) ?? null,
    isPoint: true,
  };
  switch (stage.kind) {
    case 'dense': {
      const count = elements(inputs[0]?.shape ?? [0, 0, 0]);
      return [
        {
          ...base,
          kind: 'scan',
          products: rowsOf(productTableOf(network, stage)),
          weight: (filter, element) => stage.weights[filter * count + element] ?? 0,
          sameWeights: false,
          bias: stage.bias,
        },
      ];
    }
    case 'conv2d':
    case 'depthwiseConv2d': {
      const taps = stage.kernel[0] * stage.kernel[1];
      const inner = stage.kind === 'conv2d' ? depth : 1;
      return [
        {
          ...base,
          kind: stage.kind === 'conv2d' ? 'window' : 'channel',
          window: stage.kernel,
          stride: stage.stride,
          padding: stage.padding,
          outside: stage.paddingIndex,
          products: rowsOf(productTableOf(network, stage)),
          weight: (filter, tap, channel) => stage.weights[(filter * taps + tap) * inner + channel] ?? 0,
          sameWeights: false,
          bias: stage.bias,
        },
      ];
    }
    case 'maxPool':
      return [
        {
          ...base,
          kind: 'largest',
          window: stage.window,
          stride: stage.stride,
          padding: stage.padding,
          products: [],
          requantize: 'copy',
        },
      ];
    case 'averagePool':
      return [
        {
          ...base,
          kind: 'channel',
          window: stage.window,
          stride: stage.stride,
          padding: stage.padding,
          outside: 'nothing',
          products: stage.values.map((value) => [value]),
        },
      ];
    case 'add': {
      const levels = Math.max(...stage.values.map((row) => row.length));
      return [
        {
          ...base,
          kind: 'channel',
          products: Array.from({ length: levels }, (_, index) => stage.values.map((row) => row[index] ?? 0)),
          weight: (_filter, tap) => tap,
        },
      ];
    }
    case 'concat': {
      let first = 0;
      const parts = stage.tables.map((table, k): Operation => {
        const count = inputs[k]?.shape[2] ?? 0;
        const part: Operation = {
          ...base,
          kind: 'channel',
          name: `${stage.name} (part ${k + 1})`,
          inputs: [names[k] ?? ''],
          channels: { first, count },
          products: table.map((index) => [index]),
          requantize: 'copy',
          isPoint: false,
        };
        first += count;
        return part;
      });
      return [...parts, { ...base, kind: 'view', inputs: [], products: [], requantize: 'copy' }];
    }
  }
}

function rowsOf({ activations, weights, values }: ProductTable): number[][] {
  return Array.from({ length: activations }, (_, a) => values.slice(a * weights, (a + 1) * weights));
}
