/** What is proved: a table of products, how sums become indices, or one element of an unrolled stage. */
export type Subject = 'product table' | 'requantizer' | 'neuron';

/** A port of both circuits. */
export interface Port {
  readonly name: string;
  readonly bits: number;
  readonly signed: boolean;
}

/** What the registers of a design ask for; when they have become wires, nothing reads it. */
export const CLOCK: Port = { name: 'clk', bits: 1, signed: false };

/** Some outputs that are proved together. */
export interface Part {
  readonly title: string;
  /** First bit of the output, and number of bits. */
  readonly first: number;
  readonly bits: number;
  /** The inputs that say something about it, in words: names of values, and the bits of which ports they are. */
  readonly inputs: readonly PartInput[];
  readonly signed: boolean;
}

export interface PartInput {
  readonly title: string;
  readonly port: string;
  readonly first: number;
  readonly bits: number;
  readonly signed: boolean;
}

/** One side of an obligation: a Yosys script that ends with a combinational module of this name. */
export interface Side {
  readonly module: 'design' | 'specification';
  readonly script: readonly string[];
}

/**
 * Two combinational circuits with the same ports that must give the same for all inputs. Pure data: the scripts read `files`, which lie
 * side by side.
 */
export interface Obligation {
  readonly subject: Subject;
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly output: Port;
  readonly design: Side;
  readonly specification: Side;
  readonly parts: readonly Part[];
  /** The same claim in one piece: too hard to prove, but when it is wrong this finds inputs that show it. */
  readonly whole?: Obligation;
}

/** An input port as a whole, as a part's input. */
export const wholePort = ({ name, bits, signed }: Port): PartInput => ({
  title: name,
  port: name,
  first: 0,
  bits,
  signed,
});
