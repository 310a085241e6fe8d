import { analyse, productTableOf, type AnalysedStage, type TableNetwork } from '../../network/index.js';
import { unsignedBits } from '../folding.js';
import { CLOCK, wholePort, type Obligation, type Port } from './obligation.js';
import { sideScript } from './scripts.js';
import { parameter, pick, registersAsWires, wordsOf, type EngineDesign } from './engine-design.js';
import { constant, instance, moduleHead } from './verilog.js';

/** A table as the network has it: what each activation gives with each weight. */
interface Table {
  readonly title: string;
  /** Rows by activation index, those that can occur; null where no activation of that index goes with that weight. */
  readonly rows: readonly (readonly (number | null)[])[];
  /** Stages that use it. */
  readonly stages: readonly string[];
}

/** Every table of products of a network, from the network alone (docs/table-network.md, sections 3 and 4). */
function tablesOf(network: TableNetwork): readonly Table[] {
  const { stages } = analyse(network);
  const shared = Object.keys(network.products).flatMap((name): Table[] => {
    const users = stages.filter(({ stage }) => 'products' in stage && stage.products === name);
    const first = users[0]?.stage;
    if (first === undefined || !('products' in first)) return [];
    const { activations, weights, values } = productTableOf(network, first);
    const occur = Math.min(activations, Math.max(...users.map(({ inputs }) => inputs[0]?.levels ?? 0)));
    return [
      {
        title: `product table "${name}"`,
        rows: Array.from({ length: occur }, (_, a) => values.slice(a * weights, (a + 1) * weights)),
        stages: users.map(({ stage }) => stage.name),
      },
    ];
  });
  return [...shared, ...stages.flatMap(valueTables)];
}

/** The value tables of stages that add without weights. */
function valueTables({ stage, inputs }: AnalysedStage): Table[] {
  const common = { title: `values of stage "${stage.name}"`, stages: [stage.name] };
  if (stage.kind === 'averagePool') {
    return [{ ...common, rows: stage.values.slice(0, inputs[0]?.levels ?? 0).map((value) => [value]) }];
  }
  if (stage.kind === 'add') {
    const levels = Math.max(...inputs.map((input) => input.levels ?? 0));
    const value = (k: number, a: number): number | null =>
      a < (inputs[k]?.levels ?? 0) ? (stage.values[k]?.[a] ?? null) : null;
    return [
      { ...common, rows: Array.from({ length: levels }, (_, a) => inputs.map((_one, k) => value(k, a))) },
    ];
  }
  return [];
}

/** Whatever fits 32 bits, and one more bit for what does not. */
const OUTPUT_BITS = 34;

/**
 * That the engine's products are the network's: products.hex behind rom.v, then the choice of a lane by the weight's code (lanes.v), for every
 * activation and weight that can meet, and for no weight at all.
 */
export function productObligations(network: TableNetwork, design: EngineDesign): readonly Obligation[] {
  return tablesOf(network).flatMap((table) => {
    const numbers = [
      ...new Set(table.stages.flatMap((name) => wordsOf(design.program, name).map((word) => word.table))),
    ];
    return numbers.map((number) => obligation(table, number, design));
  });
}

