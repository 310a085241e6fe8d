import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../toolkit/errors.js';
import { countAxis, log2Axis, niceStep, roomyAxis, tickedAxis } from '../../toolkit/report/svg/axis.js';
import {
  barChart,
  distributionChart,
  lineChart,
  type BarChart,
  type DistributionChart,
  type LineChart,
} from '../../toolkit/report/svg/index.js';
import { textWidth, wrap } from '../../toolkit/report/svg/text-size.js';
import { descendants, parseXml, type XmlElement } from '../support/tiny-xml.js';

const NASTY = 'a <b> & "c" \u0000\uD800 it\'s 量子 ]]>';
const READABLE = 'a <b> & "c" \uFFFD\uFFFD it\'s 量子 ]]>';

const line: LineChart = {
  title: 'Accuracy over entries',
  xLabel: 'table entries',
  yLabel: 'accuracy (%)',
  xScale: 'log2',
  series: [
    {
      name: 'fixed',
      points: [
        { x: 320, y: 89.1 },
        { x: 15, y: 80.1, low: 79, high: 81 },
        { x: 40, y: 86.6, low: 86.6, high: 87 },
      ],
    },
    { name: 'model-free', points: [{ x: 40, y: 87.9 }] },
  ],
  lines: [
    { name: 'float', y: 89.5 },
    { name: '1.6 points below', y: 87.9 },
  ],
};
const bars: BarChart = {
  title: 'Bits',
  yLabel: 'bits per weight',
  categories: ['conv1', 'conv2', 'dense'],
  series: [
    { name: 'entropy', values: [2.31, 2.22, -0.5] },
    { name: 'plain', values: [3, null, 3] },
  ],
};
const distribution: DistributionChart = {
  title: 'Weights',
  xLabel: 'weight',
  histogram: { edges: [-2, -1, 0, 1, 3], counts: [3, 50_000, 0, 7] },
  levels: [-2.5, 0, 1.5],
};

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const number = ({ attributes }: XmlElement, name: string): number => Number(attributes[name]);
const boxOf = (element: XmlElement): Box => ({
  x: number(element, 'x'),
  y: number(element, 'y'),
  width: number(element, 'width'),
  height: number(element, 'height'),
});
const ofClass = (root: XmlElement, name: string): readonly XmlElement[] =>
  descendants(root).filter(({ attributes }) => attributes['class'] === name);

function plotOf(root: XmlElement): Box {
  const [plot] = ofClass(root, 'plot');
  if (plot === undefined) throw new Error('the picture has no plot');
  return boxOf(plot);
}

function translation({ attributes }: XmlElement): readonly [number, number] {
  const [, x, y] = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(attributes['transform'] ?? '') ?? [];
  return [Number(x), Number(y)];
}

const HAIR = 0.02;

function expectInside(plot: Box, x: number, y: number): void {
  expect(x).toBeGreaterThanOrEqual(plot.x - HAIR);
  expect(x).toBeLessThanOrEqual(plot.x + plot.width + HAIR);
  expect(y).toBeGreaterThanOrEqual(plot.y - HAIR);
  expect(y).toBeLessThanOrEqual(plot.y + plot.height + HAIR);
}

/** Where a horizontal text lies, by the estimated width of its letters. */
function textBox(text: XmlElement): Box {
  const size = number(text, 'font-size');
  const width = textWidth(text.text, size);
  const anchor = text.attributes['text-anchor'];
  const x = number(text, 'x') - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  return { x, y: number(text, 'y') - size * 0.75, width, height: size };
}

