import { lineChart } from '../svg/index.js';
import { grouped } from '../text.js';
import {
  hundredths,
  least,
  PAPER_ENTRIES,
  sizesOf,
  spread,
  summaries,
  unique,
  type Finding,
  type Spread,
  type Summary,
  type TableSize,
} from './findings.js';
import { image, left, right, table } from './markdown.js';
import type { PageFile, Section } from './page.js';

/** Accuracy over table size for each network: a plot, the means over seeds, and each seed. */
export function accuracySection(findings: readonly Finding[]): Section {
  const all = summaries(findings);
  const networks = unique(findings.map(({ network }) => network));
  const charts = networks.map((network): PageFile => {
    const own = findings.filter((finding) => finding.network === network);
    return {
      path: `accuracy-${network}.svg`,
      text: accuracyChart(
        network,
        own,
        all.filter((summary) => summary.network === network),
      ),
    };
  });
  const body = networks.flatMap((network, i) => [
    `### ${network}`,
    image(`Accuracy of ${network} over table entries`, charts[i]?.path ?? ''),
    summaryTable(all.filter((summary) => summary.network === network)),
    'Each seed: accuracy with tables, and the drop in brackets.',
    seedTable(findings.filter((finding) => finding.network === network)),
  ]);
  return { blocks: ['## Accuracy', ...body], files: charts };
}

function accuracyChart(network: string, findings: readonly Finding[], summaries: readonly Summary[]): string {
  const float = spread(floats(findings));
  return lineChart({
    title: `${network}: accuracy over table entries`,
    xLabel: 'entries of a product table (activation levels x weight levels)',
    yLabel: 'accuracy on test pictures, %',
    xScale: 'log2',
    series: unique(summaries.map(({ method }) => method)).map((method) => ({
      name: method,
      points: summaries
        .filter((summary) => summary.method === method)
        .map(({ size, table: { mean, min, max } }) => ({
          x: size.entries,
          y: 100 * mean,
          low: 100 * min,
          high: 100 * max,
        })),
    })),
    lines: [
      {
        name: `float, ${hundredths(float.mean)} %${float.n > 1 ? `, mean of ${float.n} seeds` : ''}`,
        y: 100 * float.mean,
      },
    ],
  });
}

/** The float accuracy of each seed once. */
function floats(findings: readonly Finding[]): readonly number[] {
  return [...new Map(findings.map(({ seed, float }) => [seed, float])).values()];
}

function summaryTable(summaries: readonly Summary[]): string {
  return table(
    [
      left('scheme'),
      left('levels'),
      right('entries'),
      right('epochs'),
      right('seeds'),
      right('float, %'),
      right('tables, %'),
      right('least to most'),
      right('drop, points'),
      right('least to most'),
    ],
    summaries.map(({ method, size, findings, float, table, drop }) => [
      method,
      size.levels,
      grouped(size.entries),
      unique(findings.map(({ cell }) => cell.epochs)).join(', '),
      `${table.n}`,
      hundredths(float.mean),
      hundredths(table.mean),
      range(table),
      hundredths(drop.mean),
      range(drop),
    ]),
  );
}

/** "0.31 to 0.52"; nothing for a single value. */
function range({ n, min, max }: Spread): string {
  return n < 2 ? '' : `${hundredths(min)} to ${hundredths(max)}`;
}

function seedTable(findings: readonly Finding[]): string {
  const sizes = sizesOf(findings);
  const seeds = unique(findings.map(({ seed }) => seed)).toSorted((a, b) => a - b);
  const rows = seeds.flatMap((seed) => {
    const own = findings.filter((finding) => finding.seed === seed);
    return unique(own.map(({ method }) => method)).map((method) => [
      `${seed}`,
      hundredths(own[0]?.float ?? 0),
      method,
      ...sizes.map(({ levels }) => {
        const found = own.find((finding) => finding.method === method && finding.size.levels === levels);
        return found === undefined ? '' : `${hundredths(found.table)} (${hundredths(found.drop)})`;
      }),
    ]);
  });
  return table([right('seed'), right('float, %'), left('scheme'), ...sizes.map(sizeColumn)], rows);
}

const sizeColumn = ({ levels, entries }: TableSize) => right(`${levels} = ${grouped(entries)}`);

/** Which scheme loses least: all of them with tables of 40 entries, and the best one for each table size. */
export function bestSection(findings: readonly Finding[]): Section {
  const all = summaries(findings);
  const networks = unique(findings.map(({ network }) => network));
  const paper = networks.flatMap((network) =>
    all
      .filter((summary) => summary.network === network && summary.size.entries === PAPER_ENTRIES)
      .toSorted((a, b) => a.drop.mean - b.drop.mean),
  );
  const ranking =
    paper.length === 0
      ? []
      : [
          `## Which scheme is best at ${PAPER_ENTRIES} entries`,
          'The smallest mean drop of each network comes first.',
          table(
            [
              left('network'),
              left('scheme'),
              left('levels'),
              right('seeds'),
              right('tables, %'),
              right('drop, points'),
              right('least to most'),
            ],
            paper.map(({ network, method, size, table, drop }) => [
              network,
              method,
              size.levels,
              `${drop.n}`,
              hundredths(table.mean),
              hundredths(drop.mean),
              range(drop),
            ]),
          ),
        ];
  const sizes = sizesOf(findings);
  const best = networks.map((network) => [
    network,
    ...sizes.map(({ levels }) => {
      const found = least(
        all.filter((summary) => summary.network === network && summary.size.levels === levels),
        ({ drop }) => drop.mean,
      );
      return found === undefined ? '' : `${found.method} (${hundredths(found.drop.mean)})`;
    }),
  ]);
  return {
    blocks: [
      ...ranking,
      '## The best scheme for each table size',
      'Mean drop in points in brackets.',
      table([left('network'), ...sizes.map(sizeColumn)], best),
    ],
    files: [],
  };
}
