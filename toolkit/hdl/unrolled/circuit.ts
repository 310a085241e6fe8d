/**
 * A circuit of single bits: the intermediate form between cells and Verilog.
 *
 * A `Literal` is a bit or its complement: 2 * bit, plus 1 for the complement. Bit 0 is the constant 0, bits 1 to `inputs` are
 * the inputs; gates make the others, in ascending order. A gate reads only bits that were made before it.
 */
export type Literal = number;

export const FALSE: Literal = 0;
export const TRUE: Literal = 1;

export const complement = (literal: Literal): Literal => literal ^ 1;
export const bitOf = (literal: Literal): number => literal >> 1;
export const isComplement = (literal: Literal): boolean => (literal & 1) === 1;
export const isConstant = (literal: Literal): boolean => literal < 2;

/** `table[sum of inputs[k] << k]`, one bit. */
export interface Lookup {
  readonly kind: 'lookup';
  readonly inputs: readonly Literal[];
  readonly table: readonly boolean[];
  readonly first: number;
}

/** How many of up to 7 inputs are set, as a binary number. */
export interface Count {
  readonly kind: 'count';
  readonly inputs: readonly Literal[];
  /** The lowest bit of the result; the others follow. */
  readonly first: number;
}

/** The sum of two binary numbers of the same width, lowest bits first; one bit wider. */
export interface Add {
  readonly kind: 'add';
  readonly a: readonly Literal[];
  readonly b: readonly Literal[];
  readonly first: number;
}

/** Whether a binary number, lowest bit first, is at least a constant; one bit. */
export interface AtLeast {
  readonly kind: 'atLeast';
  readonly a: readonly Literal[];
  readonly least: number;
  readonly first: number;
}

export type Gate = Lookup | Count | Add | AtLeast;

export interface Circuit {
  /** Number of input bits. */
  readonly inputs: number;
  readonly gates: readonly Gate[];
  readonly outputs: readonly Literal[];
  /** What a gate belongs to, for readers: the number of the cell. */
  readonly owners: readonly number[];
}

/** Number of bits that a gate makes. */
export function outputBits(gate: Gate): number {
  switch (gate.kind) {
    case 'lookup':
    case 'atLeast':
      return 1;
    case 'count':
      return countBits(gate.inputs.length);
    case 'add':
      return gate.a.length + 1;
  }
}

/** Bits of a count of up to n. */
export const countBits = (n: number): number => Math.floor(Math.log2(n)) + 1;

/** All literals that a gate reads. */
export function gateInputs(gate: Gate): readonly Literal[] {
  switch (gate.kind) {
    case 'lookup':
    case 'count':
      return gate.inputs;
    case 'add':
      return [...gate.a, ...gate.b];
    case 'atLeast':
      return gate.a;
  }
}

/** What the outputs are for these input bits. */
export function evaluateCircuit(circuit: Circuit, inputs: ArrayLike<number>): Uint8Array {
  const last = circuit.gates.at(-1);
  const bits = new Uint8Array(last === undefined ? circuit.inputs + 1 : last.first + outputBits(last));
  for (let i = 0; i < circuit.inputs; i++) bits[i + 1] = inputs[i] ?? 0;
  const value = (literal: Literal): number => (bits[literal >> 1] ?? 0) ^ (literal & 1);
  const number = (literals: readonly Literal[]): number =>
    literals.reduce((sum, literal, k) => sum + value(literal) * 2 ** k, 0);
  for (const gate of circuit.gates) {
    let result: number;
    switch (gate.kind) {
      case 'lookup':
        result = gate.table[number(gate.inputs)] === true ? 1 : 0;
        break;
      case 'count':
        result = gate.inputs.reduce((sum, literal) => sum + value(literal), 0);
        break;
      case 'add':
        result = number(gate.a) + number(gate.b);
        break;
      case 'atLeast':
        result = number(gate.a) >= gate.least ? 1 : 0;
        break;
    }
    for (let k = 0; k < outputBits(gate); k++) bits[gate.first + k] = Math.floor(result / 2 ** k) % 2;
  }
  return Uint8Array.from(circuit.outputs, value);
}
