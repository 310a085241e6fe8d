import type { ActivationHistogram } from './activation-histograms.js';
import { analyse, type AnalysedStage } from './analyse.js';
import { range } from './bounds.js';
import { countIndices, entropyBits, indexBits } from './entropy.js';
import { huffmanEncode, huffmanLengths } from './huffman.js';
import type { ProductTable, TableNetwork } from './table-network.js';
import { productTableOf, type WeightedStage } from './tensors.js';

/**
 * How compact a network is. docs/compactness.md is the numbered definition; the section numbers in the comments below are
 * its own. "Bits" are per weight unless said otherwise.
 */

/** 2. A stage with weights. */
export interface StageCompactness {
  readonly name: string;
  /** |A|: activation levels that its input can have. */
  readonly activationLevels: number;
  /** |W|: weight levels of its product table, and how many of them occur among its weights. */
  readonly weightLevels: number;
  readonly weightLevelsUsed: number;
  /** Entries of its product table, and how many of them some picture could look up: |A| x weight levels used. */
  readonly tableEntries: number;
  readonly tableEntriesUsed: number;
  readonly weights: number;
  /** Entropy of its weight indices. */
  readonly entropy: number;
  /** Weight indices of a fixed length: bits of each, bytes of all. */
  readonly plain: { readonly bits: number; readonly bytes: number };
  /**
   * 3. Weight indices in a canonical Huffman code: mean bits of a code word; bytes of everything that a decoder needs, and
   * that as bits per weight.
   */
  readonly huffman: { readonly codeBits: number; readonly bits: number; readonly bytes: number };
}

/** 4. All weights of a network in one way of storing them. */
export interface WeightStorage {
  /** Bytes of the weights, tables not counted. */
  readonly bytes: number;
  /** Bits per weight; null without weights. */
  readonly bits: number | null;
  /** How many times smaller weights and product tables are together than the same weights in 32-bit floats and in 8-bit integers; null without weights. */
  readonly ratio: { readonly float32: number; readonly int8: number } | null;
}

/** 4. The network as a whole. */
export interface NetworkWideCompactness {
  /** Product tables; tables with the same content count once, here and below. */
  readonly tables: number;
  /** Distinct rows of the tables that some picture could look up. */
  readonly activationLevels: number;
  /** Distinct columns of the tables that some weight uses. */
  readonly weightLevels: number;
  /** Entries of all tables, of the largest one, and how many different integers are among them. */
  readonly tableEntries: number;
  readonly largestTable: number;
  readonly distinctProducts: number;
  readonly tableBytes: number;
  readonly weights: number;
  /** The stages' entropies, averaged over all weights; and that of all weights pooled, as distinct columns. */
  readonly entropy: { readonly perStage: number; readonly pooled: number };
  readonly plain: WeightStorage;
  readonly huffman: WeightStorage;
}

export interface NetworkCompactness {
  readonly stages: readonly StageCompactness[];
  readonly network: NetworkWideCompactness;
}

/** 5. The activation indices of a tensor over some pictures; bits per element. */
export interface TensorCompactness {
  readonly tensor: string;
  readonly levels: number;
  readonly levelsUsed: number;
  readonly entropy: number;
  /** Bits of an index of a fixed length. */
  readonly plain: number;
}

/** Measures a network (docs/compactness.md). Throws InputError for an invalid one. */
export function networkCompactness(network: TableNetwork): NetworkCompactness {
  const weighted = analyse(network).stages.flatMap((analysed) => weightedStage(network, analysed));
  const stages = weighted.map(stageCompactness);
  return { stages, network: networkWide(weighted, stages) };
}

/** Measures tensors from histograms of their indices, such as those of `activationHistograms`. */
export function activationCompactness(
  histograms: readonly ActivationHistogram[],
): readonly TensorCompactness[] {
  return histograms.map(({ tensor, counts }) => ({
    tensor,
    levels: counts.length,
    levelsUsed: used(counts),
    entropy: entropyBits(counts),
    plain: indexBits(counts.length),
  }));
}

interface Weighted {
  readonly stage: WeightedStage;
  readonly table: ProductTable;
  /** Activation levels of its input. */
  readonly activations: number;
  /** How often each weight index occurs. */
  readonly counts: readonly number[];
}

