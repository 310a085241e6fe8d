import { allTables, kernelReport, type KernelOptions, type NetworkSource } from '../firmware/index.js';
import { measureNetwork, type TableNetwork } from '../network/index.js';
import { boardOfCore, CORE_NAMES, CORES } from './cores.js';
import type { MeasuredAccuracy } from './example.js';

/** Labels that a README lists; more are counted. */
const MOST_LABELS = 20;

/** What is told of a network, whatever it is exported to. */
export function networkView(network: TableNetwork, accuracy: MeasuredAccuracy | null) {
  const { floatAccuracy, testPictures } = network.provenance;
  const { labels } = network.output;
  const { weights, macs, tableEntries } = measureNetwork(network);
  return {
    figures: { weights: grouped(weights), products: grouped(macs), tableEntries: grouped(tableEntries) },
    labels: labels.slice(0, MOST_LABELS).map((label, number) => ({ number, text: JSON.stringify(label) })),
    moreLabels: Math.max(0, labels.length - MOST_LABELS),
    accuracy: {
      float:
        floatAccuracy === null
          ? 'not recorded'
          : `${percent(floatAccuracy)}${testPictures === null ? '' : ` of ${grouped(testPictures)} test pictures`}`,
      tables:
        accuracy === null
          ? 'not measured: no pictures were at hand (`tablize verify` measures it)'
          : `${percent(accuracy.tables)} of the first ${grouped(accuracy.count)} pictures of ${accuracy.set}`,
    },
  };
}

/** What the README of a library in C tells besides: what is needed, and on which core it takes how long. */
export function readmeView(
  {
    network,
    kernels,
    madeFor,
    accuracy,
  }: {
    readonly network: TableNetwork;
    readonly kernels: KernelOptions;
    readonly madeFor: string;
    readonly accuracy: MeasuredAccuracy | null;
  },
  source: NetworkSource,
) {
  const { aim } = kernels;
  const cores = CORE_NAMES.map((name) => {
    const { time, unit, flash, ram } = kernelReport(network, boardOfCore(name), { room: null, aim });
    return {
      name,
      title: CORES[name].title,
      time: about(time),
      unit,
      flash: grouped(flash),
      ram: grouped(ram),
    };
  });
  return {
    ...networkView(network, accuracy),
    madeFor,
    cores,
    ram: { workspace: grouped(source.workspaceBytes), logits: grouped(4 * source.logits) },
    tables: grouped(allTables(source).reduce((sum, { bytes }) => sum + bytes, 0)),
  };
}

const grouped = (value: number): string => value.toLocaleString('en-US');

/** Two digits are as many as the cost model is good for. */
function about(time: number): string {
  return grouped(Number(time.toPrecision(2)));
}

/** Rounded down to the hundredth, so that 99.999 never reads 100. */
function percent(fraction: number): string {
  return `${(Math.floor(fraction * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}
