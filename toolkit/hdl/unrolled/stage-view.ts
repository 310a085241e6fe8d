import { bitOf, isComplement, isConstant, outputBits, TRUE, type Gate, type Literal } from './circuit.js';
import type { Cell, CellStage } from './cells.js';
import { schedule } from './schedule.js';
import type { StageCircuit } from './stage-circuit.js';

/** What hdl-templates/unrolled/stage.v.ejs prints. */
export interface StageView {
  readonly module: string;
  readonly title: string;
  readonly inputs: readonly { readonly name: string; readonly msb: number }[];
  readonly outputMsb: number;
  readonly clocks: readonly ClockView[];
  readonly outputs: readonly { readonly target: string; readonly value: string }[];
  readonly unread: string;
  readonly hasUnread: boolean;
}

/** What is made between two ranks of registers, and the registers behind it. */
interface ClockView {
  readonly number: number;
  readonly lines: readonly string[];
  readonly registers: readonly string[];
  readonly hasRegisters: boolean;
  readonly loads: readonly string[];
}

/** The Verilog name of a tensor, and of the module of the stage that makes it. */
export const verilogName = (name: string): string => name.replaceAll('-', '_');

/** A signal of one or more bits: a gate's outputs. */
interface Signal {
  readonly name: string;
  readonly bits: number;
  readonly first: number;
}

