import type { CellResult } from '../../study/index.js';
import { barChart } from '../svg/index.js';
import { grouped } from '../text.js';
import {
  least,
  nameOf,
  PAPER_ENTRIES,
  spread,
  summaries,
  unique,
  type Finding,
  type Summary,
} from './findings.js';
import { image, left, right, table } from './markdown.js';
import type { PageFile, Section } from './page.js';

/** How small the networks are: each as a whole, and the layers of one cell of each. */
export function compactnessSection(findings: readonly Finding[]): Section {
  const networks = unique(findings.map(({ network }) => network));
  const shown = networks.flatMap((network) => {
    const one = representative(findings.filter((finding) => finding.network === network));
    return one === undefined ? [] : [one];
  });
  const charts = shown.map((one): PageFile => ({
    path: `compactness-${one.network}.svg`,
    text: layerChart(one),
  }));
  const layers = shown.flatMap((one, i) => [
    `### Layers of ${nameOf(one)}`,
    image(`Bits per weight of the layers of ${nameOf(one)}`, charts[i]?.path ?? ''),
    layerTable(one.result),
  ]);
  return {
    blocks: [
      '## Compactness',
      'Bits per weight: the entropy of weight indices, an index of a fixed length, and Huffman codes per layer with all that a decoder needs. Bytes of tables count equal tables once. The ratio is that of weights in 32-bit floats to Huffman codes and product tables. Means over seeds.',
      wholeTable(summaries(findings)),
      ...layers,
    ],
    files: charts,
  };
}

/** With tables of 40 entries, else with the smallest ones; of these the smallest drop. */
function representative(findings: readonly Finding[]): Finding | undefined {
  const sized = findings.filter(({ size }) => size.entries === PAPER_ENTRIES);
  const smallest = Math.min(...findings.map(({ size }) => size.entries));
  return least(
    sized.length > 0 ? sized : findings.filter(({ size }) => size.entries === smallest),
    ({ drop }) => drop,
  );
}

function layerChart(finding: Finding): string {
  const { stages } = finding.result.compactness;
  return barChart({
    title: `${nameOf(finding)}: bits per weight`,
    yLabel: 'bits per weight',
    categories: stages.map(({ name }) => name),
    series: [
      { name: 'entropy', values: stages.map(({ entropy }) => entropy) },
      { name: 'Huffman codes', values: stages.map(({ huffman }) => huffman.bits) },
      { name: 'index of fixed length', values: stages.map(({ plain }) => plain.bits) },
    ],
  });
}

const bits = (value: number): string => value.toFixed(2);

function layerTable({ compactness }: CellResult): string {
  return table(
    [
      left('layer'),
      right('table'),
      right('weight levels used'),
      right('weights'),
      right('entropy'),
      right('Huffman'),
      right('fixed'),
      right('Huffman bytes'),
      right('fixed bytes'),
    ],
    compactness.stages.map((stage) => [
      stage.name,
      `${stage.activationLevels} x ${stage.weightLevels}`,
      `${stage.weightLevelsUsed}`,
      grouped(stage.weights),
      bits(stage.entropy),
      bits(stage.huffman.bits),
      bits(stage.plain.bits),
      grouped(stage.huffman.bytes),
      grouped(stage.plain.bytes),
    ]),
  );
}

function wholeTable(all: readonly Summary[]): string {
  return table(
    [
      left('network'),
      left('scheme'),
      left('levels'),
      right('weights'),
      right('table bytes'),
      right('entropy'),
      right('Huffman'),
      right('fixed'),
      right('Huffman bytes'),
      right('fixed bytes'),
      right('smaller than floats'),
    ],
    all.map(({ network, method, size, findings }) => {
      const wholes = findings.map(({ result }) => result.compactness.network);
      const mean = (of: (whole: (typeof wholes)[number]) => number | null): number =>
        spread(wholes.map((whole) => of(whole) ?? 0)).mean;
      const bytes = (of: (whole: (typeof wholes)[number]) => number): string => grouped(Math.round(mean(of)));
      return [
        network,
        method,
        size.levels,
        bytes(({ weights }) => weights),
        bytes(({ tableBytes }) => tableBytes),
        bits(mean(({ entropy }) => entropy.perStage)),
        bits(mean(({ huffman }) => huffman.bits)),
        bits(mean(({ plain }) => plain.bits)),
        bytes(({ huffman }) => huffman.bytes),
        bytes(({ plain }) => plain.bytes),
        `${mean(({ huffman }) => huffman.ratio?.float32 ?? null).toFixed(1)} times`,
      ];
    }),
  );
}
