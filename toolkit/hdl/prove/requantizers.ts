import {
  accumulatorBounds,
  analyse,
  type AnalysedStage,
  type Interval,
  type Requantize,
  type TableNetwork,
} from '../../network/index.js';
import { unsignedBits } from '../folding.js';
import { REQUANTIZE, type StageWord } from '../stage-words.js';
import { CLOCK, wholePort, type Obligation, type Port } from './obligation.js';
import { sideScript } from './scripts.js';
import { parameter, pick, registersAsWires, wordsOf, type EngineDesign } from './engine-design.js';
import { constant, instance, listFunction, moduleHead } from './verilog.js';

/** Wide enough for a sum, a bias and an offset of 32 bits each. */
const WIDE = 35;

/** One stage's requantization as the network has it, by channel. */
interface Rule {
  readonly title: string;
  readonly requantize: Requantize | null;
  readonly bias: readonly number[];
  /** Of the sums without bias. */
  readonly sums: readonly Interval[];
}

function ruleOf(network: TableNetwork, analysed: AnalysedStage): Rule | null {
  const { stage, output } = analysed;
  const bounds = accumulatorBounds(network, analysed);
  if (bounds === null || !('requantize' in stage)) return null;
  const channels = output.shape[2];
  const bias = Array.from({ length: channels }, (_, c) => ('bias' in stage ? (stage.bias[c] ?? 0) : 0));
  const sums = bias.map((one, c): Interval => {
    const { min, max } = bounds.channels[c] ?? bounds.final;
    return { min: min - one, max: max - one };
  });
  const what = stage.requantize === null ? 'sums' : 'requantizer';
  return { title: `${what} of stage "${stage.name}"`, requantize: stage.requantize, bias, sums };
}

/**
 * That the engine makes the same index of a sum as section 5 of docs/table-network.md, for every sum within the proven bounds:
 * parameters.hex behind rom.v, and requantize.v, for thresholds as many clocks of it as there are thresholds.
 */
export function requantizerObligations(network: TableNetwork, design: EngineDesign): readonly Obligation[] {
  return analyse(network).stages.flatMap((analysed) => {
    const rule = ruleOf(network, analysed);
    if (rule === null) return [];
    const words = new Map(
      wordsOf(design.program, analysed.stage.name).map((word) => [
        [word.requantize, word.shift, word.stepsLast, word.lastIndex, word.parametersFirst].join(),
        word,
      ]),
    );
    return [...words.values()].map((word) => obligation(rule, word, design));
  });
}

function obligation(rule: Rule, word: StageWord, { image, files }: EngineDesign): Obligation {
  const of = (name: string): number => parameter(image, name);
  const [sumBits, indexBits] = [of('SUM_BITS'), of('INDEX_BITS')];
  const channelBits = unsignedBits(rule.bias.length - 1);
  const inputs: Port[] = [
    { name: 'channel', bits: channelBits, signed: false },
    { name: 'sum', bits: sumBits, signed: true },
    // What was counted for another sum.
    { name: 'before', bits: indexBits, signed: false },
  ];
  const isLogits = rule.requantize === null;
  const output: Port = { name: 'result', bits: WIDE, signed: true };
  const ports = { channel: 'channel', sum: 'sum' };
  const perChannel = (name: string, values: readonly number[]): string =>
    listFunction(name, channelBits, values, WIDE);

  const inBounds = [
    '// The channels that there are, and the sums that can occur there.',
    moduleHead('in_bounds', inputs.slice(0, 2), { name: 'y', bits: 1, signed: false }),
    perChannel(
      'least',
      rule.sums.map(({ min }) => min),
    ),
    perChannel(
      'most',
      rule.sums.map(({ max }) => max),
    ),
    `  assign y = channel < ${rule.bias.length} && sum >= least(channel) && sum <= most(channel);`,
    'endmodule\n',
  ];
  const specification = [
    '// The network: docs/table-network.md, section 5.',
    moduleHead('specification', [CLOCK, ...inputs], output),
    perChannel('bias', rule.bias),
    ...ruleFunctions(rule, perChannel),
    '  wire counts;',
    instance('in_bounds', 'bounds', {}, { ...ports, y: 'counts' }),
    `  wire signed [${WIDE - 1}:0] accumulator = sum + bias(channel);`,
    ...ruleLines(rule.requantize),
    `  assign result = counts ? value : ${constant(0, WIDE)};`,
    'endmodule\n',
  ];

  const steps = stepsOf(word);
  const result = isLogits
    ? `{{${WIDE - sumBits}{total_0[${sumBits - 1}]}}, total_0[${sumBits - 1}:0]}`
    : `{${WIDE - indexBits}'d0, index_${steps - 1}}`;
  const wrapper = [
    `// The design: ${steps === 1 ? 'one clock' : `${steps} clocks, one after another,`} of its requantizer.`,
    moduleHead('design', [CLOCK, ...inputs], output),
    '  wire counts;',
    instance('in_bounds', 'bounds', {}, { ...ports, y: 'counts' }),
    ...Array.from({ length: steps }, (_, k) =>
      requantizerInstance(image, word, k, {
        sum: 'sum',
        channels: rule.bias.length,
        address: 'channel',
        before: k === 0 ? 'before' : `counted_${k - 1}`,
      }),
    ).flat(),
    `  assign result = counts ? ${result} : ${constant(0, WIDE)};`,
    'endmodule\n',
  ];
  const { title } = rule;
  return {
    subject: 'requantizer',
    title,
    files: new Map([
      ...pick(files, ['rom.v', 'requantize.v', 'greater.v']),
      ...parameterFiles(files, word, rule.bias.length),
      registersAsWires(),
      ['in_bounds.v', inBounds.join('\n')],
      ['specification.v', specification.join('\n')],
      ['design.v', wrapper.join('\n')],
    ]),
    output,
    design: sideScript('design', ['rom.v', 'in_bounds.v', 'design.v'], requantizeScript(image)),
    specification: sideScript('specification', ['in_bounds.v', 'specification.v'], []),
    parts: [{ title, first: 0, bits: WIDE, signed: true, inputs: inputs.slice(0, 2).map(wholePort) }],
  };
}

