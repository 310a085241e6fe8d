import { toolkitVersion } from '../assets.js';
import { clocksPerBit, LEAST_CLOCKS_PER_BIT, plainTitle, pllFor, receiveWindow } from '../boards/index.js';
import { InputError } from '../errors.js';
import { analyse, elements, networkHash, type TableNetwork } from '../network/index.js';
import { unsignedBits } from './folding.js';
import { SLICE_BITS } from './weight-store.js';

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
  /** A flash memory that the design can read, in bytes: where it is free, and where it ends; left out where there is none. */
  readonly flash?: { readonly free: number; readonly bytes: number } | undefined;
  /** What comes in at the pin of the clock, and the kind of PLL that makes `clockHz` of it; left out where they are the same. */
  readonly oscillator?: { readonly hz: number; readonly pll: 'pad' | 'core' | null };
}

/** Where the flash memory has what the engine's large memory is filled with. */
export interface FlashFill {
  /** Byte of the flash memory. */
  readonly first: number;
  /** Bits of a word of the large memory. */
  readonly largeBits: number;
  readonly words: number;
}

/** What the top module must know of the engine. */
export interface EngineParts {
  /** How it computes, in a few words. */
  readonly title: string;
  /** Of the module `engine`; INDEX_BITS, SUM_BITS, ADDRESS_BITS and CLOCK_BITS (or 32) are those of its ports. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Null where nothing is read from a flash memory; left out for an engine that has no place for it. */
  readonly fill?: FlashFill | null;
}

/** Elements of a tensor are counted in 16 bits, those of a frame's payload too. */
const MOST_ELEMENTS = 65_535;
const TRACE_ARGUMENTS = 7;
const MOST_TRACE_VALUES = 60;

/** What hdl-templates/board/top.v.ejs prints, and the words of hello.hex. Throws InputError for what the protocol cannot count, and for a line too fast. */
export function topView(network: TableNetwork, board: HdlBoard, { title, parameters, fill }: EngineParts) {
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
    ...clockView(board),
    ...fillView(fill),
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

/** Whether there is a PLL between the clock's pin and the design. */
export function hasPll({ clockHz, oscillator }: HdlBoard): boolean {
  return oscillator !== undefined && oscillator.hz !== clockHz;
}

function fillView(fill: FlashFill | null | undefined) {
  if (fill === undefined) return { flash: null, powerOn: 'reset', fill: null };
  if (fill === null)
    return { flash: null, powerOn: 'reset', fill: { begin: "1'b0", slices: "4'd0", data: "16'd0" } };
  return {
    flash: {
      byte: `0x${fill.first.toString(16)}`,
      first: `24'h${fill.first.toString(16).padStart(6, '0')}`,
      slices: fill.largeBits / SLICE_BITS,
      words: fill.words,
      wordBits: unsignedBits(fill.words),
    },
    powerOn: 'power_on',
    fill: { begin: 'begin_fill', slices: 'fill', data: 'fill_data' },
  };
}

function clockView(board: HdlBoard) {
  const { clockHz, oscillator } = board;
  if (oscillator === undefined || !hasPll(board)) return { pll: null, clock: 'clk', steady: "1'b1" };
  const dividers = oscillator.pll === null ? null : pllFor(oscillator.hz, clockHz);
  if (dividers === null) throw new RangeError(`no PLL makes ${clockHz} Hz of ${oscillator.hz} Hz`);
  return {
    pll: {
      ...dividers,
      pad: Number(oscillator.pll === 'pad'),
      comment: `${clockHz / 1e6} MHz of the oscillator's ${oscillator.hz / 1e6} MHz`,
    },
    clock: 'clock',
    steady: 'steady',
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
