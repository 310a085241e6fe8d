import type { Interval } from '../../network/index.js';
import type { Element } from './neurons.js';
import type { PartInput, Port } from './obligation.js';

/** A tensor that a stage reads, as a port of its module: element after element, the first lowest. */
export interface Tensor {
  readonly name: string;
  readonly port: Port;
  /** Bits of an element. */
  readonly width: number;
  /** The indices that each element can have. */
  readonly reach: readonly Interval[];
}

/** What a tensor can be: indices beyond reach become the nearest that can occur, in both circuits alike. */
export function withinReach({ port, width, reach }: Tensor): string {
  const element = ({ min, max }: Interval, at: number): string => {
    const own = width * reach.length === 1 ? port.name : `${port.name}[${at * width}+:${width}]`;
    const sized = (value: number): string => `${width}'d${value}`;
    const high = max < 2 ** width - 1 ? `${own} > ${sized(max)} ? ${sized(max)} : ${own}` : own;
    return min > 0 ? `${own} < ${sized(min)} ? ${sized(min)} : ${high}` : high;
  };
  const range = port.bits > 1 ? `[${port.bits - 1}:0] ` : '';
  return `  wire ${range}in_${port.name} = {${reach
    .map(element)
    .map((text) => `(${text})`)
    .reverse()
    .join(', ')}};`;
}

/** Where `withinReach` puts an element. */
export function signalOf(tensors: readonly Tensor[]) {
  return (element: Element): { readonly name: string; readonly bits: number } => {
    const { port, width } = tensorOf(tensors, element);
    const name = port.bits === 1 ? `in_${port.name}` : `in_${port.name}[${element.at * width}+:${width}]`;
    return { name, bits: width };
  };
}

/** An element as an input of a part. */
export function partInput(tensors: readonly Tensor[], element: Element): PartInput {
  const { port, width } = tensorOf(tensors, element);
  return {
    title: `${element.tensor}[${element.at}]`,
    port: port.name,
    first: element.at * width,
    bits: width,
    signed: false,
  };
}

function tensorOf(tensors: readonly Tensor[], { tensor }: Element): Tensor {
  const found = tensors.find(({ name }) => name === tensor);
  if (found === undefined) throw new RangeError(`"${tensor}" is not read`);
  return found;
}
