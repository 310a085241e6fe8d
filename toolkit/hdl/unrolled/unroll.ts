import { analyse, elements, INPUT, type Interval, type TableNetwork } from '../../network/index.js';
import { unsignedBits } from '../folding.js';
import { cellStages, type CellStage } from './cells.js';
import { evaluateCircuit } from './circuit.js';
import type { Adders } from './heap.js';
import { references, simplify } from './simplify.js';
import { stageCircuit, type StageCircuit, type TensorBits } from './stage-circuit.js';

/** What the logic is made for. */
export interface UnrollOptions {
  readonly adders: Adders;
  /** Lookup tables in a row between two registers, at least 2. */
  readonly levels: number;
  /** Elements that no later stage reads are built too, so that every trace point can be read. */
  readonly keepUnread: boolean;
}

/** Lookup tables of six inputs (AMD 7 series and later), or of four (iCE40, ECP5). */
export const LUT6: Adders = { lookupInputs: 6, countInputs: 6 };
export const LUT4: Adders = { lookupInputs: 6, countInputs: 3 };

/** A stage as cells and as a circuit. */
export interface UnrolledStage {
  readonly cells: CellStage;
  readonly circuit: StageCircuit;
}

/** A network as logic: a picture every clock. */
export interface Unrolled {
  readonly input: TensorBits;
  readonly inputTable: readonly number[];
  readonly stages: readonly UnrolledStage[];
}

/** Turns a network into circuits, stage by stage. Throws InputError for one that is too large. */
export function unroll(network: TableNetwork, { adders, keepUnread }: UnrollOptions): Unrolled {
  const { stages: analysed } = analyse(network);
  const input: TensorBits = {
    name: INPUT,
    elements: elements(network.input.shape),
    width: unsignedBits(network.input.levels - 1),
  };
  const tensors = new Map([[INPUT, input]]);
  const stages = simplify(cellStages(network), network.input.table, keepUnread).map((cells, position) => {
    const names = new Set(cells.cells.flatMap(references).map(({ tensor }) => tensor));
    const reads = [...tensors.values()].filter(({ name }) => names.has(name));
    const bounds: Interval = analysed[position]?.bounds?.final ?? { min: 0, max: 0 };
    const circuit = stageCircuit(cells, reads, bounds, adders);
    tensors.set(cells.name, circuit.writes);
    return { cells, circuit };
  });
  return { input, inputTable: network.input.table, stages };
}

/** Every tensor that the circuits give for a picture: the input's indices, then each stage's; the last are the logits. */
export function evaluateUnrolled(
  { input, inputTable, stages }: Unrolled,
  picture: Uint8Array,
): readonly (readonly number[])[] {
  const tensors = new Map<string, Uint8Array>([
    [
      input.name,
      bitsOf(
        Array.from(picture, (byte) => inputTable[byte] ?? 0),
        input.width,
      ),
    ],
  ]);
  for (const { circuit } of stages) {
    const bits = circuit.reads.flatMap(({ name }) => Array.from(tensors.get(name) ?? []));
    tensors.set(circuit.name, evaluateCircuit(circuit.circuit, bits));
  }
  return [input, ...stages.map(({ circuit }) => circuit.writes)].map(({ name, width }, point) =>
    numbersOf(tensors.get(name) ?? new Uint8Array(), width, point === stages.length),
  );
}

function bitsOf(values: readonly number[], width: number): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => Array.from({ length: width }, (_, k) => (value >> k) & 1)),
  );
}

function numbersOf(bits: Uint8Array, width: number, signed: boolean): number[] {
  return Array.from({ length: bits.length / width }, (_, i) => {
    const value = bits.subarray(i * width, (i + 1) * width).reduce((sum, bit, k) => sum + bit * 2 ** k, 0);
    return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
  });
}