/** How many words of parameters.hex a sum takes. */
const stepsOf = ({ requantize, stepsLast }: StageWord): number =>
  requantize === REQUANTIZE.thresholds ? stepsLast + 1 : 1;

/** The words of parameters.hex that belong to a stage, in a file for each step of a sum: those of channel after channel. */
export function parameterFiles(
  files: EngineDesign['files'],
  word: StageWord,
  channels: number,
): [string, string][] {
  const words = (files.get('parameters.hex') ?? '').trim().split('\n');
  const steps = stepsOf(word);
  return Array.from({ length: steps }, (_, k) => [
    `parameters_${k}.hex`,
    Array.from(
      { length: channels },
      (_unused, c) => `${words[word.parametersFirst + c * steps + k] ?? 'x'}\n`,
    ).join(''),
  ]);
}

/** What comes to a requantizer: a sum, and the number of the channel, which is the address of its word. */
interface Signals {
  readonly sum: string;
  readonly channels: number;
  readonly address: string;
  readonly before: string;
}

/** A word of parameters.hex and one clock of requantize.v: `total_k`, `index_k` and `counted_k` of what its registers are to hold. */
export function requantizerInstance(
  image: EngineDesign['image'],
  { requantize, shift, lastIndex }: StageWord,
  k: number,
  { sum, channels, address, before }: Signals,
): readonly string[] {
  const of = (name: string): number => parameter(image, name);
  const [sumBits, indexBits, counts] = [of('SUM_BITS'), of('INDEX_BITS'), of('THRESHOLDS') !== 0];
  return [
    `  wire [${sumBits - 1}:0] word_${k};`,
    `  wire signed [${sumBits}:0] total_${k};`,
    `  wire [${indexBits - 1}:0] index_${k}, counted_${k};`,
    instance(
      'rom',
      `parameters_${k}`,
      {
        FILE: `parameters_${k}.hex`,
        WIDTH: sumBits,
        WORDS: channels,
        ADDRESS_BITS: unsignedBits(channels - 1),
      },
      { clk: 'clk', address, value: `word_${k}` },
    ),
    instance(
      'requantize',
      `clock_${k}`,
      {},
      {
        clk: 'clk',
        thresholds: requantize === REQUANTIZE.thresholds ? "1'b1" : "1'b0",
        shift: `${of('SHIFT_BITS')}'d${Math.max(0, shift - of('SHIFT_LEAST'))}`,
        last: `${indexBits}'d${lastIndex}`,
        first: k === 0 ? "1'b1" : "1'b0",
        sum,
        word: `word_${k}`,
        index: `index_${k}`,
        'total.q': `total_${k}`,
        'total.d': `total_${k}`,
        ...(counts ? { 'counting.counted.q': before, 'counting.counted.d': `counted_${k}` } : {}),
      },
    ),
  ];
}

/** requantize.v as one clock of it: what its registers hold comes in, what they will hold goes out. */
export function requantizeScript(image: EngineDesign['image']): readonly string[] {
  const parameters = ['SUM_BITS', 'INDEX_BITS', 'SHIFT_LEAST', 'SHIFT_BITS', 'THRESHOLDS'].map(
    (name) => `-chparam ${name} ${parameter(image, name)}`,
  );
  return [
    'read_verilog -defer requantize.v greater.v',
    `hierarchy -check -top requantize ${parameters.join(' ')}`,
    'proc',
    'flatten',
    'opt -nodffe -nosdff',
    'opt_clean -purge',
    'expose -evert-dff requantize',
    'opt_clean -purge',
  ];
}

function ruleFunctions(
  { requantize }: Rule,
  perChannel: (name: string, values: readonly number[]) => string,
): readonly string[] {
  if (requantize === null) return [];
  if (requantize.kind === 'shiftTable') {
    const { table } = requantize;
    return [listFunction('table_entry', unsignedBits(table.length - 1), table, WIDE)];
  }
  const most = Math.max(...requantize.values.map((row) => row.length));
  // A channel with fewer thresholds has some that no accumulator reaches.
  return Array.from({ length: most }, (_, k) =>
    perChannel(
      `threshold_${k}`,
      requantize.values.map((row) => row[k] ?? 2 ** (WIDE - 1) - 1),
    ),
  );
}

function ruleLines(requantize: Requantize | null): readonly string[] {
  const wire = `  wire signed [${WIDE - 1}:0]`;
  if (requantize === null) return [`${wire} value = accumulator;`];
  if (requantize.kind === 'thresholds') {
    const most = Math.max(...requantize.values.map((row) => row.length));
    const reached = Array.from(
      { length: most },
      (_, k) => `(threshold_${k}(channel) <= accumulator ? 1 : 0)`,
    );
    return [`${wire} value = ${['0', ...reached].join(' + ')};`];
  }
  const { offset, shift, table } = requantize;
  const last = table.length - 1;
  return [
    `${wire} bin = (accumulator + ${constant(offset, WIDE)}) >>> ${shift};`,
    `${wire} value = bin < 0 ? table_entry(0) : bin > ${last} ? table_entry(${last}) : table_entry(bin[${unsignedBits(last) - 1}:0]);`,
  ];
}
