import type { Port } from './obligation.js';

/** The Verilog name of a tensor or stage. */
export const verilogName = (name: string): string => name.replaceAll('-', '_');

/** A signed constant of so many bits. */
export function constant(value: number, bits: number): string {
  return `${value < 0 ? '-' : ''}${bits}'sd${Math.abs(value)}`;
}

const range = (bits: number): string => (bits > 1 ? ` [${bits - 1}:0]` : '');

/** The head of a module with combinational ports. */
export function moduleHead(name: string, inputs: readonly Port[], output: Port): string {
  const port = (direction: string, { name: own, bits, signed }: Port): string =>
    `    ${direction}${signed ? ' signed' : ''}${range(bits)} ${own}`;
  return [
    `module ${name} (`,
    [...inputs.map((one) => port('input', one)), port('output', output)].join(',\n'),
    ');',
  ].join('\n');
}

/** A function of one unsigned argument as a list of its values; beyond the list it is the last. */
export function listFunction(
  name: string,
  argumentBits: number,
  values: readonly number[],
  bits: number,
): string {
  const last = values.at(-1) ?? 0;
  return [
    `  function signed [${bits - 1}:0] ${name}(input [${argumentBits - 1}:0] at);`,
    '    case (at)',
    ...values.slice(0, -1).map((value, at) => `      ${at}: ${name} = ${constant(value, bits)};`),
    `      default: ${name} = ${constant(last, bits)};`,
    '    endcase',
    '  endfunction',
  ].join('\n');
}

/** An instance of a module with parameters and connections by name. */
export function instance(
  module: string,
  name: string,
  parameters: Readonly<Record<string, number | string>>,
  connections: Readonly<Record<string, string>>,
): string {
  const list = Object.entries(parameters).map(
    ([key, value]) => `.${key}(${typeof value === 'string' ? `"${value}"` : value})`,
  );
  const head = list.length === 0 ? module : `${module} #(${list.join(', ')})`;
  // A name with a dot is one that only an escape can say.
  const ports = Object.entries(connections).map(
    ([port, signal]) => `    .${port.includes('.') ? `\\${port} ` : port}(${signal})`,
  );
  return `  ${head} ${name} (\n${ports.join(',\n')}\n  );`;
}