/** What holds for every picture: well-formed, told to screen readers, no number that is none, every text inside and none over another. */
function expectSound(svg: string): XmlElement {
  const root = parseXml(svg);
  expect(root.name).toBe('svg');
  expect(root.attributes).toMatchObject({ xmlns: 'http://www.w3.org/2000/svg', role: 'img' });
  expect(root.children.slice(0, 3).map(({ name }) => name)).toEqual(['title', 'desc', 'rect']);
  const [width, height] = [number(root, 'width'), number(root, 'height')];
  expect(boxOf(root.children[2] ?? root)).toEqual({ x: 0, y: 0, width, height });
  expect(root.children[2]?.attributes['fill']).toBe('#ffffff');
  for (const { name, attributes } of descendants(root)) {
    for (const [key, value] of Object.entries(attributes)) {
      if (key === 'font-family' || key === 'class') continue;
      expect(value, `${name} ${key}`).not.toMatch(/NaN|Infinity|undefined|\d\.\d{3}|e-\d/);
    }
  }
  const texts = descendants(root).filter(
    ({ name, attributes }) => name === 'text' && attributes['transform'] === undefined,
  );
  const boxes = texts.map(textBox);
  boxes.forEach((box, i) => {
    const what = texts[i]?.text;
    expect(box.x, what).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, what).toBeLessThanOrEqual(width);
    expect(box.y, what).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height, what).toBeLessThanOrEqual(height);
    for (const [j, other] of boxes.entries()) {
      if (j <= i) continue;
      const apart =
        box.x + box.width <= other.x ||
        other.x + other.width <= box.x ||
        box.y + box.height <= other.y ||
        other.y + other.height <= box.y;
      expect(apart, `"${what ?? ''}" and "${texts[j]?.text ?? ''}" overlap`).toBe(true);
    }
  });
  for (const { attributes } of texts) expect(Number(attributes['font-size'])).toBeGreaterThanOrEqual(12);
  // The legend is above the plot.
  const plot = plotOf(root);
  for (const entry of ofClass(root, 'legend')) {
    for (const text of descendants(entry).filter(({ name }) => name === 'text'))
      expect(number(text, 'y')).toBeLessThan(plot.y);
  }
  return root;
}

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const names = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 20 }));

