import { analyse, type TableNetwork } from '../../network/index.js';
import type { FirmwareBoard } from '../../boards/index.js';
import { kernelsFor } from '../fit.js';
import { planMemory } from '../memory-plan.js';
import { chooseKernels } from './choose.js';
import { flashBytes } from './flash-bytes.js';
import type { KernelOptions } from './kernel-options.js';
import { predictStage, unitOf } from './predict.js';
import { KERNEL_NAMES, makeKernel, type KernelName } from './stage-kernel.js';
import { USUAL_ACTIVE } from './work.js';

/** What a kernel would cost a stage on a board, or why it cannot compute it. */
export interface KernelCost {
  readonly kernel: KernelName;
  /** Predicted instructions or cycles of one inference. */
  readonly time: number | null;
  /** Bytes of its tables and of code of its own. */
  readonly flash: number | null;
  readonly reason: string | null;
}

export interface KernelReport {
  readonly board: string;
  readonly unit: 'instructions' | 'cycles';
  readonly aim: KernelOptions['aim'];
  readonly stages: readonly {
    readonly stage: string;
    /** `fused`: computed by the stage before. */
    readonly chosen: KernelName | 'fused';
    readonly time: number;
    readonly flash: number;
    readonly others: readonly KernelCost[];
  }[];
  readonly time: number;
  readonly flash: number;
  /** Bytes of the workspace: tensors and what kernels need while they run. */
  readonly ram: number;
}

/**
 * The kernels that are chosen for a network on a board, what they are predicted to cost, and what the others would. `active`: of a stage,
 * the share of input activations that are not the commonest one (0..1), where something is known of the pictures; the choice assumes half.
 */
export function kernelReport(
  network: TableNetwork,
  board: FirmwareBoard,
  changes: Partial<KernelOptions> = {},
  active: (stage: number) => number = () => USUAL_ACTIVE,
): KernelReport {
  const options = { ...kernelsFor(network, board), ...changes };
  const { core, lanes, aim } = options;
  const { stages } = analyse(network);
  const planned = chooseKernels(network, stages, options);
  const rows = planned.map((one, at) => {
    const { analysed, kernel } = one;
    const others = KERNEL_NAMES.filter((name) => name !== kernel.name && 'weights' in analysed.stage).map(
      (name): KernelCost => {
        const other = makeKernel(name, network, analysed, lanes);
        if (typeof other === 'string') return { kernel: name, time: null, flash: null, reason: other };
        const time = predictStage(core, { analysed, kernel: other }, active(at));
        return {
          kernel: name,
          time: Math.round(time),
          flash: flashBytes(network, stages, { analysed, kernel: other }),
          reason: null,
        };
      },
    );
    return {
      stage: analysed.stage.name,
      chosen: kernel.name,
      time: Math.round(predictStage(core, one, active(at))),
      flash: flashBytes(network, stages, one),
      others,
    };
  });
  const sum = (what: 'time' | 'flash'): number => rows.reduce((so, row) => so + row[what], 0);
  return {
    board: board.id,
    unit: unitOf(core),
    aim,
    stages: rows,
    time: sum('time'),
    flash: sum('flash'),
    ram: planMemory(network.input.shape, planned, lanes).size,
  };
}
