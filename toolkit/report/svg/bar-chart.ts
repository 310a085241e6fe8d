import { barAxis } from './axis.js';
import { element, textElement, type Markup } from './element.js';
import { baseLine, createFrame, EDGE, PICTURE, plotArea, tickLabel, translate, yGrid } from './frame.js';
import { chartError, decimalsOfValues, plainNumber, requireFinite } from './numbers.js';
import { ellipsis, textWidth, wrap } from './text-size.js';
import { colourOf, COLOURS, INK, SIZE } from './theme.js';

export interface BarSeries {
  readonly name: string;
  /** One per category; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface BarChart {
  readonly title: string;
  readonly xLabel?: string;
  readonly yLabel: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
}

/** In pixels. */
const BAR = { least: 17, most: 60, gap: 2, groupGap: 18 } as const;
const TILT = 40;
const LONGEST_TILTED = 210;
const ROW = 15;

/**
 * Bars from zero, grouped by category, each with its value, as an SVG document. Throws InputError where there is nothing to
 * draw, a value is NaN or infinite, or a series has not one value per category.
 */
export function barChart(chart: BarChart): string {
  check(chart);
  const { title, categories, series, xLabel, yLabel } = chart;
  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const decimals = decimalsOfValues(values);
  const shown = (value: number): string => plainNumber(value, decimals);
  const widest = Math.max(...values.map((value) => textWidth(shown(value), SIZE.small)));

  const groupLeast = series.length * BAR.least + BAR.groupGap;
  const width = Math.max(PICTURE.width, 2 * EDGE + 60 + categories.length * groupLeast);
  const group = (width - 2 * EDGE - 60) / categories.length;
  const bar = Math.min(BAR.most, (group - BAR.groupGap) / series.length);
  const upright = widest > bar;
  const room = ((upright ? widest : SIZE.small) + 8) / PICTURE.plotHeight;
  const axis = barAxis(Math.min(...values), Math.max(...values), room);

  const labels = categoryLabels(categories, group - 8);
  const frame = createFrame({
    title,
    description: describe(chart, shown),
    xLabel,
    yLabel,
    legend: series.map(({ name }, i) => ({
      name,
      swatchWidth: 14,
      swatch: [element('rect', { x: -7, y: -7, width: 14, height: 14, ...fill(i) })],
    })),
    yTicks: axis.ticks.map(({ label }) => label),
    width,
    plotHeight: PICTURE.plotHeight,
    left: labels.left,
    right: EDGE,
    below: labels.height + 8,
  });
  const { plot } = frame;
  const slot = plot.width / categories.length;
  const thick = Math.min(BAR.most, (slot - BAR.groupGap) / series.length);
  const zero = plot.y + plot.height * (1 - axis.position(0));
  const bars = categories.flatMap((category, c) =>
    series.flatMap(({ name, values: own }, s): Markup[] => {
      const value = own[c] ?? null;
      if (value === null) return [];
      const end = plot.y + plot.height * (1 - axis.position(value));
      const middle = plot.x + slot * (c + 0.5) + thick * (s + 0.5 - series.length / 2);
      return [
        element(
          'rect',
          {
            class: 'bar',
            x: middle - thick / 2 + BAR.gap / 2,
            y: Math.min(end, zero),
            width: thick - BAR.gap,
            height: Math.abs(zero - end),
            ...fill(s),
          },
          [textElement('title', {}, `${category}, ${name}: ${shown(value)}`)],
        ),
        valueText(shown(value), middle, end, value < 0, upright),
      ];
    }),
  );
  return frame.finish([
    plotArea(plot),
    ...yGrid(axis, plot),
    ...bars,
    baseLine(plot, zero),
    ...categories.flatMap((_, c) => labels.draw(c, plot.x + slot * (c + 0.5), plot.y + plot.height)),
  ]);
}

function check({ title, categories, series }: BarChart): void {
  if (series.every(({ values }) => values.every((value) => value === null)))
    throw chartError(title, 'it has no bars');
  for (const { name, values } of series) {
    if (values.length !== categories.length)
      throw chartError(
        title,
        `series "${name}" has ${values.length} values for ${categories.length} categories`,
      );
    requireFinite(
      title,
      `series "${name}"`,
      values.filter((value) => value !== null),
    );
  }
}

function describe({ yLabel, categories, series }: BarChart, shown: (value: number) => string): string {
  const lines = series.map(({ name, values }) => {
    const told = values.map((value, c) => `${categories[c] ?? ''} ${value === null ? 'none' : shown(value)}`);
    return `${name}: ${told.join(', ')}.`;
  });
  return [`${yLabel}.`, ...lines].join(' ');
}

/** When the colours start again they are paler. */
function fill(index: number): Readonly<Record<string, string>> {
  return { fill: colourOf(index), ...(index < COLOURS.length ? {} : { 'fill-opacity': '0.5' }) };
}

/** A value beyond the end of its bar; upright where bars are narrower than their values. */
function valueText(content: string, x: number, end: number, down: boolean, upright: boolean): Markup {
  // A halo, since values may lie on lines of the grid.
  const halo = { stroke: INK.paper, 'stroke-width': '3', 'paint-order': 'stroke' };
  const looks = { class: 'value', 'font-size': SIZE.small, fill: INK.text, ...halo };
  if (!upright) {
    const y = down ? end + SIZE.small + 3 : end - 5;
    return textElement('text', { ...looks, x, y, 'text-anchor': 'middle' }, content);
  }
  const y = down ? end + 5 : end - 5;
  return textElement(
    'text',
    {
      ...looks,
      transform: `${translate(x + 4, y)} rotate(-90)`,
      'text-anchor': down ? 'end' : 'start',
    },
    content,
  );
}

interface CategoryLabels {
  /** Pixels below the plot, and those left of it for the first label. */
  readonly height: number;
  readonly left: number;
  readonly draw: (category: number, x: number, bottom: number) => readonly Markup[];
}

/** Labels in up to three lines, or tilted where a word is too long for its place. */
function categoryLabels(categories: readonly string[], width: number): CategoryLabels {
  const wrapped = categories.map((name) => wrap(name, SIZE.small, width, 3));
  const whole = wrapped.every(
    (lines, c) => lines.join(' ') === (categories[c] ?? '').trim().split(/\s+/).join(' '),
  );
  if (whole) {
    return {
      height: Math.max(...wrapped.map((lines) => lines.length)) * ROW + 6,
      left: 0,
      draw: (c, x, bottom) =>
        (wrapped[c] ?? []).map((text, row) => tickLabel(text, x, bottom + 18 + row * ROW, 'middle')),
    };
  }
  const short = categories.map((name) => ellipsis(name, SIZE.small, LONGEST_TILTED));
  const longest = Math.max(...short.map((text) => textWidth(text, SIZE.small)));
  const angle = (TILT * Math.PI) / 180;
  return {
    height: longest * Math.sin(angle) + SIZE.small + 8,
    left: textWidth(short[0] ?? '', SIZE.small) * Math.cos(angle) + 4,
    draw: (c, x, bottom) => [
      textElement(
        'text',
        {
          transform: `${translate(x + 4, bottom + 14)} rotate(-${TILT})`,
          'font-size': SIZE.small,
          fill: INK.faint,
          'text-anchor': 'end',
        },
        short[c] ?? '',
      ),
    ],
  };
}
