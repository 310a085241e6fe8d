import { toolkitVersion } from '../assets.js';
import { plainTitle, receiveWindow } from '../boards/index.js';
import { InputError } from '../errors.js';
import { analyse, elements, networkHash, type TableNetwork } from '../network/index.js';

/** What the design must know of the board that it runs on. */
export interface HdlBoard {
  readonly id: string;
  readonly title: string;
  readonly clockHz: number;
  readonly baud: number;
  /** Bytes that may come while the device works, a power of two. */
  readonly receiveBuffer: number;
}

/** What the top module must know of the engine. */
export interface EngineParts {
  /** How it computes, in a few words. */
  readonly title: string;
  /** Of the module `engine`; INDEX_BITS, SUM_BITS and ADDRESS_BITS are those of its ports. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Whether it tells the elements of every stage, or those of the picture alone. */
  readonly tracesStages: boolean;
}

/** Elements of a tensor are counted in 16 bits, those of a frame's payload too. */
const MOST_ELEMENTS = 65_535;
const TRACE_ARGUMENTS = 7;

/** What hdl-templates/board/top.v.ejs prints. Throws InputError for a network whose tensors the protocol cannot count. */
export function topView(
  network: TableNetwork,
  board: HdlBoard,
  { title, parameters, tracesStages }: EngineParts,
) {
  const { stages } = analyse(network);
  const counts = [elements(network.input.shape), ...stages.map(({ output }) => elements(output.shape))];
  const largest = Math.max((counts[0] ?? 0) + TRACE_ARGUMENTS, ...counts);
  if (largest > MOST_ELEMENTS) {
    throw new InputError(`a tensor has ${largest} elements`, {
      where: network.name,
      next: `on an FPGA a tensor may have ${MOST_ELEMENTS}`,
    });
  }
  const pixels = counts[0] ?? 0;
  const logits = counts.at(-1) ?? 0;
  const hash = networkHash(network);
  const [indexBits, sumBits, addressBits] = ['INDEX_BITS', 'SUM_BITS', 'ADDRESS_BITS'].map((name) =>
    Number(parameters[name] ?? 1),
  ) as [number, number, number];
  const hello = [
    ...[1, 3, network.stages.length, 0],
    ...littleEndian(logits, 2),
    ...littleEndian(pixels, 4),
    ...littleEndian(board.clockHz, 4),
    ...littleEndian(receiveWindow(board.receiveBuffer, pixels), 4),
    ...Buffer.from(hash.slice(0, 16), 'hex'),
    ...Buffer.from(board.id, 'ascii'),
  ];
  const names = Object.entries(parameters);
  return {
    version: toolkitVersion(),
    board: {
      title: plainTitle(board),
      clockHz: board.clockHz,
      baud: board.baud,
      clocksPerBit: Math.round(board.clockHz / board.baud),
      fifoLog2: Math.log2(board.receiveBuffer),
    },
    network: {
      name: network.name,
      hash,
      pixels,
      logits,
      points: network.stages.length,
      elements: verilogHex([...counts].reverse().map((count) => [count, 16])),
    },
    hello: { count: hello.length, bytes: verilogHex(hello.map((byte) => [byte, 8])) },
    engine: {
      title,
      tracesStages: Number(tracesStages),
      indexBits,
      indexMsb: indexBits - 1,
      sumBits,
      sumMsb: sumBits - 1,
      addressBits,
      addressMsb: addressBits - 1,
      parameters: names.map(([name, value], i) => ({
        name,
        value,
        comma: i === names.length - 1 ? '' : ',',
      })),
    },
  };
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** A sized constant of several fields, the first in the highest bits; widths are multiples of 4. */
export function verilogHex(fields: readonly (readonly [value: number, bits: number])[]): string {
  const bits = fields.reduce((sum, [, width]) => sum + width, 0);
  return `${bits}'h${fields.map(([value, width]) => value.toString(16).padStart(width / 4, '0')).join('')}`;
}
