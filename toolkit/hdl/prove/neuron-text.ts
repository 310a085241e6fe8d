import type { Requantize } from '../../network/index.js';
import { signedWidth, unsignedBits } from '../folding.js';
import type { Element, Neuron } from './neurons.js';
import { constant, listFunction } from './verilog.js';

/** Wide enough for every sum and offset of 32 bits. */
const WIDE = 34;

/** Where an element of a tensor is to be found: a signal of so many bits. */
export type SignalOf = (element: Element) => { readonly name: string; readonly bits: number };

/** Neurons as Verilog: functions that they share, then a wire `value_n` of `bits` bits for each. */
export function neuronLines(
  neurons: readonly Neuron[],
  signalOf: SignalOf,
  { bits, sumBits }: { readonly bits: number; readonly sumBits: number },
): readonly string[] {
  const functions = new Map<string, string>();
  const named: string[] = [];
  /** The name of a function, which is printed once. */
  const call = (stem: string, key: string, print: (name: string) => string): string => {
    const known = functions.get(`${stem} ${key}`);
    if (known !== undefined) return known;
    const name = `${stem}_${functions.size}`;
    functions.set(`${stem} ${key}`, name);
    named.push(print(name));
    return name;
  };
  const list = (values: readonly number[], argumentBits: number, width: number): string =>
    call('list', `${argumentBits} ${width} ${values.join()}`, (name) =>
      listFunction(name, argumentBits, values.slice(0, 2 ** argumentBits), width),
    );
  const text = (neuron: Neuron, n: number): string[] => {
    switch (neuron.kind) {
      case 'sum': {
        const terms = neuron.terms.map(({ from, values }) => {
          const { name, bits: width } = signalOf(from);
          return `${list(values, width, sumBits)}(${name})`;
        });
        const accumulator = [constant(neuron.constant, sumBits), ...terms].join(' + ');
        const { requantize, channel } = neuron;
        const sum = `  wire signed [${sumBits - 1}:0] sum_${n} = ${accumulator};`;
        if (requantize === null) return [sum, wire(n, `sum_${n}`)];
        const rule = call('index', ruleKey(requantize, channel), (name) =>
          ruleFunction(name, requantize, channel, { bits, sumBits }),
        );
        return [sum, wire(n, `${rule}(sum_${n})`)];
      }
      case 'largest': {
        const larger = call('larger', '', (name) =>
          [
            `  function [${bits - 1}:0] ${name}(input [${bits - 1}:0] a, input [${bits - 1}:0] b);`,
            `    ${name} = a > b ? a : b;`,
            '  endfunction',
          ].join('\n'),
        );
        const names = neuron.from.map((from) => signalOf(from).name);
        return [
          wire(
            n,
            names.reduce((so, name) => `${larger}(${so}, ${name})`),
          ),
        ];
      }
      case 'entry': {
        const { name, bits: width } = signalOf(neuron.from);
        return [wire(n, `${list(neuron.table, width, bits + 1)}(${name})`)];
      }
    }
  };
  const wire = (n: number, value: string): string => `  wire [${bits - 1}:0] value_${n} = ${value};`;
  const lines = neurons.flatMap(text);
  return [...named, ...lines];
}

function ruleKey(requantize: Requantize, channel: number): string {
  return requantize.kind === 'shiftTable' ? 'shift' : (requantize.values[channel] ?? []).join();
}

/** Section 5 of docs/table-network.md for one channel. */
function ruleFunction(
  name: string,
  requantize: Requantize,
  channel: number,
  { bits, sumBits }: { readonly bits: number; readonly sumBits: number },
): string {
  const head = `  function [${bits - 1}:0] ${name}(input signed [${sumBits - 1}:0] accumulator);`;
  if (requantize.kind === 'thresholds') {
    const reached = (requantize.values[channel] ?? []).map((threshold) => {
      const width = Math.max(sumBits, signedWidth({ min: threshold, max: threshold }));
      return `(accumulator >= ${constant(threshold, width)} ? ${bits}'d1 : ${bits}'d0)`;
    });
    return [
      head,
      `    ${name} = ${reached.length > 0 ? reached.join(' + ') : `${bits}'d0`};`,
      '  endfunction',
    ].join('\n');
  }
  const { offset, shift, table } = requantize;
  const last = table.length - 1;
  // Runs of equal entries: the entry of a bin is that of the first run that ends at it or behind.
  const ends = table.flatMap((entry, bin) =>
    bin < last && entry !== table[bin + 1] ? [{ bin, entry }] : [],
  );
  const choice = ends.map(({ bin, entry }) => `bin <= ${constant(bin, WIDE)} ? ${entry} : `).join('');
  return [
    head,
    `    reg signed [${WIDE - 1}:0] bin;`,
    '    begin',
    `      bin = (accumulator + ${constant(offset, WIDE)}) >>> ${shift};`,
    `      ${name} = ${choice}${table[last] ?? 0};`,
    '    end',
    '  endfunction',
  ].join('\n');
}

/** Bits of an index of so many levels. */
export const indexBits = (levels: number): number => unsignedBits(levels - 1);
