import { readFileSync, readdirSync } from 'node:fs';
import { assetPath, toolkitVersion } from '../assets.js';
import { clocksPerBit, LEAST_CLOCKS_PER_BIT, plainTitle, receiveWindow } from '../boards/index.js';
import { InputError } from '../errors.js';
import { analyse, elements, networkHash, type TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { engineImage, type EngineImage } from './engine-image.js';
import { engineProgram } from './engine-program.js';
import { unsignedBits, type Folding } from './folding.js';

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

/** A rendered Verilog project: file names and their contents. All files lie side by side. */
export interface HdlProject {
  readonly files: ReadonlyMap<string, string>;
  /** The Verilog sources among them. */
  readonly sources: readonly string[];
  readonly top: string;
  readonly clocksPerBit: number;
}

const FOLDERS = ['board', 'engine', 'memory', 'protocol', 'serial'];
/** Elements of a tensor are counted in 16 bits, those of a frame's payload too. */
const MOST_ELEMENTS = 65_535;
const TRACE_ARGUMENTS = 7;
const MOST_TRACE_VALUES = 60;
/**
 * Renders the Verilog project of a network: the hand-written modules as they are, the top module that connects them, and what
 * the engine reads. The same network, board and folding give the same bytes. Throws InputError for a network that the engine cannot run.
 */
export function hdlProject(network: TableNetwork, board: HdlBoard, folding: Folding): HdlProject {
  const image = engineImage(engineProgram(network, folding));
  const perBit = clocksPerBit(board.clockHz, board.baud);
  const least = LEAST_CLOCKS_PER_BIT[board.receiveBuffer === 0 ? 'unbuffered' : 'buffered'];
  if (perBit < least) {
    throw new InputError(`a bit of the serial line lasts ${perBit} clocks, which must be ${least} or more`, {
      where: `board "${board.id}"`,
      next: 'lower the baud rate',
    });
  }
  const hello = helloBytes(network, board);
  const files = new Map<string, string>();
  const sources: string[] = [];
  for (const folder of FOLDERS) {
    for (const name of readdirSync(assetPath(`hdl-templates/${folder}`)).sort()) {
      if (!name.endsWith('.v') || (name === 'fifo.v' && board.receiveBuffer === 0)) continue;
      if (name === 'tracer.v' && board.trace === false) continue;
      sources.push(name);
      files.set(name, readFileSync(assetPath(`hdl-templates/${folder}/${name}`), 'utf8'));
    }
  }
  const view = topView(network, board, folding, image, { clocksPerBit: perBit, helloBytes: hello.length });
  files.set('top.v', renderTemplate(assetPath('hdl-templates/board/top.v.ejs'), view));
  for (const { name, content } of image.files) files.set(name, content);
  files.set('hello.hex', hello.map((byte) => `${byte.toString(16).padStart(2, '0')}\n`).join(''));
  return { files, sources: [...sources, 'top.v'], top: 'top', clocksPerBit: perBit };
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

function topView(
  network: TableNetwork,
  board: HdlBoard,
  folding: Folding,
  image: EngineImage,
  { clocksPerBit, helloBytes }: { readonly clocksPerBit: number; readonly helloBytes: number },
): object {
  const { stages } = analyse(network);
  const trace = board.trace ?? true;
  const counts = [elements(network.input.shape), ...stages.map(({ output }) => elements(output.shape))];
  const pixels = counts[0] ?? 0;
  const logits = counts.at(-1) ?? 0;
  const largest = Math.max(...counts);
  const payloads = [
    ...[pixels, helloBytes, 6 + 4 * logits],
    ...(trace ? [TRACE_ARGUMENTS + pixels, 5 + 4 * MOST_TRACE_VALUES, 2 * counts.length] : []),
  ];
  if (Math.max(largest, ...payloads) > MOST_ELEMENTS) {
    throw new InputError(`a tensor has ${largest} elements`, {
      where: network.name,
      next: `on an FPGA neither a tensor may have more than ${MOST_ELEMENTS}, nor the payload of a frame more bytes`,
    });
  }
  const { INDEX_BITS = 1, SUM_BITS = 1, ADDRESS_BITS = 1, CLOCK_BITS = 32 } = image.parameters;
  const names = Object.entries(image.parameters);
  return {
    version: toolkitVersion(),
    board: { title: plainTitle(board), clockHz: board.clockHz, baud: board.baud, clocksPerBit },
    fifo: board.receiveBuffer === 0 ? null : { log2: Math.log2(board.receiveBuffer) },
    trace: Number(trace),
    helloBytes,
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
      ...folding,
      indexBits: INDEX_BITS,
      indexMsb: INDEX_BITS - 1,
      sumBits: SUM_BITS,
      sumMsb: SUM_BITS - 1,
      addressBits: ADDRESS_BITS,
      addressMsb: ADDRESS_BITS - 1,
      clockBits: CLOCK_BITS,
      clockMsb: CLOCK_BITS - 1,
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
function verilogHex(fields: readonly (readonly [value: number, bits: number])[]): string {
  const bits = fields.reduce((sum, [, width]) => sum + width, 0);
  return `${bits}'h${fields.map(([value, width]) => value.toString(16).padStart(width / 4, '0')).join('')}`;
}
