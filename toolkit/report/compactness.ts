import {
  activationCompactness,
  networkCompactness,
  type ActivationHistogram,
  type NetworkCompactness,
  type TableNetwork,
  type TensorCompactness,
  type WeightStorage,
} from '../network/index.js';
import { columns, grouped } from './text.js';

/** What pictures told about the tensors between stages. */
export interface ActivationFacts {
  /** The set that the pictures are from, and how many they were. */
  readonly images: string;
  readonly count: number;
  readonly histograms: readonly ActivationHistogram[];
}

/** docs/compactness.md, for machines; `activations` is null where no pictures were looked at. */
export interface CompactnessReport extends NetworkCompactness {
  readonly activations: {
    readonly images: string;
    readonly count: number;
    readonly tensors: readonly TensorCompactness[];
  } | null;
}

export function compactnessReport(
  network: TableNetwork,
  activations: ActivationFacts | null,
): CompactnessReport {
  return {
    ...networkCompactness(network),
    activations:
      activations === null
        ? null
        : {
            images: activations.images,
            count: activations.count,
            tensors: activationCompactness(activations.histograms),
          },
  };
}

/** Compactness (docs/compactness.md) as lines for people. */
export function compactnessLines({ stages, network, activations }: CompactnessReport): string[] {
  const { entropy, plain, huffman } = network;
  return [
    ...columns([
      ['compactness', '|A|', '|W| used', 'entries', 'weights', 'entropy', 'plain', 'Huffman', 'bytes'],
      ...stages.map((stage) => [
        stage.name,
        `${stage.activationLevels}`,
        `${stage.weightLevelsUsed} of ${stage.weightLevels}`,
        grouped(stage.tableEntries),
        grouped(stage.weights),
        bits(stage.entropy),
        bits(stage.plain.bits),
        bits(stage.huffman.bits),
        `${grouped(stage.plain.bytes)} -> ${grouped(stage.huffman.bytes)}`,
      ]),
      [
        'network',
        `${network.activationLevels}`,
        `${network.weightLevels}`,
        grouped(network.tableEntries),
        grouped(network.weights),
        bits(entropy.perStage),
        bits(plain.bits),
        bits(huffman.bits),
        `${grouped(plain.bytes)} -> ${grouped(huffman.bytes)}`,
      ],
    ]),
    `  entropy, plain and Huffman in bits per weight; ${network.tables} distinct tables of ${grouped(network.tableBytes)} bytes hold ${grouped(network.distinctProducts)} different products; all weights pooled: ${bits(entropy.pooled)} bits`,
    ...ratioLine(plain, huffman),
    ...(activations === null
      ? []
      : [
          '',
          ...columns([
            [
              `activations on ${grouped(activations.count)} ${activations.count === 1 ? 'picture' : 'pictures'}`,
              'levels used',
              'entropy',
              'plain',
            ],
            ...activations.tensors.map(({ tensor, levels, levelsUsed, ...of }) => [
              tensor,
              `${levelsUsed} of ${levels}`,
              bits(of.entropy),
              bits(of.plain),
            ]),
          ]),
        ]),
  ];
}

function ratioLine(plain: WeightStorage, huffman: WeightStorage): string[] {
  if (plain.ratio === null || huffman.ratio === null) return [];
  const times = (value: number): string => value.toFixed(1);
  return [
    `  weights and product tables are ${times(huffman.ratio.float32)} times smaller than weights in 32-bit floats, ${times(huffman.ratio.int8)} than in 8-bit integers (plain: ${times(plain.ratio.float32)} and ${times(plain.ratio.int8)})`,
  ];
}

function bits(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