/** Renders a stage's circuit as text: one line per gate, clock by clock. Also says how many clocks it takes. */
export function stageView(
  { name, reads, writes, circuit }: StageCircuit,
  { cells }: CellStage,
  levels: number,
): { readonly view: StageView; readonly latency: number } {
  const { clocks, latency } = schedule(circuit, levels);
  const signals = signalsOf(reads, circuit.gates, circuit.owners);
  const signalOf = new Map<number, Signal>();
  for (const signal of signals) for (let k = 0; k < signal.bits; k++) signalOf.set(signal.first + k, signal);

  /** Behind each clock: names of registers, and the assignments that load them. */
  const registers = Array.from({ length: latency }, () => new Map<string, string>());
  const read = new Set<string>();
  /** A literal as it stands in clock `at`: behind as many registers as clocks have passed since it was made. */
  const text = (literal: Literal, at: number): string => {
    if (isConstant(literal)) return literal === TRUE ? "1'b1" : "1'b0";
    const bit = bitOf(literal);
    const signal = signalOf.get(bit);
    if (signal === undefined) throw new RangeError(`no gate makes bit ${bit}`);
    const made = clocks[bit] ?? 0;
    const suffix = signal.bits > 1 ? `[${bit - signal.first}]` : '';
    let shown = `${signal.name}${suffix}`;
    read.add(shown);
    for (let rank = made; rank < at; rank++) {
      const flat = `${signal.name}${signal.bits > 1 ? `_${bit - signal.first}` : ''}_r${rank + 1}`;
      registers[rank]?.set(flat, `${flat} <= ${shown};`);
      shown = flat;
    }
    return `${isComplement(literal) ? '~' : ''}${shown}`;
  };

  const lines = Array.from({ length: latency }, (): string[] => []);
  let owner = -1;
  circuit.gates.forEach((gate, i) => {
    const at = clocks[gate.first] ?? 0;
    const made = signalOf.get(gate.first);
    if (made === undefined) return;
    if (circuit.owners[i] !== owner) {
      owner = circuit.owners[i] ?? 0;
      const cell = cells[owner];
      if (cell !== undefined)
        lines[at]?.push(
          `// ${owner}${describe(
            cell,
            reads.map((one) => one.name),
          )}`,
        );
    }
    lines[at]?.push(`${declare(made)} = ${expression(gate, (literal) => text(literal, at))};`);
  });
  const outputs = circuit.outputs.map((literal, k) => ({
    target: circuit.outputs.length > 1 ? `y[${k}]` : 'y',
    value: text(literal, latency - 1),
  }));

  const unread = signals.flatMap((signal) => {
    const bits = Array.from({ length: signal.bits }, (_, k) =>
      signal.bits > 1 ? `${signal.name}[${k}]` : signal.name,
    );
    const idle = bits.filter((bit) => !read.has(bit));
    const isInput = signal.first <= circuit.inputs;
    return idle.length === 0 ? [] : isInput ? [signal.name] : idle;
  });
  const view: StageView = {
    module: `stage_${verilogName(name)}`,
    title: `Stage "${name}": ${writes.elements} elements of ${plural(writes.width, 'bit')}, ${plural(latency, 'clock')} after its input`,
    inputs: reads.map((tensor) => ({
      name: inputName(tensor.name),
      msb: tensor.elements * tensor.width - 1,
    })),
    outputMsb: writes.elements * writes.width - 1,
    clocks: lines.map((those, k) => ({
      number: k + 1,
      lines: those,
      registers: [...(registers[k]?.keys() ?? [])],
      hasRegisters: (registers[k]?.size ?? 0) > 0,
      loads: [...(registers[k]?.values() ?? [])],
    })),
    outputs,
    unread: unread.join(', '),
    hasUnread: unread.length > 0,
  };
  return { view, latency };
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const inputName = (tensor: string): string => `x_${verilogName(tensor)}`;

/** Names the bits: inputs by their tensor, what gates make by the element that they were first made for. */
function signalsOf(
  reads: StageCircuit['reads'],
  gates: readonly Gate[],
  owners: readonly number[],
): Signal[] {
  const signals: Signal[] = [];
  let first = 1;
  for (const { name, elements, width } of reads) {
    signals.push({ name: inputName(name), bits: elements * width, first });
    first += elements * width;
  }
  const used = new Map<string, number>();
  gates.forEach((gate, i) => {
    const stem = `${STEMS[gate.kind]}${owners[i] ?? 0}`;
    const times = used.get(stem) ?? 0;
    used.set(stem, times + 1);
    signals.push({
      name: times === 0 ? stem : `${stem}_${times}`,
      bits: outputBits(gate),
      first: gate.first,
    });
  });
  return signals;
}

const STEMS: Readonly<Record<Gate['kind'], string>> = {
  lookup: 'bit',
  count: 'count',
  add: 'sum',
  atLeast: 'above',
};

const declare = ({ name, bits }: Signal): string =>
  bits > 1 ? `wire [${bits - 1}:0] ${name}` : `wire ${name}`;

function expression(gate: Gate, text: (literal: Literal) => string): string {
  const list = (literals: readonly Literal[]): string => [...literals].reverse().map(text).join(', ');
  switch (gate.kind) {
    case 'lookup': {
      const size = 2 ** gate.inputs.length;
      const digits = gate.table.reduce(
        (sum, value, index) => (value ? sum + (1n << BigInt(index)) : sum),
        0n,
      );
      return `look_up_${gate.inputs.length}(${size}'h${digits.toString(16)}, {${list(gate.inputs)}})`;
    }
    case 'count':
      return `count_of_${gate.inputs.length}({${list(gate.inputs)}})`;
    case 'add':
      return `{1'b0, ${list(gate.a)}} + {1'b0, ${list(gate.b)}}`;
    case 'atLeast':
      return `{${list(gate.a)}} >= ${gate.a.length}'d${gate.least}`;
  }
}

const MOST_SHOWN = 12;

/** What a cell computes, for readers. */
function describe(cell: Cell, tensors: readonly string[]): string {
  if (cell.kind !== 'sum' || cell.terms.length > MOST_SHOWN) return '';
  const one = tensors.length === 1;
  const terms = cell.terms.map(({ from, values }) => {
    const source = one ? `x[${from.element}]` : `${from.tensor}[${from.element}]`;
    const factor = (values[1] ?? 0) - (values[0] ?? 0);
    const straight = values.every((value, index) => value === (values[0] ?? 0) + index * factor);
    return straight ? `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${source}` : `+ table(${source})`;
  });
  const steps =
    cell.steps === null ? '' : cell.steps.length > 8 ? ', in steps' : `, steps ${cell.steps.join(' ')}`;
  return `: ${cell.constant} ${terms.join(' ')}${steps}`;
}