function weightedStage(network: TableNetwork, { stage, inputs }: AnalysedStage): Weighted[] {
  if (!('products' in stage)) return [];
  const table = productTableOf(network, stage);
  const counts = countIndices(stage.weights, table.weights);
  return [{ stage, table, activations: inputs[0]?.levels ?? 0, counts }];
}

const used = (counts: readonly number[]): number => counts.filter((count) => count > 0).length;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function stageCompactness({ stage, table, activations, counts }: Weighted): StageCompactness {
  const weights = stage.weights.length;
  const lengths = huffmanLengths(counts);
  const fixed = indexBits(table.weights);
  const { length: coded } = huffmanEncode(stage.weights, table.weights);
  return {
    name: stage.name,
    activationLevels: activations,
    weightLevels: table.weights,
    weightLevelsUsed: used(counts),
    tableEntries: table.values.length,
    tableEntriesUsed: activations * used(counts),
    weights,
    entropy: entropyBits(counts),
    plain: { bits: fixed, bytes: Math.ceil((fixed * weights) / 8) },
    huffman: {
      codeBits: sum(counts.map((count, w) => count * (lengths[w] ?? 0))) / weights,
      bits: (8 * coded) / weights,
      bytes: coded,
    },
  };
}

/** A table with all that the stages that share its content do with it. */
interface UsedTable {
  readonly table: ProductTable;
  readonly activations: number;
  readonly counts: readonly number[];
}

function networkWide(
  weighted: readonly Weighted[],
  stages: readonly StageCompactness[],
): NetworkWideCompactness {
  const tables = distinctTables(weighted);
  const contents = tables.map(({ table }) => table);
  const entries = contents.map(({ values }) => values.length);
  const tableBytes = sum(contents.map(bytesOf));
  const weights = sum(stages.map((stage) => stage.weights));
  const columns = new Map<string, number>();
  const rows = new Set<string>();
  for (const { table, activations, counts } of tables) {
    for (let a = 0; a < activations; a++) rows.add(row(table, a).join());
    counts.forEach((count, w) => {
      const key = column(table, w).join();
      if (count > 0) columns.set(key, (columns.get(key) ?? 0) + count);
    });
  }
  const storage = (bytes: number): WeightStorage => ({
    bytes,
    bits: weights === 0 ? null : (8 * bytes) / weights,
    ratio:
      weights === 0
        ? null
        : { float32: (4 * weights) / (bytes + tableBytes), int8: weights / (bytes + tableBytes) },
  });
  return {
    tables: tables.length,
    activationLevels: rows.size,
    weightLevels: columns.size,
    tableEntries: sum(entries),
    largestTable: Math.max(0, ...entries),
    distinctProducts: new Set(contents.flatMap(({ values }) => values)).size,
    tableBytes,
    weights,
    entropy: {
      perStage: weights === 0 ? 0 : sum(stages.map((stage) => stage.weights * stage.entropy)) / weights,
      pooled: entropyBits(columns.values()),
    },
    plain: storage(sum(stages.map(({ plain }) => plain.bytes))),
    huffman: storage(sum(stages.map(({ huffman }) => huffman.bytes))),
  };
}

function distinctTables(weighted: readonly Weighted[]): readonly UsedTable[] {
  const found = new Map<string, UsedTable>();
  for (const { table, activations, counts } of weighted) {
    const key = `${table.activations} x ${table.weights}: ${table.values.join()}`;
    const known = found.get(key);
    found.set(key, {
      table,
      activations: Math.max(activations, known?.activations ?? 0),
      counts: counts.map((count, w) => count + (known?.counts[w] ?? 0)),
    });
  }
  return [...found.values()];
}

const row = ({ weights, values }: ProductTable, a: number): readonly number[] =>
  values.slice(a * weights, (a + 1) * weights);
const column = ({ weights, values }: ProductTable, w: number): readonly number[] =>
  values.filter((_, i) => i % weights === w);

/** Bytes of a table whose entries have the fewest of 1, 2 and 4 bytes that hold them all. */
function bytesOf({ values }: ProductTable): number {
  const { min, max } = range(values);
  const bytes = [1, 2].find((size) => min >= -(2 ** (8 * size - 1)) && max < 2 ** (8 * size - 1)) ?? 4;
  return bytes * values.length;
}