function obligation(
  { title, rows }: Table,
  number: number,
  { program, image, files }: EngineDesign,
): Obligation {
  const weights = rows[0]?.length ?? 0;
  const of = (name: string): number => parameter(image, name);
  const activation: Port = { name: 'activation', bits: of('INDEX_BITS'), signed: false };
  const weight: Port = { name: 'weight', bits: unsignedBits(weights), signed: false };
  const product: Port = { name: 'product', bits: OUTPUT_BITS, signed: true };
  const pairs = rows.flatMap((row, a) =>
    [...row, 0].flatMap((value, w) => (value === null ? [] : [{ a, w, value }])),
  );
  const at = (a: number, w: number): string => `{${activation.bits}'d${a}, ${weight.bits}'d${w}}`;
  const occurs = [
    moduleHead('occurs', [activation, weight], { name: 'y', bits: 1, signed: false }),
    '  reg found;',
    '  always @*',
    '    case ({activation, weight})',
    ...pairs.map(({ a, w }) => `      ${at(a, w)}: found = 1'b1;`),
    "      default: found = 1'b0;",
    '    endcase',
    '  assign y = found;',
    'endmodule\n',
  ];
  const specification = [
    '// The network: products[activation][weight]; the last weight stands for none.',
    moduleHead('specification', [CLOCK, activation, weight], product),
    `  reg signed [${product.bits - 1}:0] value;`,
    '  always @*',
    '    case ({activation, weight})',
    ...pairs.map(({ a, w, value }) => `      ${at(a, w)}: value = ${constant(value, product.bits)};`),
    `      default: value = ${constant(0, product.bits)};`,
    '    endcase',
    '  assign product = value;',
    'endmodule\n',
  ];
  const codes = [...(program.codes[number] ?? []), program.levels];
  const [levels, productBits, sumBits] = [of('LEVELS'), of('PRODUCT_BITS'), of('SUM_BITS')];
  const wrapper = [
    '// The design: the table behind its memory, and the first of two lanes, whose sum is its product alone.',
    moduleHead('design', [CLOCK, activation, weight], product),
    `  reg [${of('WEIGHT_BITS') - 1}:0] code;`,
    '  always @*',
    '    case (weight)',
    ...codes.slice(0, -1).map((code, w) => `      ${w}: code = ${code};`),
    `      default: code = ${codes.at(-1) ?? 0};`,
    '    endcase',
    `  wire [${levels * productBits - 1}:0] products;`,
    `  wire signed [${sumBits - 1}:0] head;`,
    '  wire meets;',
    instance('occurs', 'pairs', {}, { activation: 'activation', weight: 'weight', y: 'meets' }),
    tableInstance(image, number, 'activation', 'products'),
    laneInstance(image, 'products', 'code', 'head'),
    `  assign product = meets ? {{${product.bits - sumBits}{head[${sumBits - 1}]}}, head} : ${constant(0, product.bits)};`,
    'endmodule\n',
  ];
  return {
    subject: 'product table',
    title,
    files: new Map([
      ...pick(files, ['rom.v', 'lanes.v', 'products.hex']),
      registersAsWires(),
      ['occurs.v', occurs.join('\n')],
      ['specification.v', specification.join('\n')],
      ['design.v', wrapper.join('\n')],
    ]),
    output: product,
    design: sideScript('design', ['rom.v', 'lanes.v', 'occurs.v', 'design.v'], []),
    specification: sideScript('specification', ['specification.v'], []),
    parts: [
      { title, first: 0, bits: product.bits, signed: true, inputs: [activation, weight].map(wholePort) },
    ],
  };
}

/** products.hex behind its memory, as engine.v has it. */
export function tableInstance(
  image: EngineDesign['image'],
  number: number,
  activation: string,
  products: string,
): string {
  const of = (name: string): number => parameter(image, name);
  return instance(
    'rom',
    'product_table',
    {
      FILE: 'products.hex',
      STYLE: 'logic',
      WIDTH: of('LEVELS') * of('PRODUCT_BITS'),
      WORDS: of('TABLES') * 2 ** of('INDEX_BITS'),
      ADDRESS_BITS: of('TABLE_BITS') + of('INDEX_BITS'),
    },
    { clk: 'clk', address: `{${of('TABLE_BITS')}'d${number}, ${activation}}`, value: products },
  );
}

/** Two lanes, of which 0 comes to the first: its sum becomes its product. */
export function laneInstance(
  image: EngineDesign['image'],
  products: string,
  code: string,
  head: string,
): string {
  const of = (name: string): number => parameter(image, name);
  return instance(
    'lanes',
    'accumulators',
    {
      GROUPS: 1,
      FILTERS: 2,
      ...Object.fromEntries(
        ['LEVELS', 'WEIGHT_BITS', 'PRODUCT_BITS', 'SUM_BITS'].map((name) => [name, of(name)]),
      ),
    },
    {
      clk: 'clk',
      add: "1'b1",
      products,
      weights: `{${of('WEIGHT_BITS')}'d0, ${code}}`,
      step: "1'b1",
      drain: "1'b1",
      clear: "1'b0",
      heads: head,
    },
  );
}
