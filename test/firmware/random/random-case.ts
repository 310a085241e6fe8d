import { chooseKernels } from '../../../toolkit/firmware/kernels/choose.js';
import type { KernelOptions } from '../../../toolkit/firmware/kernels/kernel-options.js';
import {
  isPooled,
  KERNEL_NAMES,
  makeKernel,
  type KernelName,
  type StageKernel,
} from '../../../toolkit/firmware/kernels/stage-kernel.js';
import { analyse, elements, type AnalysedStage, type TableNetwork } from '../../../toolkit/network/index.js';
import { between, seeded } from '../../support/random.js';
import { networkOf } from './network-of.js';
import type { CaseSpec } from './spec.js';
import { extremes } from './tables.js';

/** A kernel, a kind of stage, and whether pooling is computed with it, as one word of a table of counts. */
export type Pair = string;

export interface RandomCase {
  readonly spec: CaseSpec;
  readonly network: TableNetwork;
  readonly options: KernelOptions;
  readonly pictures: readonly Uint8Array[];
  /** What computes the stages, one each; of two that are computed together, once. */
  readonly met: readonly Pair[];
  /** What could compute them. */
  readonly possible: readonly Pair[];
}

/** All pixels at the lowest level, all at the highest, and some at random. */
const RANDOM_PICTURES = 3;

function pairOf(kernel: StageKernel, { stage }: AnalysedStage, pool: 1 | 2): Pair {
  return `${kernel.name} ${stage.kind}${pool === 2 ? ', pooled' : ''}${wayOf(kernel)}`;
}

/** Level sums have code of its own for thresholds at equal steps, and for sums that fit a byte. */
function wayOf(kernel: StageKernel): string {
  if (kernel.name !== 'level-sums' || kernel.plan.requantize.kind !== 'steps') return '';
  const { narrow } = kernel.plan.requantize;
  return narrow.includes(false) ? ', steps of 16 bits' : ', steps of bytes';
}

/** A spec made into a network, each of whose stages is to be computed by one of the kernels that can. */
export function randomCase(spec: CaseSpec, name: string): RandomCase {
  const network = networkOf(spec, name);
  const { stages } = analyse(network);
  const { lanes, tight } = spec;
  const able = stages.map((_, at) => kernelsOf(network, stages, at, lanes));
  const forced = new Map(
    stages.flatMap(({ stage }, at): readonly (readonly [string, KernelName])[] => {
      const kernels = able[at] ?? [];
      const kernel = kernels[(spec.kernels[at] ?? 0) % kernels.length];
      return 'weights' in stage && kernel !== undefined ? [[stage.name, kernel.name]] : [];
    }),
  );
  const room = tight ? { flash: Infinity, ram: 0 } : null;
  const options: KernelOptions = {
    lanes,
    core: 'm3',
    saturates: false,
    aim: 'speed',
    forced,
    room,
    among: KERNEL_NAMES,
  };
  const planned = chooseKernels(network, stages, options);
  const poolOf = (at: number): 1 | 2 => (planned[at + 1]?.kernel.name === 'fused' ? 2 : 1);
  return {
    spec,
    network,
    options,
    pictures: picturesOf(network, spec.seed),
    met: planned.flatMap(({ analysed, kernel }, at) =>
      kernel.name === 'fused' ? [] : [pairOf(kernel, analysed, poolOf(at))],
    ),
    possible: able.flatMap((kernels, at) => {
      const stage = stages[at];
      return stage === undefined ? [] : kernels.map(({ kernel, pool }) => pairOf(kernel, stage, pool));
    }),
  };
}

/** The kernels that can compute a stage, alone or with the pooling after it. */
function kernelsOf(
  network: TableNetwork,
  stages: readonly AnalysedStage[],
  at: number,
  lanes: 4 | 1,
): readonly { readonly name: KernelName; readonly kernel: StageKernel; readonly pool: 1 | 2 }[] {
  const stage = stages[at];
  if (stage === undefined) return [];
  if (!('weights' in stage.stage)) return [{ name: 'lookup', kernel: { name: 'lookup' }, pool: 1 }];
  const pools = isPooled(stage, stages[at + 1], stages) ? ([1, 2] as const) : ([1] as const);
  return KERNEL_NAMES.flatMap((name) =>
    pools.flatMap((pool) => {
      const kernel = makeKernel(name, network, stage, lanes, pool);
      return typeof kernel === 'string' ? [] : [{ name, kernel, pool }];
    }),
  );
}

function picturesOf({ input }: TableNetwork, seed: number): readonly Uint8Array[] {
  const random = seeded(seed ^ 0x5eed);
  const length = elements(input.shape);
  return [
    ...extremes(input.table).map((byte) => new Uint8Array(length).fill(byte)),
    ...Array.from({ length: RANDOM_PICTURES }, () =>
      Uint8Array.from({ length }, () => between(random, 0, 255)),
    ),
  ];
}
