/** What hdl-templates/engine/engine.v reads as one word of stages.hex; the names are its own. */
export interface StageWord {
  readonly name: string;
  readonly kind: number;
  readonly runs: boolean;
  readonly isPoint: boolean;
  readonly isLast: boolean;
  readonly repeatWeights: boolean;
  readonly wide: boolean;
  readonly single: boolean;
  readonly outBanks: number;
  readonly requantize: number;
  /** In all; the word has what is more than the least of all stages. */
  readonly shift: number;
  readonly stepsLast: number;
  readonly lastIndex: number;
  readonly rowsLast: number;
  readonly columnsLast: number;
  readonly channelsLast: number;
  readonly blocksLast: number;
  readonly innerLast: number;
  readonly rowStride: number;
  readonly channelShift: number;
  readonly rowStep: number;
  readonly blockStep: number;
  readonly outPhases: number;
  readonly outFirst: number;
  readonly outRowStep: number;
  readonly outBack: number;
  readonly outSkip: number;
  readonly columnFirst: number;
  readonly tapFirst: number;
  readonly tapLast: number;
  readonly table: number;
  readonly weightsFirst: number;
  readonly padding: number;
  readonly parametersFirst: number;
}

/** A word of taps.hex. */
export interface TapWord {
  readonly offset: number;
  readonly turn: number;
  readonly skew: number;
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly columnFrom: number;
  readonly columnTo: number;
}

/** Numbers of the kinds of operations, as engine.v has them; of what does not run it does not matter. */
export const KINDS = { window: 0, scan: 1, channel: 2, largest: 3, view: 2 } as const;
/** Numbers of the kinds of requantization, as engine.v has them. */
export const REQUANTIZE = { shift: 0, thresholds: 1, logits: 2 } as const;

/** A word that does nothing. */
export const NOTHING: StageWord = {
  name: '',
  kind: KINDS.view,
  runs: false,
  isPoint: false,
  isLast: false,
  repeatWeights: false,
  wide: false,
  single: false,
  outBanks: 0,
  requantize: REQUANTIZE.shift,
  shift: 0,
  stepsLast: 0,
  lastIndex: 0,
  rowsLast: 0,
  columnsLast: 0,
  channelsLast: 0,
  blocksLast: 0,
  innerLast: 0,
  rowStride: 0,
  channelShift: 0,
  rowStep: 0,
  blockStep: 0,
  outPhases: 0,
  outFirst: 0,
  outRowStep: 0,
  outBack: 0,
  outSkip: 0,
  columnFirst: 0,
  tapFirst: 0,
  tapLast: 0,
  table: 0,
  weightsFirst: 0,
  padding: 0,
  parametersFirst: 0,
};

/**
 * The same words, with each field that does not matter as it is in a neighbouring word: what never changes costs nothing where words are
 * made of logic.
 */
export function withoutChange(words: readonly StageWord[]): StageWord[] {
  const settled: StageWord[] = [];
  const first = words.find(({ runs, kind }) => runs && kind !== KINDS.largest) ?? NOTHING;
  for (const word of words) settled.push({ ...word, ...unusedFrom(settled.at(-1) ?? first, word) });
  return settled;
}

/** What a word says whether or not it runs. */
const ALWAYS: ReadonlySet<string> = new Set<keyof StageWord>([
  'name',
  'runs',
  'isPoint',
  'isLast',
  'rowsLast',
  'columnsLast',
  'channelsLast',
  'outPhases',
  'outRowStep',
  'columnFirst',
]);

function unusedFrom(other: StageWord, { runs, kind, requantize }: StageWord): Partial<StageWord> {
  if (!runs) return Object.fromEntries(Object.entries(other).filter(([field]) => !ALWAYS.has(field)));
  const { shift, lastIndex, table, weightsFirst, parametersFirst } = other;
  if (kind === KINDS.largest) return { shift, lastIndex, table, weightsFirst, parametersFirst };
  return requantize === REQUANTIZE.logits ? { shift, lastIndex } : {};
}
