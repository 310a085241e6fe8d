/** What hdl-templates/engine/engine.v reads as one word of stages.hex; the names are its own. */
export interface StageWord {
  readonly name: string;
  readonly kind: number;
  readonly runs: boolean;
  readonly isPoint: boolean;
  readonly isLast: boolean;
  readonly repeatWeights: boolean;
  readonly requantize: number;
  readonly shift: number;
  readonly levelsLog2: number;
  readonly rowsLast: number;
  readonly columnsLast: number;
  readonly channelsLast: number;
  readonly outerLast: number;
  readonly innerLast: number;
  readonly rowStride: number;
  readonly origin: number;
  readonly rowStep: number;
  readonly blockStep: number;
  readonly outFirst: number;
  readonly outRowStep: number;
  readonly columnFirst: number;
  readonly tapFirst: number;
  readonly tapLast: number;
  readonly table: number;
  readonly weightsFirst: number;
  readonly lastIndex: number;
  readonly padding: number;
  readonly parametersFirst: number;
}

/** A word of taps.hex. */
export interface TapWord {
  readonly offset: number;
  readonly rotation: number;
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly columnFrom: number;
  readonly columnTo: number;
}

/** Numbers of the kinds of operations, as engine.v has them; of what does not run it does not matter. */
export const KINDS = { window: 0, scan: 1, channel: 2, largest: 3, view: 2 } as const;
/** Numbers of the kinds of requantization, as requantize.v has them. */
export const REQUANTIZE = { shift: 0, thresholds: 1, logits: 2, copy: 3 } as const;

/** A word that does nothing. */
export const NOTHING: StageWord = {
  name: '',
  kind: KINDS.view,
  runs: false,
  isPoint: false,
  isLast: false,
  repeatWeights: false,
  requantize: REQUANTIZE.copy,
  shift: 0,
  levelsLog2: 0,
  rowsLast: 0,
  columnsLast: 0,
  channelsLast: 0,
  outerLast: 0,
  innerLast: 0,
  rowStride: 0,
  origin: 0,
  rowStep: 0,
  blockStep: 0,
  outFirst: 0,
  outRowStep: 0,
  columnFirst: 0,
  tapFirst: 0,
  tapLast: 0,
  table: 0,
  weightsFirst: 0,
  lastIndex: 0,
  padding: 0,
  parametersFirst: 0,
};
