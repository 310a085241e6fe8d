import { log2Axis, roomyAxis, tickedAxis, type Axis } from './axis.js';
import { element, pixels, textElement, type Markup } from './element.js';
import {
  baseLine,
  createFrame,
  EDGE,
  line,
  PICTURE,
  plotArea,
  translate,
  xTicks,
  yGrid,
  type Rectangle,
} from './frame.js';
import { chartError, requireFinite, shownNumber } from './numbers.js';
import { textWidth, wrap } from './text-size.js';
import { colourOf, INK, markerOf, SIZE } from './theme.js';

/** `low` and `high`: the spread of y over repeated measurements, with y in it. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface LineSeries {
  readonly name: string;
  /** In any order; they are joined by ascending x. */
  readonly points: readonly LinePoint[];
}

/** A horizontal line to compare with, its name beside the plot. */
export interface ReferenceLine {
  readonly name: string;
  readonly y: number;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** log2: for x above 0, such as table entries. */
  readonly xScale: 'linear' | 'log2';
  readonly series: readonly LineSeries[];
  readonly lines: readonly ReferenceLine[];
}

/**
 * Series of points with lines between them, as an SVG document. Throws InputError where there is nothing to draw or a value
 * cannot be drawn: NaN, infinite, a spread that does not hold its y, an x of at most 0 on a log2 scale.
 */
export function lineChart(chart: LineChart): string {
  check(chart);
  const points = chart.series.flatMap((series) => series.points);
  const xs = points.map(({ x }) => x);
  const ys = [...points.flatMap(({ y, low = y, high = y }) => [low, high]), ...chart.lines.map(({ y }) => y)];
  const xAxis = (chart.xScale === 'log2' ? log2Axis : roomyAxis)(least(xs), most(xs), 0.04);
  const yAxis = tickedAxis(least(ys), most(ys));

  const references = chart.lines.map(({ name, y }) => ({
    y,
    text: wrap(name, SIZE.small, REFERENCE.width, 3),
  }));
  const beside = Math.max(
    0,
    ...references.flatMap(({ text }) => text.map((one) => textWidth(one, SIZE.small))),
  );
  const lastTick = xAxis.ticks.at(-1)?.label ?? '';
  const frame = createFrame({
    title: chart.title,
    description: describe(chart),
    xLabel: chart.xLabel,
    yLabel: chart.yLabel,
    legend: chart.series.map(({ name }, i) => ({
      name,
      swatchWidth: SWATCH,
      swatch: [
        line(-SWATCH / 2, 0, SWATCH / 2, 0, { stroke: colourOf(i), 'stroke-width': '2' }),
        element('path', { d: markerOf(i), fill: colourOf(i) }),
      ],
    })),
    yTicks: yAxis.ticks.map(({ label }) => label),
    width: PICTURE.width,
    plotHeight: Math.max(
      PICTURE.plotHeight,
      references.reduce((sum, { text }) => sum + text.length * REFERENCE.line + REFERENCE.gap, 0),
    ),
    right: Math.max(
      beside === 0 ? 0 : beside + REFERENCE.offset + EDGE / 2,
      EDGE,
      textWidth(lastTick, SIZE.small) / 2 + 4,
    ),
    below: 24,
  });
  const { plot } = frame;
  const place = placer(xAxis, yAxis, plot);
  return frame.finish([
    plotArea(plot),
    ...yGrid(yAxis, plot),
    ...xTicks(xAxis, plot, true),
    baseLine(plot),
    ...referenceMarks(references, plot, (y) => place({ x: xAxis.min, y }).y),
    ...chart.series.flatMap((series, i) => seriesMarks(series, i, place)),
  ]);
}

/** Pixels of a series' line in the legend. */
const SWATCH = 26;

/** Labels of reference lines: distance from the plot, height of a line, gap between two, width at most; in pixels. */
const REFERENCE = { offset: 14, line: 15, gap: 4, width: 150 } as const;

interface Place {
  readonly x: number;
  readonly y: number;
}

function placer(xAxis: Axis, yAxis: Axis, plot: Rectangle): (value: Place) => Place {
  return ({ x, y }) => ({
    x: plot.x + plot.width * xAxis.position(x),
    y: plot.y + plot.height * (1 - yAxis.position(y)),
  });
}

/** On a log2 scale; anything that is measured is above it. */
const LEAST_X = 1e-100;

function check({ title, xScale, series, lines }: LineChart): void {
  if (series.every(({ points }) => points.length === 0)) throw chartError(title, 'it has no points');
  for (const { name, points } of series) {
    const what = `series "${name}"`;
    requireFinite(
      title,
      what,
      points.flatMap(({ x, y, low = y, high = y }) => [x, y, low, high]),
    );
    const spread = points.find(({ y, low = y, high = y }) => low > y || high < y);
    if (spread !== undefined)
      throw chartError(title, `${what} has a spread at x = ${spread.x} that does not hold its y`);
    const flat = points.find(({ x }) => x < LEAST_X);
    if (xScale === 'log2' && flat !== undefined)
      throw chartError(title, `${what} has x = ${flat.x}, which a log2 scale cannot show`);
  }
  for (const { name, y } of lines) requireFinite(title, `line "${name}"`, [y]);
}

