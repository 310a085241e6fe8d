import type { Shape } from '../network/index.js';

/**
 * Where the elements of a tensor lie in the activation memory, which has `banks` banks side by side.
 *
 * Columns are dealt to the banks in turn, so that neighbours can be read at once. A tensor that is read with a stride of n is first
 * split into n `phases`, column x being number t = floor(x / n) of phase x mod n: then the columns that are read at once are neighbours
 * again. Column t of a phase lies in block floor(t / banks). Where n divides the banks, each phase begins in another bank (`skew`), so
 * that neighbouring columns can be written at once as well.
 */
export interface TensorLayout {
  readonly shape: Shape;
  readonly banks: number;
  readonly phases: number;
  /** Of `banks` columns in each row of a phase. */
  readonly blocks: number;
  /** Addresses in a bank. */
  readonly words: number;
  /** `banks` neighbouring columns lie in different banks, in an order that hdl-templates/engine/dealer.v knows. */
  readonly dealt: boolean;
  /** Addresses from one channel, phase, block, row to the next. */
  readonly channelStep: number;
  readonly phaseStep: number;
  readonly blockStep: number;
  readonly rowStep: number;
}

export function layOut(shape: Shape, banks: number, phases: number): TensorLayout {
  const [height, width, channels] = shape;
  const blocks = Math.ceil(Math.ceil(width / phases) / banks);
  const base = { shape, banks, phases, blocks, words: height * phases * blocks * channels };
  return banks % phases === 0
    ? {
        ...base,
        dealt: true,
        channelStep: phases,
        phaseStep: 1,
        blockStep: channels * phases,
        rowStep: blocks * channels * phases,
      }
    : {
        ...base,
        dealt: false,
        channelStep: 1,
        phaseStep: height * blocks * channels,
        blockStep: channels,
        rowStep: blocks * channels,
      };
}

/** The bank in which the blocks of a phase begin. */
export function skew({ banks, phases, dealt }: TensorLayout, phase: number): number {
  return dealt ? (phase * banks) / phases : 0;
}

export interface ColumnPlace {
  /** From the row's first address to that of the column's first channel. */
  readonly offset: number;
  readonly bank: number;
}

export function columnPlace(layout: TensorLayout, column: number): ColumnPlace {
  const { banks, phases, phaseStep, blockStep } = layout;
  const phase = column % phases;
  const turn = Math.floor(column / phases);
  return {
    offset: phase * phaseStep + Math.floor(turn / banks) * blockStep,
    bank: (turn + skew(layout, phase)) % banks,
  };
}
