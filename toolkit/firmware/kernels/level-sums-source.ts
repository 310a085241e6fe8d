import type { AnalysedStage } from '../../network/index.js';
import { constantName } from '../c-names.js';
import { fillLines, initializerLines, type Field } from '../c-text.js';
import { scratchOf } from '../memory-plan.js';
import { ENGINE, addressOf, offsetOf, structList, type StageContext, type Struct } from '../stage-text.js';
import { integers, type Table } from '../tables.js';
import { BLOCK, type PackedWindow } from './packed-window.js';
import { runNames, type LevelSums } from './level-sums.js';
import { narrowTable, requantizeAddress, requantizeRule, requantizeTable } from './requantize-source.js';

/** A sum in C: what it begins with, and what it becomes with each run that is added. */
interface Sum {
  readonly name: string;
  readonly value: string;
  readonly more: readonly string[];
}

const same = (run: string): string => run;
const plus = (sum: string, run: string): string => `${sum} + ${run}`;
const above = (run: string): string => `(${run} >> 8)`;
const odd = (run: string): string => `TABLIZE_ODD(${run})`;

/** What the template prints of a stage's functions. */
export interface LevelSumsFunctions {
  /** Whether sums of runs are weighed; those of narrow filters of steps are not. */
  readonly isWeighed: boolean;
  readonly formula: string;
  readonly weigh: string;
  readonly parameters: string;
  readonly sums: LevelSums['weigh']['sums'];
  readonly result: string;
  /** Of lanes 0 and 2, and of lanes 1 and 3 where there are four; of all of them where sums are narrow. */
  readonly halves: readonly { readonly name: string; readonly sums: readonly Sum[] }[];
  readonly letters: string;
  readonly room: number;
  readonly kind: readonly string[];
  readonly run: string;
  readonly struct: string;
  /** Of the engine. */
  readonly function: string;
}

export function levelSumsTables({
  stage,
  runs,
  base,
  requantize,
  lanes,
  kinds,
  signed,
  places,
  narrow,
}: LevelSums): readonly Table[] {
  const perFilter = runs.map((filter) => filter.flat());
  const sign = signed ? '+-' : '';
  const steps = integers(
    'weights',
    constantName('runs', stage.name),
    'uint8_t',
    perFilter.flat(),
    `${runs.length} filters of ${kinds.length} runs, for the factors ${kinds.map(({ factor }) => `${sign}${factor}`).join(', ')}; ${places} weights of ${stage.weights.length} are not zero.`,
  );
  const pair = lanes === 4 ? 'uint32_t' : 'uint16_t';
  return [
    { ...steps, lines: perFilter.flatMap((filter) => fillLines(filter)) },
    integers(
      'weights',
      constantName('starts', stage.name),
      'uint8_t',
      kinds.map(({ segment }) => segment),
      'The segment in which the places of each run lie.',
    ),
    {
      ...integers(
        'bias',
        constantName('base', stage.name),
        pair,
        base,
        'What the sums of a filter begin with.',
      ),
      type: 'tablize_pair_t',
    },
    ...(narrow && requantize.kind === 'thresholds'
      ? [narrowTable(stage.name, requantize.values)]
      : requantizeTable(stage.name, requantize)),
  ];
}

/** `output` is the tensor that the stage puts out: its own, or that of the pooling after it. */
export function levelSumsStructs(
  context: StageContext,
  analysed: AnalysedStage,
  plan: LevelSums,
  output: string,
): readonly Struct[] {
  const { stage, window, requantize } = plan;
  const self: Struct = {
    type: 'tablize_level_sums_t',
    name: constantName('stage', stage.name),
    suffix: '',
    lines: initializerLines([
      ['input', offsetOf(context, stage.input)],
      ['output', offsetOf(context, output)],
      ...(window === null ? [] : windowFields(context, analysed, plan, window)),
      ['filters', stage.bias.length],
      ...(stage.kind === 'depthwiseConv2d' && window !== null ? ([['group', window.channels]] as const) : []),
      ['runs', addressOf('runs', stage.name)],
      ['starts', addressOf('starts', stage.name)],
      ['base', addressOf('base', stage.name)],
      plan.narrow && requantize.kind === 'thresholds'
        ? ['narrow', addressOf('thresholds', stage.name)]
        : requantizeAddress(stage.name, requantize),
    ]),
  };
  return window === null ? [self] : [phaseList(stage.name, window), self];
}

function phaseList(stage: string, { phases }: PackedWindow): Struct {
  return structList(
    'tablize_phase_t',
    constantName('phases', stage),
    phases.map(({ cell, before, inside, after }) => [
      ['cell', cell],
      ['before', before],
      ['inside', inside],
      ['after', after],
    ]),
  );
}