function ascending(points: readonly LinePoint[]): readonly LinePoint[] {
  return [...points].sort((a, b) => a.x - b.x);
}

function pointText({ x, y, low, high }: LinePoint): string {
  const spread =
    low === undefined && high === undefined ? '' : ` (${shownNumber(low ?? y)} to ${shownNumber(high ?? y)})`;
  return `${shownNumber(y)}${spread} at ${shownNumber(x)}`;
}

function describe({ xLabel, yLabel, series, lines }: LineChart): string {
  return [
    `${yLabel} over ${xLabel}.`,
    ...series.map(({ name, points }) => `${name}: ${ascending(points).map(pointText).join(', ')}.`),
    ...lines.map(({ name, y }) => `Line ${name}: ${shownNumber(y)}.`),
  ].join(' ');
}

function seriesMarks(
  { name, points }: LineSeries,
  index: number,
  place: (value: Place) => Place,
): readonly Markup[] {
  const colour = colourOf(index);
  const sorted = ascending(points);
  const path = sorted.map(place).map(({ x, y }) => `${pixels(x)} ${pixels(y)}`);
  return [
    element('path', {
      class: 'series',
      d: `M${path.join('L')}`,
      fill: 'none',
      stroke: colour,
      'stroke-width': '2',
      'stroke-linejoin': 'round',
    }),
    ...sorted.flatMap((point) => spreadMarks(point, colour, place)),
    ...sorted.map((point) => {
      const { x, y } = place(point);
      return element(
        'path',
        {
          class: 'marker',
          d: markerOf(index),
          transform: translate(x, y),
          fill: colour,
          stroke: INK.paper,
          'stroke-width': '1',
        },
        [textElement('title', {}, `${name}: ${pointText(point)}`)],
      );
    }),
  ];
}

const CAP = 4;

function spreadMarks(
  { x, y, low = y, high = y }: LinePoint,
  colour: string,
  place: (value: Place) => Place,
): readonly Markup[] {
  if (low === high) return [];
  const [bottom, top] = [place({ x, y: low }), place({ x, y: high })];
  const looks = { class: 'spread', stroke: colour, 'stroke-width': '1.5' };
  return [
    line(top.x, top.y, bottom.x, bottom.y, looks),
    line(top.x - CAP, top.y, top.x + CAP, top.y, looks),
    line(bottom.x - CAP, bottom.y, bottom.x + CAP, bottom.y, looks),
  ];
}

interface Reference {
  readonly y: number;
  readonly text: readonly string[];
}

/** Dashed lines, each with its name to the right of the plot; names are moved apart where lines are near each other. */
function referenceMarks(
  references: readonly Reference[],
  plot: Rectangle,
  place: (y: number) => number,
): readonly Markup[] {
  const right = plot.x + plot.width;
  const sorted = references.map(({ y, text }) => ({ at: place(y), text })).sort((a, b) => a.at - b.at);
  const heights = sorted.map(({ text }) => text.length * REFERENCE.line + REFERENCE.gap);
  const middles = apart(
    sorted.map(({ at }) => at),
    heights,
    plot.y + plot.height,
  );
  return sorted.flatMap(({ at, text }, i) => {
    const middle = middles[i] ?? at;
    const first = middle - ((text.length - 1) * REFERENCE.line) / 2 + 4;
    return [
      line(plot.x, at, right, at, {
        class: 'reference',
        stroke: INK.faint,
        'stroke-width': '1.5',
        'stroke-dasharray': '6 4',
      }),
      line(right, at, right + REFERENCE.offset - 4, middle, { stroke: INK.faint, 'stroke-width': '1' }),
      ...text.map((one, row) =>
        textElement(
          'text',
          {
            x: right + REFERENCE.offset,
            y: first + row * REFERENCE.line,
            'font-size': SIZE.small,
            fill: INK.text,
          },
          one,
        ),
      ),
    ];
  });
}

/** Middles of blocks of these heights, near the given ones (which ascend), without overlap and not beyond `end`. */
function apart(middles: readonly number[], heights: readonly number[], end: number): readonly number[] {
  const placed: number[] = [];
  let top = -Infinity;
  middles.forEach((middle, i) => {
    const half = (heights[i] ?? 0) / 2;
    const at = Math.max(middle, top + half);
    placed.push(at);
    top = at + half;
  });
  let bottom = end + (heights.at(-1) ?? 0) / 2;
  for (let i = placed.length - 1; i >= 0; i--) {
    const half = (heights[i] ?? 0) / 2;
    const at = Math.min(placed[i] ?? 0, bottom - half);
    placed[i] = at;
    bottom = at - half;
  }
  return placed;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
