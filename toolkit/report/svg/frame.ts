import type { Axis } from './axis.js';
import { element, pixels, textElement, type Markup } from './element.js';
import { ellipsis, textWidth, wrap } from './text-size.js';
import { FONT, INK, SIZE } from './theme.js';

/** In pixels; y grows downwards. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line of the legend: a swatch of so many pixels, drawn around (0, 0), and its name. */
export interface LegendEntry {
  readonly name: string;
  readonly swatch: readonly Markup[];
  readonly swatchWidth: number;
}

export interface FrameOptions {
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly description: string;
  readonly xLabel?: string | undefined;
  readonly yLabel: string;
  readonly legend: readonly LegendEntry[];
  readonly yTicks: readonly string[];
  /** Pixels of the whole picture and of the plot's height. */
  readonly width: number;
  readonly plotHeight: number;
  /** Pixels that the chart needs beside its plot: left of it (besides tick labels), right, above, and below for the labels of its x axis. */
  readonly left?: number;
  readonly right: number;
  readonly above?: number;
  readonly below: number;
}

/** A laid out picture: where the plot is, and how to finish it. */
export interface Frame {
  readonly plot: Rectangle;
  /** The document, once the plot is drawn. */
  readonly finish: (body: readonly Markup[]) => string;
}

export const EDGE = 20;
export const PICTURE = { width: 760, plotHeight: 300 } as const;

const LINE = { title: 21, legend: 21, label: 18 } as const;
const LEGEND_GAP = 18;
const SWATCH_GAP = 6;

interface Placed {
  readonly x: number;
  readonly row: number;
  readonly text: string;
  readonly entry: LegendEntry;
}

/** Legend entries from left to right, in as many rows as they need. */
function placeLegend(entries: readonly LegendEntry[], width: number): readonly Placed[] {
  let [x, row] = [0, 0];
  return entries.map((entry) => {
    const before = entry.swatchWidth + SWATCH_GAP;
    const text = ellipsis(entry.name, SIZE.small, width - before);
    const needs = before + textWidth(text, SIZE.small);
    if (x > 0 && x + needs > width) [x, row] = [0, row + 1];
    const placed = { x, row, text, entry };
    x += needs + LEGEND_GAP;
    return placed;
  });
}

/**
 * Lays a picture out from top to bottom: title, legend, name of the y axis, plot, labels of the x axis, its name. Nothing
 * of it lies over anything else, whatever the texts.
 */
export function createFrame(options: FrameOptions): Frame {
  const { title, width, plotHeight, yLabel, xLabel } = options;
  const inner = width - 2 * EDGE;
  const titles = wrap(title, SIZE.title, inner, 3);
  const legend = placeLegend(options.legend, inner);
  const rows = legend.length === 0 ? 0 : Math.max(...legend.map(({ row }) => row)) + 1;
  const ticks = Math.max(0, ...options.yTicks.map((label) => textWidth(label, SIZE.small)));
  const left = Math.max(EDGE + ticks + 10, options.left ?? 0);
  const titleEnd = EDGE + titles.length * LINE.title;
  const legendEnd = titleEnd + 4 + rows * LINE.legend;
  const labelEnd = legendEnd + 4 + LINE.label;
  const plot: Rectangle = {
    x: left,
    y: labelEnd + 10 + (options.above ?? 0),
    width: width - left - Math.max(EDGE, options.right),
    height: plotHeight,
  };
  const bottom = plot.y + plot.height;
  const under = bottom + options.below;
  const height = under + (xLabel === undefined ? 0 : LINE.label) + 14;

  const label = (content: string, y: number, attributes: Readonly<Record<string, string | number>>): Markup =>
    textElement('text', { 'font-size': SIZE.label, fill: INK.faint, y, ...attributes }, content);
  const head = [
    element('rect', { x: 0, y: 0, width, height, rx: 8, fill: INK.paper }),
    ...titles.map((line, i) =>
      textElement(
        'text',
        {
          x: EDGE,
          y: EDGE + SIZE.title - 2 + i * LINE.title,
          'font-size': SIZE.title,
          'font-weight': 'bold',
          fill: INK.text,
        },
        line,
      ),
    ),
    ...legend.map(({ x, row, text, entry }) => {
      const middle = titleEnd + 4 + row * LINE.legend + LINE.legend / 2;
      return element('g', { class: 'legend' }, [
        ...(text === entry.name ? [] : [textElement('title', {}, entry.name)]),
        element('g', { transform: translate(EDGE + x + entry.swatchWidth / 2, middle) }, entry.swatch),
        textElement(
          'text',
          {
            x: EDGE + x + entry.swatchWidth + SWATCH_GAP,
            y: middle + 4,
            'font-size': SIZE.small,
            fill: INK.text,
          },
          text,
        ),
      ]);
    }),
    label(ellipsis(yLabel, SIZE.label, inner), labelEnd - 4, { x: EDGE }),
    ...(xLabel === undefined
      ? []
      : [
          label(ellipsis(xLabel, SIZE.label, inner), under + LINE.label - 4, {
            x: centred(plot.x + plot.width / 2, ellipsis(xLabel, SIZE.label, inner), width),
            'text-anchor': 'middle',
          }),
        ]),
  ];
  return {
    plot,
    finish: (body) =>
      `${element(
        'svg',
        {
          xmlns: 'http://www.w3.org/2000/svg',
          width,
          height,
          viewBox: `0 0 ${pixels(width)} ${pixels(height)}`,
          role: 'img',
          'font-family': FONT,
        },
        [textElement('title', {}, title), textElement('desc', {}, options.description), ...head, ...body],
      )}\n`,
  };
}