/** Where the packed input lies, how it is packed, and which positions there are. */
function windowFields(
  context: StageContext,
  { inputs }: AnalysedStage,
  { stage, pool }: LevelSums,
  window: PackedWindow,
): readonly Field[] {
  if (stage.kind === 'dense') return [];
  const [height, width, depth] = inputs[0]?.shape ?? [0, 0, 0];
  const line = width * depth;
  const filters = stage.bias.length;
  const rowCells = window.width * filters;
  const inBlock = BLOCK / pool;
  return [
    ['words', offsetOf(context, scratchOf(stage.name, 'words'))],
    ['border', offsetOf(context, scratchOf(stage.name, 'border'))],
    [
      'packing',
      [
        ['height', height],
        ['top', 0 - stage.padding.top],
        ['line_cells', line],
        ['first_cell', 0 - stage.padding.top * line],
        ['lane_lines', window.laneLines],
        ['lane_cells', window.laneLines * line],
        ['column_cells', stage.stride[1] * depth],
        ['channels', window.channels],
        ['channel_words', window.channelWords],
        ['line_words', window.lineWords],
        ['lines', window.lines],
        ['phase_count', window.phases.length],
        ['columns', window.columns],
        ['phases', addressOf('phases', stage.name)],
        ['padding', stage.paddingIndex],
        ['border_cells', window.border ? line : 0],
      ],
    ],
    ['rows', window.rows],
    ['last_rows', window.lastRows],
    ['full_lanes', window.fullLanes],
    ['width', window.width],
    ['row_cells', rowCells],
    ['lane_cells', window.rows * rowCells],
    ['block_cells', stage.kind === 'depthwiseConv2d' ? inBlock * filters : (inBlock - 1) * filters],
    ['row_words', window.rowWords],
    ...(window.byRow
      ? ([
          ['row_lines', pool * stage.stride[0]],
          ['row_line_cells', pool * stage.stride[0] * line],
        ] as const)
      : []),
  ];
}

export function levelSumsFunctions({
  stage,
  kinds,
  signed,
  ground,
  oddFromAll,
  chain,
  weigh,
  window,
  lanes,
  pool,
  requantize,
  narrow,
  unit,
}: LevelSums): LevelSumsFunctions {
  const factors = kinds.map(({ factor }) => factor);
  const distinct = [...new Set(factors)];
  const letters = runNames(distinct.length);
  /** The sum of the runs of each factor, run by run. */
  const half = (first: (run: string) => string, next: (sum: string, run: string) => string): readonly Sum[] =>
    distinct.map((factor, at) => {
      const [run = '', ...others] = factors.flatMap((one, k) =>
        one === factor ? [`run[${BLOCK * k}]`] : [],
      );
      const name = letters[at] ?? '';
      return { name, value: first(run), more: others.map((other) => next(name, other)) };
    });
  const function_ = (role: string): string => constantName(role, stage.name);
  const wide = requantize.kind === 'steps' && requantize.narrow.includes(false);
  const chained = chain > 0 && !wide;
  const halves = chained
    ? []
    : [
        {
          name: function_('even'),
          sums: narrow
            ? half(same, plus)
            : half(
                (run) => `TABLIZE_EVEN(${run})`,
                (sum, run) => `tablize_add_even(${sum}, ${run})`,
              ),
        },
        ...(lanes === 4 && !narrow
          ? [
              {
                name: function_('odd'),
                sums: half(oddFromAll ? above : odd, (sum, run) =>
                  plus(sum, oddFromAll ? above(run) : odd(run)),
                ),
              },
            ]
          : []),
      ];
  return {
    isWeighed: !chained,
    formula: distinct
      .map(
        (factor, k) =>
          `${k === 0 ? (factor < 0 ? '-' : '') : factor < 0 ? ' - ' : ' + '}${Math.abs(factor)} ${letters[k] ?? ''}`,
      )
      .join(''),
    weigh: function_('weigh'),
    parameters: letters.map((letter) => `tablize_wide_t ${letter}`).join(', '),
    sums: weigh.sums,
    result: weigh.result,
    halves,
    letters: letters.join(', '),
    room: chained ? BLOCK : factors.length * BLOCK,
    kind: initializerLines(
      [
        ['runs', factors.length],
        ['pool', pool],
        ['narrow', String(narrow)],
        ['by_row', String(window?.byRow ?? false)],
        ['whole', String(kinds.every(({ segment }) => segment === 0))],
        ['signed_runs', String(signed)],
        ...(oddFromAll ? ([['odd_from_all', 'true']] as const) : []),
        ...(chain === 0 ? [] : ([['chain', chain]] as const)),
        ...(wide ? ([['wide', 'true']] as const) : []),
        ...(ground === 0 ? [] : ([['ground', inAllLanes(ground)]] as const)),
        ['unit', unit],
        requantizeRule(requantize),
        ...(halves[0] === undefined ? [] : ([['even', halves[0].name]] as const)),
        ...(halves[1] === undefined ? [] : ([['odd', halves[1].name]] as const)),
      ],
      '    ',
    ),
    run: function_('run'),
    struct: constantName('stage', stage.name),
    function: `tablize_level_sums_${ENGINE[stage.kind].stem}`,
  };
}

/** A byte in each lane of a word, as C. */
function inAllLanes(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').repeat(4)}u`;
}
