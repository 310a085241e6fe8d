/** Plots as SVG documents: pure, the same text from the same data everywhere, readable on light and dark pages. */
export { barChart, type BarChart, type BarSeries } from './bar-chart.js';
export type { CountScale } from './axis.js';
export { distributionChart, type DistributionChart, type Histogram } from './distribution-chart.js';
export {
  lineChart,
  type LineChart,
  type LinePoint,
  type LineSeries,
  type ReferenceLine,
} from './line-chart.js';
