import { toolkitVersion } from '../assets.js';
import { clocksPerBit, LEAST_CLOCKS_PER_BIT, plainTitle, receiveWindow } from '../boards/index.js';
import { InputError } from '../errors.js';
import { analyse, elements, networkHash, type TableNetwork } from '../network/index.js';
import { unsignedBits } from './folding.js';

/** What the design must know of the board that it runs on. */
export interface HdlBoard {
  readonly id: string;
  readonly title: string;
  readonly clockHz: number;
  readonly baud: number;
  /** Bytes that may come while the device works: a power of two, or 0, which takes the fewest logic cells. */
  readonly receiveBuffer: number;
  /** Whether TRACE is answered, which takes some hundred logic cells; true when it is left out. */
  readonly trace?: boolean;
}

/** What the top module must know of the engine. */
export interface EngineParts {
  /** How it computes, in a few words. */
  readonly title: string;
  /** Of the module `engine`; INDEX_BITS, SUM_BITS, ADDRESS_BITS and CLOCK_BITS (or 32) are those of its ports. */
  readonly parameters: Readonly<Record<string, number | string>>;
}

/** Elements of a tensor are counted in 16 bits, those of a frame's payload too. */
const MOST_ELEMENTS = 65_535;
const TRACE_ARGUMENTS = 7;
const MOST_TRACE_VALUES = 60;

/** What hdl-templates/board/top.v.ejs prints, and the words of hello.hex. Throws InputError for what the protocol cannot count, and for a line too fast. */
export function topView(network: TableNetwork, board: HdlBoard, { title, parameters }: EngineParts) {
  const perBit = clocksPerBit(board.clockHz, board.baud);
  const least = LEAST_CLOCKS_PER_BIT[board.receiveBuffer === 0 ? 'unbuffered' : 'buffered'];
  if (perBit < least) {
    throw new InputError(`a bit of the serial line lasts ${perBit} clocks, which must be ${least} or more`, {
      where: `board "${board.id}"`,
      next: 'lower the baud rate',
    });
  }
  const hello = helloBytes(network, board);
  const { stages } = analyse(network);
  const trace = board.trace ?? true;
  const counts = [elements(network.input.shape), ...stages.map(({ output }) => elements(output.shape))];
  const pixels = counts[0] ?? 0;
  const logits = counts.at(-1) ?? 0;
  const largest = Math.max(...counts);
  const payloads = [
    // TRACE is refused with an answer where it is unknown, so its payload must be counted all the same.
    ...[TRACE_ARGUMENTS + pixels, hello.length, 6 + 4 * logits],
    ...(trace ? [5 + 4 * MOST_TRACE_VALUES, 2 * counts.length] : []),
  ];
  if (Math.max(largest, ...payloads) > MOST_ELEMENTS) {
    throw new InputError(`a tensor has ${largest} elements`, {
      where: network.name,
      next: `on an FPGA neither a tensor may have more than ${MOST_ELEMENTS}, nor the payload of a frame more bytes`,
    });
  }
  const bits = (name: string, usual: number): number => Number(parameters[name] ?? usual);
  const indexBits = bits('INDEX_BITS', 1);
  const sumBits = bits('SUM_BITS', 1);
  const addressBits = bits('ADDRESS_BITS', 1);
  const clockBits = bits('CLOCK_BITS', 32);
  const names = Object.entries(parameters);
  return {
    version: toolkitVersion(),
    board: {
      title: plainTitle(board),
      clockHz: board.clockHz,
      baud: board.baud,
      clocksPerBit: perBit,
    },
    fifo: board.receiveBuffer === 0 ? null : { log2: Math.log2(board.receiveBuffer) },
    trace: Number(trace),
    hello: hello.map((byte) => `${byte.toString(16).padStart(2, '0')}\n`).join(''),
    helloBytes: hello.length,
    placeBits: unsignedBits(Math.max(...payloads)),
    network: {
      name: network.name,
      hash: networkHash(network),
      pixels,
      logits,
      points: network.stages.length,
      elements: verilogHex([...counts].reverse().map((count) => [count, 16])),
    },
    engine: {
      title,
      indexBits,
      indexMsb: indexBits - 1,
      sumBits,
      sumMsb: sumBits - 1,
      addressBits,
      addressMsb: addressBits - 1,
      clockBits,
      clockMsb: clockBits - 1,
      parameters: names.map(([name, value], i) => ({
        name,
        value,
        comma: i === names.length - 1 ? '' : ',',
      })),
    },
  };
}

/** The payload of HELLO's answer: docs/protocol.md, section 4.1. */
function helloBytes(network: TableNetwork, board: HdlBoard): readonly number[] {
  const pixels = elements(network.input.shape);
  return [
    ...[1, 3, network.stages.length, 0],
    ...littleEndian(network.output.labels.length, 2),
    ...littleEndian(pixels, 4),
    ...littleEndian(board.clockHz, 4),
    ...littleEndian(receiveWindow(board.receiveBuffer, pixels), 4),
    ...Buffer.from(networkHash(network).slice(0, 16), 'hex'),
    ...Buffer.from(board.id, 'ascii'),
  ];
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** A sized constant of several fields, the first in the highest bits; widths are multiples of 4. */
export function verilogHex(fields: readonly (readonly [value: number, bits: number])[]): string {
  const bits = fields.reduce((sum, [, width]) => sum + width, 0);
  return `${bits}'h${fields.map(([value, width]) => value.toString(16).padStart(width / 4, '0')).join('')}`;
}
