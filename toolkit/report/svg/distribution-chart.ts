import { grouped } from '../text.js';
import { countAxis, roomyAxis, type CountScale } from './axis.js';
import { element, type Markup } from './element.js';
import {
  baseLine,
  createFrame,
  EDGE,
  line,
  PICTURE,
  plotArea,
  xTicks,
  yGrid,
  type Rectangle,
} from './frame.js';
import { chartError, requireFinite, shownNumber } from './numbers.js';
import { textWidth } from './text-size.js';
import { COLOURS, SIZE } from './theme.js';

export interface Histogram {
  /** Ascending; bin i reaches from edge i to edge i + 1. */
  readonly edges: readonly number[];
  /** One per bin: whole numbers, at least 0. */
  readonly counts: readonly number[];
}

export interface DistributionChart {
  readonly title: string;
  readonly xLabel: string;
  readonly histogram: Histogram;
  /** Quantization levels; they may lie outside the histogram. */
  readonly levels: readonly number[];
  /** Of the counts; sqrt (default) and log keep a peak from hiding the rest. */
  readonly yScale?: CountScale;
}

const BINS = '#7fa8c9';
const LEVELS = COLOURS[1];
/** Height in pixels of the strip of ticks above the plot. */
const STRIP = 12;

const SCALE_NAMES: Readonly<Record<CountScale, string>> = {
  linear: 'count',
  sqrt: 'count (square root scale)',
  log: 'count (logarithmic scale)',
};

/**
 * A histogram of values with the levels that they are quantized to, as an SVG document. Throws InputError where there is no
 * bin, edges do not ascend, or a value is NaN, infinite or no count.
 */
export function distributionChart(chart: DistributionChart): string {
  check(chart);
  const { title, xLabel, histogram, levels, yScale = 'sqrt' } = chart;
  const { edges, counts } = histogram;
  const all = [...edges, ...levels];
  const xAxis = roomyAxis(
    all.reduce((a, b) => Math.min(a, b)),
    all.reduce((a, b) => Math.max(a, b)),
    0.02,
  );
  const yAxis = countAxis(
    counts.reduce((a, b) => Math.max(a, b)),
    yScale,
  );
  const frame = createFrame({
    title,
    description: describe(chart),
    xLabel,
    yLabel: SCALE_NAMES[yScale],
    legend: [
      {
        name: valuesName(counts),
        swatchWidth: 14,
        swatch: [element('rect', { x: -7, y: -7, width: 14, height: 14, fill: BINS })],
      },
      {
        name: levelsName(levels),
        swatchWidth: 6,
        swatch: [line(0, -8, 0, 8, { stroke: LEVELS, 'stroke-width': '2.5' })],
      },
    ],
    yTicks: yAxis.ticks.map(({ label }) => label),
    width: PICTURE.width,
    plotHeight: PICTURE.plotHeight,
    above: STRIP,
    right: Math.max(EDGE, textWidth(xAxis.ticks.at(-1)?.label ?? '', SIZE.small) / 2 + 4),
    below: 24,
  });
  const { plot } = frame;
  const xOf = (value: number): number => plot.x + plot.width * xAxis.position(value);
  const bottom = plot.y + plot.height;
  const bins = counts.flatMap((count, i): Markup[] => {
    if (count === 0) return [];
    const [from, to] = [xOf(edges[i] ?? 0), xOf(edges[i + 1] ?? 0)];
    const height = plot.height * yAxis.position(count);
    // A hair between bins where there is room for it.
    const gap = to - from > 4 ? 0.5 : 0;
    return [
      element('rect', {
        class: 'bin',
        x: from + gap,
        y: bottom - height,
        width: to - from - 2 * gap,
        height,
        fill: BINS,
      }),
    ];
  });
  return frame.finish([
    plotArea(plot),
    ...yGrid(yAxis, plot),
    ...xTicks(xAxis, plot, false),
    ...bins,
    baseLine(plot),
    ...levels.flatMap((level) => levelMarks(xOf(level), plot, levels.length)),
  ]);
}

const FEW = 40;

/** A tick above the plot, and a thin line through it where there are not so many that they would hide the bins. */
function levelMarks(x: number, plot: Rectangle, count: number): readonly Markup[] {
  const few = count <= FEW;
  const tick = { class: 'level', stroke: LEVELS, 'stroke-width': few ? '2.5' : '1' };
  const through = { stroke: LEVELS, 'stroke-width': '1', 'stroke-dasharray': '3 3' };
  return [
    line(x, plot.y - STRIP, x, plot.y, tick),
    ...(few ? [line(x, plot.y, x, plot.y + plot.height, through)] : []),
  ];
}

function check({ title, histogram: { edges, counts }, levels }: DistributionChart): void {
  if (counts.length === 0) throw chartError(title, 'it has no bins');
  if (edges.length !== counts.length + 1)
    throw chartError(title, `it has ${edges.length} edges for ${counts.length} bins`);
  requireFinite(title, 'the list of edges', edges);
  requireFinite(title, 'the list of counts', counts);
  requireFinite(title, 'the list of levels', levels);
  const wrong = edges.findIndex((edge, i) => i > 0 && edge <= (edges[i - 1] ?? edge));
  if (wrong >= 0) throw chartError(title, `edge ${wrong} is not above the one before it`);
  const wrongCount = counts.find((count) => count < 0 || !Number.isInteger(count));
  if (wrongCount !== undefined) throw chartError(title, `a bin has the count ${wrongCount}`);
}

function valuesName(counts: readonly number[]): string {
  return `${grouped(counts.reduce((sum, count) => sum + count, 0))} values`;
}

function levelsName(levels: readonly number[]): string {
  return `${levels.length} ${levels.length === 1 ? 'level' : 'levels'}`;
}

const TOLD = 32;

function describe({ xLabel, histogram: { edges, counts }, levels }: DistributionChart): string {
  const told = levels.slice(0, TOLD).map(shownNumber).join(', ');
  const more = levels.length > TOLD ? ' and more' : '';
  return [
    `Histogram of ${xLabel}: ${valuesName(counts)} in ${counts.length} bins from ${shownNumber(edges[0] ?? 0)} to ${shownNumber(edges.at(-1) ?? 0)}.`,
    levels.length === 0 ? 'No levels.' : `${levelsName(levels)}: ${told}${more}.`,
  ].join(' ');
}
