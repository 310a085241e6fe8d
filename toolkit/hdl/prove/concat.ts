import { analyse, type TableNetwork } from '../../network/index.js';
import { unsignedBits } from '../folding.js';
import type { StageWord } from '../stage-words.js';
import { CLOCK, wholePort, type Obligation, type Port } from './obligation.js';
import { laneInstance, tableInstance } from './products.js';
import { parameterFiles, requantizeScript, requantizerInstance } from './requantizers.js';
import { sideScript } from './scripts.js';
import { parameter, pick, registersAsWires, wordsOf, type EngineDesign } from './engine-design.js';
import { listFunction, moduleHead } from './verilog.js';

/**
 * That stages which join tensors give `tables[k][x]` (docs/table-network.md, section 4.7): the engine has them as products that are
 * requantized.
 */
export function concatObligations(network: TableNetwork, design: EngineDesign): readonly Obligation[] {
  return analyse(network).stages.flatMap(({ stage, inputs }) => {
    if (stage.kind !== 'concat') return [];
    return stage.tables.flatMap((table, k) => {
      const words = wordsOf(design.program, `${stage.name} (part ${k + 1})`);
      const occurring = table.slice(0, inputs[k]?.levels ?? 0);
      return words
        .slice(0, 1)
        .map((word) => obligation(`table ${k + 1} of stage "${stage.name}"`, occurring, word, design));
    });
  });
}

function obligation(
  title: string,
  table: readonly number[],
  word: StageWord,
  design: EngineDesign,
): Obligation {
  const { image, files, program } = design;
  const of = (name: string): number => parameter(image, name);
  const activation: Port = { name: 'activation', bits: of('INDEX_BITS'), signed: false };
  const index: Port = { name: 'index', bits: Math.max(8, of('INDEX_BITS')), signed: false };
  const occurs = `activation < ${table.length}`;
  const specification = [
    '// The network: tables[k][activation].',
    moduleHead('specification', [CLOCK, activation], index),
    listFunction('entry', Math.max(activation.bits, unsignedBits(table.length - 1)), table, index.bits + 1),
    `  wire [${index.bits}:0] value = entry(activation);`,
    `  assign index = ${occurs} ? value[${index.bits - 1}:0] : ${index.bits}'d0;`,
    'endmodule\n',
  ];
  const code = program.codes[word.table]?.[0] ?? program.levels;
  const wrapper = [
    '// The design: a product, and what its requantizer makes of it.',
    moduleHead('design', [CLOCK, activation], index),
    `  wire [${of('LEVELS') * of('PRODUCT_BITS') - 1}:0] products;`,
    `  wire signed [${of('SUM_BITS') - 1}:0] head;`,
    tableInstance(image, word.table, 'activation', 'products'),
    laneInstance(image, 'products', `${of('WEIGHT_BITS')}'d${code}`, 'head'),
    ...requantizerInstance(image, word, 0, {
      sum: 'head',
      channels: 1,
      address: "1'b0",
      before: `${of('INDEX_BITS')}'d0`,
    }),
    `  assign index = ${occurs} ? index_0 : 0;`,
    'endmodule\n',
  ];
  return {
    subject: 'product table',
    title,
    files: new Map([
      ...pick(files, ['rom.v', 'lanes.v', 'requantize.v', 'greater.v', 'products.hex']),
      ...parameterFiles(files, word, 1),
      registersAsWires(),
      ['specification.v', specification.join('\n')],
      ['design.v', wrapper.join('\n')],
    ]),
    design: sideScript('design', ['rom.v', 'lanes.v', 'design.v'], requantizeScript(image)),
    specification: sideScript('specification', ['specification.v'], []),
    output: index,
    parts: [{ title, first: 0, bits: index.bits, signed: false, inputs: [wholePort(activation)] }],
  };
}