describe('line chart', () => {
  it('draws points, spreads and named lines inside its plot', () => {
    const root = expectSound(lineChart(line));
    const plot = plotOf(root);
    const markers = ofClass(root, 'marker');
    expect(markers).toHaveLength(4);
    for (const marker of markers) expectInside(plot, ...translation(marker));
    // By ascending x, whatever the order of the points; y grows upwards.
    const [first, second, third] = markers.map(translation);
    expect(first?.[0]).toBeLessThan(second?.[0] ?? 0);
    expect(second?.[0]).toBeLessThan(third?.[0] ?? 0);
    expect(first?.[1]).toBeGreaterThan(second?.[1] ?? Infinity);
    // Log2: equal ratios are equal distances.
    const [x15, x40, x320] = [first?.[0] ?? 0, second?.[0] ?? 0, third?.[0] ?? 0];
    expect((x320 - x40) / (x40 - x15)).toBeCloseTo(Math.log2(8) / Math.log2(40 / 15), 2);
    // Two spreads of three strokes each: the third point has none, and neither has a spread of nothing.
    expect(ofClass(root, 'spread')).toHaveLength(6);
    expect(ofClass(root, 'reference')).toHaveLength(2);
    const texts = descendants(root).filter(({ name }) => name === 'text');
    expect(texts.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['16', '32', '64', '128', '256', 'float', '1.6 points below', 'fixed']),
    );
    // Names of lines are beside the plot, not on it.
    for (const { text, ...of } of texts) {
      if (text === 'float') expect(number({ text, ...of }, 'x')).toBeGreaterThan(plot.x + plot.width);
    }
    expect(root.children[1]?.text).toContain('fixed: 80.1 (79 to 81) at 15, 86.6 (86.6 to 87) at 40');
  });

  it('holds whatever it is given', () => {
    const point = fc
      .tuple(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), finite, fc.option(fc.nat({ max: 1000 })))
      .map(([x, y, wide]) => (wide === null ? { x, y } : { x, y, low: y - wide, high: y + 2 * wide }));
    fc.assert(
      fc.property(
        fc.record({
          title: names,
          xLabel: names,
          yLabel: names,
          xScale: fc.constantFrom('linear' as const, 'log2' as const),
          series: fc.array(
            fc.record({ name: names, points: fc.array(point, { minLength: 1, maxLength: 8 }) }),
            {
              minLength: 1,
              maxLength: 9,
            },
          ),
          lines: fc.array(fc.record({ name: names, y: finite }), { maxLength: 8 }),
        }),
        (chart) => {
          const svg = lineChart(chart);
          const root = expectSound(svg);
          const plot = plotOf(root);
          for (const marker of ofClass(root, 'marker')) expectInside(plot, ...translation(marker));
          for (const spread of ofClass(root, 'spread')) {
            expect(number(spread, 'y1')).toBeGreaterThanOrEqual(plot.y - HAIR);
            expect(number(spread, 'y2')).toBeLessThanOrEqual(plot.y + plot.height + HAIR);
          }
          for (const reference of ofClass(root, 'reference'))
            expectInside(plot, plot.x, number(reference, 'y1'));
          expect(lineChart(chart)).toBe(svg);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses what it cannot draw, and says which series', () => {
    const points = (...list: LineChart['series'][number]['points']): LineChart => ({
      ...line,
      series: [{ name: 'fixed', points: list }],
    });
    const cases: [LineChart, RegExp][] = [
      [points({ x: 1, y: NaN }), /series "fixed" has the value NaN/],
      [points({ x: Infinity, y: 1 }), /series "fixed" has the value Infinity/],
      [points({ x: 1, y: 1, low: NaN }), /NaN/],
      [points({ x: 1, y: 1, low: 2 }), /spread at x = 1/],
      [points({ x: 0, y: 1 }), /x = 0, which a log2 scale cannot show/],
      [points({ x: 1, y: 1e200 }), /1e\+200/],
      [points(), /no points/],
      [{ ...line, lines: [{ name: 'float', y: NaN }] }, /line "float"/],
    ];
    for (const [chart, message] of cases) {
      expect(() => lineChart(chart)).toThrow(InputError);
      expect(() => lineChart(chart)).toThrow(message);
    }
    expect(() => lineChart({ ...points({ x: 0, y: 1 }), xScale: 'linear' })).not.toThrow();
  });
});

describe('bar chart', () => {
  it('draws bars from zero, each with its value', () => {
    const root = expectSound(barChart(bars));
    const plot = plotOf(root);
    const boxes = ofClass(root, 'bar').map(boxOf);
    expect(boxes).toHaveLength(5);
    for (const { x, y, width, height } of boxes) {
      expectInside(plot, x, y);
      expectInside(plot, x + width, y + height);
    }
    expect(ofClass(root, 'value').map(({ text }) => text)).toEqual(['2.31', '3.00', '2.22', '-0.50', '3.00']);
    // Heights are in proportion, and the negative bar hangs from the line on which the others stand.
    const heights = boxes.map(({ height }) => height);
    expect((heights[1] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(3 / 2.31, 2);
    expect((heights[1] ?? 0) / (heights[3] ?? 1)).toBeCloseTo(3 / 0.5, 1);
    expect(boxes[3]?.y).toBeCloseTo((boxes[0]?.y ?? 0) + (heights[0] ?? 0), 1);
  });

  it('does not let bars or categories overlap, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        names,
        fc.boolean(),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (categories, count, name, signed, seed) => {
          const value = (c: number, s: number): number | null => {
            const random = ((seed + 31 * c + 7 * s) * 2_654_435_761) % 100_003;
            return random % 11 === 5 && c + s > 0 ? null : random / 7 - (signed ? 5000 : 0);
          };
          const root = expectSound(
            barChart({
              title: name,
              xLabel: name,
              yLabel: name,
              categories: Array.from({ length: categories }, (_, c) => `${c} ${name}`),
              series: Array.from({ length: count }, (_, s) => ({
                name: `${name} ${s}`,
                values: Array.from({ length: categories }, (_unused, c) => value(c, s)),
              })),
            }),
          );
          const plot = plotOf(root);
          const boxes = ofClass(root, 'bar').map(boxOf);
          boxes.forEach(({ x, y, width, height }, i) => {
            expectInside(plot, x, y);
            expectInside(plot, x + width, y + height);
            expect(width).toBeGreaterThan(10);
            const next = boxes[i + 1];
            if (next !== undefined) expect(x + width).toBeLessThan(next.x);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses what it cannot draw', () => {
    const cases: [BarChart, RegExp][] = [
      [{ ...bars, series: [{ name: 'entropy', values: [1, NaN, 2] }] }, /series "entropy" has the value NaN/],
      [{ ...bars, series: [{ name: 'entropy', values: [1] }] }, /1 values for 3 categories/],
      [{ ...bars, series: [{ name: 'entropy', values: [null, null, null] }] }, /no bars/],
      [{ ...bars, categories: [], series: [{ name: 'entropy', values: [] }] }, /no bars/],
    ];
    for (const [chart, message] of cases) {
      expect(() => barChart(chart)).toThrow(InputError);
      expect(() => barChart(chart)).toThrow(message);
    }
  });
});

describe('distribution chart', () => {
  it('draws bins, and a tick for every level', () => {
    const root = expectSound(distributionChart(distribution));
    const plot = plotOf(root);
    const bins = ofClass(root, 'bin').map(boxOf);
    // An empty bin has no bar.
    expect(bins).toHaveLength(3);
    const levels = ofClass(root, 'level');
    expect(levels).toHaveLength(3);
    for (const level of levels) {
      expectInside(plot, number(level, 'x1'), number(level, 'y2'));
      expect(number(level, 'y1')).toBeLessThan(plot.y);
    }
    // The level 0 is at the edge 0, which is where the second bin ends.
    expect(number(levels[1] ?? root, 'x1')).toBeCloseTo((bins[1]?.x ?? 0) + (bins[1]?.width ?? 0) + 0.5, 1);
    // A bin twice as wide.
    expect((bins[2]?.width ?? 0) / (bins[0]?.width ?? 1)).toBeCloseTo(2, 1);
    expect(root.children[1]?.text).toMatch(/50,010 values in 4 bins from -2 to 3\. 3 levels: -2\.5, 0, 1\.5/);
  });

  it('keeps a peak from hiding the rest', () => {
    const least = (yScale: DistributionChart['yScale']): number =>
      boxOf(
        ofClass(
          parseXml(distributionChart(yScale === undefined ? distribution : { ...distribution, yScale })),
          'bin',
        )[0] ?? parseXml('<x/>'),
      ).height;
    expect(least('linear')).toBeLessThan(0.1);
    expect(least('sqrt')).toBeGreaterThan(2);
    expect(least('log')).toBeGreaterThan(30);
    expect(least(undefined)).toBe(least('sqrt'));
  });

  it('holds whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.record({
          title: names,
          xLabel: names,
          histogram: fc
            .record({
              start: finite,
              widths: fc.array(fc.double({ min: 0.01, max: 1e4, noNaN: true }), {
                minLength: 1,
                maxLength: 40,
              }),
              counts: fc.array(fc.nat({ max: 1e9 }), { minLength: 40, maxLength: 40 }),
            })
            .map(({ start, widths, counts }) => ({
              edges: widths.reduce((edges, width) => [...edges, (edges.at(-1) ?? 0) + width], [start]),
              counts: counts.slice(0, widths.length),
            })),
          levels: fc.array(finite, { maxLength: 300 }),
          yScale: fc.constantFrom('linear' as const, 'sqrt' as const, 'log' as const),
        }),
        (chart) => {
          const root = expectSound(distributionChart(chart));
          const plot = plotOf(root);
          for (const { x, y, width, height } of ofClass(root, 'bin').map(boxOf)) {
            expectInside(plot, x, y);
            expectInside(plot, x + width, y + height);
          }
          for (const level of ofClass(root, 'level'))
            expectInside(plot, number(level, 'x1'), number(level, 'y2'));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses what it cannot draw', () => {
    const histogram = (edges: number[], counts: number[]): DistributionChart => ({
      ...distribution,
      histogram: { edges, counts },
    });
    const cases: [DistributionChart, RegExp][] = [
      [histogram([0, 1, 2], [1, NaN]), /the list of counts has the value NaN/],
      [histogram([0, NaN, 2], [1, 1]), /the list of edges/],
      [{ ...distribution, levels: [1, NaN] }, /the list of levels/],
      [histogram([0, 1, 1], [1, 1]), /edge 2 is not above/],
      [histogram([0, 1], [1, 1]), /2 edges for 2 bins/],
      [histogram([0, 1], [-1]), /count -1/],
      [histogram([0, 1], [0.5]), /count 0\.5/],
      [histogram([0], []), /no bins/],
    ];
    for (const [chart, message] of cases) {
      expect(() => distributionChart(chart)).toThrow(InputError);
      expect(() => distributionChart(chart)).toThrow(message);
    }
  });
});

describe('text', () => {
  it('of any kind arrives as it is, escaped, wherever a name can stand', () => {
    const pictures = [
      lineChart({
        title: NASTY,
        xLabel: NASTY,
        yLabel: NASTY,
        xScale: 'linear',
        series: [{ name: NASTY, points: [{ x: 1, y: 2 }] }],
        lines: [{ name: NASTY, y: 1 }],
      }),
      barChart({
        title: NASTY,
        xLabel: NASTY,
        yLabel: NASTY,
        categories: [NASTY],
        series: [{ name: NASTY, values: [1] }],
      }),
      distributionChart({ ...distribution, title: NASTY, xLabel: NASTY }),
    ];
    const counts = pictures.map((svg) => {
      const root = expectSound(svg);
      expect(root.children[0]?.text).toBe(READABLE);
      return descendants(root).filter(({ name, text }) => name === 'text' && text === READABLE).length;
    });
    // Line: title, both axes, series; its reference line is broken. Bars: title, both axes, series, category. Distribution: title, x axis.
    expect(counts).toEqual([4, 5, 2]);
  });

  it('is broken between words, and cut where a word is too long', () => {
    expect(wrap('one two three', 12, textWidth('one two', 12), 3)).toEqual(['one two', 'three']);
    expect(wrap('one two three', 12, textWidth('three', 12), 2)).toEqual(['one', 'tw…']);
    expect(wrap('', 12, 100, 2)).toEqual(['']);
    for (const text of wrap('incomprehensibilities', 12, 60, 2))
      expect(textWidth(text, 12)).toBeLessThanOrEqual(60);
  });
});

describe('ticks', () => {
  const labels = ({ ticks }: { readonly ticks: readonly { readonly label: string }[] }): string[] =>
    ticks.map(({ label }) => label);

  it('are at 1, 2 and 5 times powers of ten', () => {
    expect([1, 3, 4, 8, 10, 21, 99, 0.3].map((span) => niceStep(span, 4))).toEqual([
      0.2, 0.5, 1, 2, 2, 5, 20, 0.05,
    ]);
    expect(labels(tickedAxis(79.2, 89.8))).toEqual(['78', '80', '82', '84', '86', '88', '90']);
    expect(labels(tickedAxis(0, 0.3))).toEqual(['0.00', '0.05', '0.10', '0.15', '0.20', '0.25', '0.30']);
    expect(labels(tickedAxis(-1, 1))).toEqual(['-1.0', '-0.5', '0.0', '0.5', '1.0']);
    expect(labels(roomyAxis(1, 20, 0.04))).toEqual(['5', '10', '15', '20']);
    expect(labels(tickedAxis(99.99, 99.993))).toEqual([
      '99.9900',
      '99.9905',
      '99.9910',
      '99.9915',
      '99.9920',
      '99.9925',
      '99.9930',
    ]);
  });

  it('surround a single value', () => {
    expect(tickedAxis(5, 5).position(5)).toBeCloseTo(0.5, 9);
    expect(tickedAxis(0, 0).position(0)).toBeCloseTo(0.5, 9);
    expect(tickedAxis(0, 5e-324).position(0)).toBeCloseTo(0.5, 9);
    expect(labels(log2Axis(40, 40))).toEqual(['32', '64']);
    expect(labels(log2Axis(64, 64))).toEqual(['32', '64', '128']);
  });

  it('are powers of two on a log2 axis, fewer of them where it is long', () => {
    expect(labels(log2Axis(15, 320))).toEqual(['16', '32', '64', '128', '256']);
    expect(labels(log2Axis(1, 2 ** 20))).toEqual(['1', '8', '64', '512', '4,096', '32,768', '262,144']);
    expect(labels(log2Axis(0.2, 2))).toEqual(['1/4', '1/2', '1', '2']);
    expect(log2Axis(16, 256).position(64)).toBeCloseTo(0.5, 9);
  });

  it('of counts keep their distance', () => {
    expect(labels(countAxis(64_000, 'sqrt'))).toEqual(['0', '2,000', '5,000', '10,000', '20,000', '50,000']);
    expect(labels(countAxis(64_000, 'log'))).toEqual([
      '0',
      '5',
      '20',
      '100',
      '500',
      '2,000',
      '10,000',
      '50,000',
    ]);
    expect(labels(countAxis(0, 'sqrt'))).toEqual(['0', '1']);
    for (const scale of ['linear', 'sqrt', 'log'] as const) {
      expect(countAxis(10, scale).position(0)).toBe(0);
      expect(countAxis(10, scale).position(10)).toBeLessThanOrEqual(1);
    }
  });
});