/** Where the middle of a text comes to lie that should be at `x` and must stay in the picture. */
function centred(x: number, text: string, width: number): number {
  const half = textWidth(text, SIZE.label) / 2;
  return Math.max(half + 4, Math.min(x, width - half - 4));
}

export function translate(x: number, y: number): string {
  return `translate(${pixels(x)} ${pixels(y)})`;
}

/** Horizontal lines at the ticks of the y axis, with their labels. */
export function yGrid(axis: Axis, plot: Rectangle): readonly Markup[] {
  return axis.ticks.flatMap(({ value, label }) => {
    const y = plot.y + plot.height * (1 - axis.position(value));
    return [
      line(plot.x, y, plot.x + plot.width, y, { stroke: INK.grid, 'stroke-width': '1' }),
      tickLabel(label, plot.x - 8, y + 4, 'end'),
    ];
  });
}

const LABEL_GAP = 8;

/** Of how many ticks one gets its label, so that none touches the next. */
function labelStride(axis: Axis, plot: Rectangle): number {
  const { ticks } = axis;
  const fits = (stride: number): boolean =>
    ticks.every(({ value, label }, i) => {
      const next = ticks[i + stride];
      if (i % stride !== 0 || next === undefined) return true;
      const distance = plot.width * (axis.position(next.value) - axis.position(value));
      const halves = (textWidth(label, SIZE.small) + textWidth(next.label, SIZE.small)) / 2;
      return distance >= halves + LABEL_GAP;
    });
  let stride = 1;
  while (!fits(stride)) stride++;
  return stride;
}

/** Small lines at the ticks of the x axis, with as many labels as there is room for; with `grid`, lines through the plot. */
export function xTicks(axis: Axis, plot: Rectangle, grid: boolean): readonly Markup[] {
  const bottom = plot.y + plot.height;
  const stride = labelStride(axis, plot);
  return axis.ticks.flatMap(({ value, label }, i) => {
    const x = plot.x + plot.width * axis.position(value);
    return [
      ...(grid ? [line(x, plot.y, x, bottom, { stroke: INK.grid, 'stroke-width': '1' })] : []),
      line(x, bottom, x, bottom + 5, { stroke: INK.axis, 'stroke-width': '1' }),
      ...(i % stride === 0 ? [tickLabel(label, x, bottom + 18, 'middle')] : []),
    ];
  });
}

/** The x axis itself. */
export function baseLine(plot: Rectangle, y: number = plot.y + plot.height): Markup {
  return line(plot.x, y, plot.x + plot.width, y, { stroke: INK.axis, 'stroke-width': '1' });
}

/** An invisible outline of the plot, for whoever wants to know where it is. */
export function plotArea({ x, y, width, height }: Rectangle): Markup {
  return element('rect', { class: 'plot', x, y, width, height, fill: 'none' });
}

export function tickLabel(content: string, x: number, y: number, anchor: 'middle' | 'end'): Markup {
  return textElement(
    'text',
    { x, y, 'font-size': SIZE.small, fill: INK.faint, 'text-anchor': anchor },
    content,
  );
}

export function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Readonly<Record<string, string | number>>,
): Markup {
  return element('line', { x1, y1, x2, y2, ...attributes });
}
