import { countBits, type Gate } from './circuit.js';

/** The Verilog functions that these gates call: a lookup table for each number of inputs, a counter for each number of bits. */
export function gateFunctions(gates: readonly Gate[]): readonly string[] {
  const sizes = (kind: 'lookup' | 'count'): number[] =>
    [...new Set(gates.flatMap((gate) => (gate.kind === kind ? [gate.inputs.length] : [])))].sort(
      (a, b) => a - b,
    );
  return [...sizes('lookup').map(lookupFunction), ...sizes('count').map(countFunction)];
}

function lookupFunction(inputs: number): string {
  const size = 2 ** inputs;
  return [
    `  function look_up_${inputs}(input [${size - 1}:0] values, input [${inputs - 1}:0] index);`,
    `    look_up_${inputs} = values[index];`,
    '  endfunction',
  ].join('\n');
}

/** Every bit of the count is a lookup of its own, so that it takes one table where the target's tables are that wide. */
function countFunction(bits: number): string {
  const digits = countBits(bits);
  const size = 2 ** bits;
  const values = Array.from({ length: digits }, (_, digit) => {
    let table = 0n;
    for (let index = 0; index < size; index++) if ((ones(index) >> digit) & 1) table += 1n << BigInt(index);
    return `      values_${digit} = ${size}'h${table.toString(16)};`;
  });
  const shown = Array.from({ length: digits }, (_, digit) => `values_${digits - 1 - digit}[bits]`);
  return [
    `  function [${digits - 1}:0] count_of_${bits}(input [${bits - 1}:0] bits);`,
    ...Array.from({ length: digits }, (_, digit) => `    reg [${size - 1}:0] values_${digit};`),
    '    begin',
    ...values,
    `      count_of_${bits} = {${shown.join(', ')}};`,
    '    end',
    '  endfunction',
  ].join('\n');
}

const ones = (bits: number): number => (bits === 0 ? 0 : 1 + ones(bits & (bits - 1)));
