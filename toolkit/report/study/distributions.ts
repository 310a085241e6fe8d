import type { ActivationDistribution, CellDistributions, WeightDistribution } from '../../study/index.js';
import { distributionChart, type Histogram } from '../svg/index.js';
import { grouped } from '../text.js';
import { nameOf, type Finding } from './findings.js';
import { image, left, table } from './markdown.js';
import type { PageFile, Section } from './page.js';

/** Histograms of the weights and activations of some cells, with their levels. */
export function distributionsSection(
  cells: readonly CellDistributions[],
  findings: readonly Finding[],
): Section {
  const sections = findings.flatMap((finding) => {
    const found = cells.find(({ cell }) => cell === finding.cell.id);
    return found === undefined ? [] : [cellSection(found, nameOf(finding))];
  });
  if (sections.length === 0) return { blocks: [], files: [] };
  return {
    blocks: [
      '## Distributions',
      'Weights are those of the float network, in the unit of the levels: each counts as the level that would do what it does. Lines are the levels that the quantized network has for them. Activations are counted in the integer reference; each bar is one level, from the middle between it and its neighbour to the next such middle. Counts are on a square root scale.',
      ...sections.flatMap(({ blocks }) => blocks),
    ],
    files: sections.flatMap(({ files }) => files),
  };
}

function cellSection({ cell, pictures, weights, activations }: CellDistributions, title: string): Section {
  const chart = (what: string, tensor: string, text: string): PageFile => ({
    path: `distributions/${cell}-${tensor}-${what}.svg`,
    text,
  });
  const weightCharts = new Map(
    weights.map((found) => [found.stage, chart('weights', found.stage, weightChart(found))]),
  );
  const activationCharts = new Map(
    activations.map((found) => [
      found.tensor,
      chart('activations', found.tensor, activationChart(found, pictures)),
    ]),
  );
  const names = [...new Set([...activations.map(({ tensor }) => tensor), ...weightCharts.keys()])];
  const show = (charts: ReadonlyMap<string, PageFile>, what: string, name: string): string => {
    const found = charts.get(name);
    return found === undefined ? '' : image(`${what} ${name}`, found.path);
  };
  return {
    blocks: [
      `### ${title}`,
      table(
        [left('weights'), left('activations')],
        names.map((name) => [
          show(weightCharts, 'Weights of', name),
          show(activationCharts, 'Activations of', name),
        ]),
      ),
    ],
    files: [...weightCharts.values(), ...activationCharts.values()],
  };
}

function weightChart({ stage, kind, levels, histogram }: WeightDistribution): string {
  const { from, to, counts } = histogram;
  const edges = Array.from({ length: counts.length + 1 }, (_, i) => from + ((to - from) * i) / counts.length);
  return distributionChart({
    title: `Weights of ${stage} (${kind})`,
    xLabel: 'weight',
    histogram: { edges, counts },
    levels,
  });
}

function activationChart({ tensor, levels, counts }: ActivationDistribution, pictures: number): string {
  return distributionChart({
    title: `Activations of ${tensor} on ${grouped(pictures)} ${pictures === 1 ? 'picture' : 'pictures'}`,
    xLabel: 'activation',
    histogram: levelHistogram(levels, counts),
    levels,
  });
}

/** A bin for each of two or more levels; the outermost ones reach as far out as in. */
function levelHistogram(levels: readonly number[], counts: readonly number[]): Histogram {
  const middles = levels.slice(1).map((level, i) => (level + (levels[i] ?? level)) / 2);
  const [first = 0, last = 0] = [levels[0], levels.at(-1)];
  const [low = 0, high = 0] = [middles[0], middles.at(-1)];
  return { edges: [2 * first - low, ...middles, 2 * last - high], counts };
}
