import {
  bitOf,
  gateInputs,
  isConstant,
  outputBits,
  type Circuit,
  type Gate,
  type Literal,
} from './circuit.js';

/**
 * In which clock each bit of a circuit is made. Inputs are there in clock 0; what a clock makes and a later one reads goes through
 * registers, one rank for each clock between.
 */
export interface Schedule {
  /** By bit. */
  readonly clocks: readonly number[];
  /** Clocks until all outputs are there, the registers behind them included. */
  readonly latency: number;
}

/** Logic levels of a gate, in lookup tables; an adder's carry chain counts as two. */
const LEVELS: Readonly<Record<Gate['kind'], number>> = { lookup: 1, count: 1, add: 2, atLeast: 2 };

/** As early as possible, with at most `levels` lookup tables between two registers. */
export function schedule({ inputs, gates, outputs }: Circuit, levels: number): Schedule {
  const clocks: number[] = Array.from({ length: inputs + 1 }, () => 0);
  const depths: number[] = Array.from({ length: inputs + 1 }, () => 0);
  for (const gate of gates) {
    const read = gateInputs(gate).filter((literal) => !isConstant(literal));
    const clock = latest(read, clocks);
    const depth = Math.max(
      0,
      ...read.filter((one) => clocks[bitOf(one)] === clock).map((one) => depths[bitOf(one)] ?? 0),
    );
    const fits = depth === 0 || depth + LEVELS[gate.kind] <= levels;
    for (let k = 0; k < outputBits(gate); k++) {
      clocks[gate.first + k] = fits ? clock : clock + 1;
      depths[gate.first + k] = (fits ? depth : 0) + LEVELS[gate.kind];
    }
  }
  return { clocks, latency: latest(outputs, clocks) + 1 };
}

function latest(literals: readonly Literal[], clocks: readonly number[]): number {
  return literals.reduce(
    (last, literal) => Math.max(last, isConstant(literal) ? 0 : (clocks[bitOf(literal)] ?? 0)),
    0,
  );
}
