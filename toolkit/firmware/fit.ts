import { BuildError } from '../errors.js';
import type { FirmwareBoard } from '../boards/index.js';
import { analyse, type TableNetwork } from '../network/index.js';
import { usualKernels, type KernelOptions } from './kernels/kernel-options.js';
import { coreOf, largestTable } from './kernels/predict.js';
import { allTables, networkSource, type NetworkSource } from './network-source.js';
import { TARGETS } from './targets.js';

/** Bytes that a network's library needs, code aside. */
export interface NetworkMemory {
  /** Product, input, requantization and value tables, in flash. */
  readonly tableBytes: number;
  /** Weight indices and biases, in flash. */
  readonly weightBytes: number;
  /** RAM that the caller gives. */
  readonly workspaceBytes: number;
}

/** A lookup per product, for whatever core. */
const LOOKUPS: KernelOptions = {
  lanes: 1,
  core: 'm3',
  saturates: false,
  aim: 'size',
  forced: new Map(),
  among: ['lookup'],
  room: null,
};

/** What kernels are chosen by for a network on a board: its core, and what its memories leave. */
export function kernelsFor({ output }: TableNetwork, board: FirmwareBoard): KernelOptions {
  const { memory, serial } = board;
  const { overhead } = TARGETS[board.target];
  const room =
    memory === null
      ? null
      : {
          flash: memory.flash.size - overhead.flash,
          ram: memory.ram.size - overhead.ram - serial.receiveBuffer - 4 * output.labels.length,
        };
  return { ...usualKernels(board), room };
}

/**
 * Measures a network as firmware of a lookup per product, before anything is built: what it takes whatever the board. Throws InputError for
 * an invalid network.
 */
export function networkMemory(network: TableNetwork): NetworkMemory {
  return measure(networkSource(network, LOOKUPS));
}

function measure(source: NetworkSource): NetworkMemory {
  const tables = allTables(source);
  const total = (weights: boolean): number =>
    tables
      .filter(({ role }) => (role === 'weights' || role === 'bias') === weights)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  return { tableBytes: total(false), weightBytes: total(true), workspaceBytes: source.workspaceBytes };
}

/** Level counts to propose, most accurate first: |A| x |W|. */
const PROPOSALS = [
  [32, 16],
  [16, 9],
  [8, 5],
  [4, 3],
] as const;

/**
 * Refuses a network that cannot fit a board, before anything is built; what is near the limit is left to the linker.
 * Throws BuildError that tells what was needed, what there is, and what would fit.
 */
export function checkFit(
  network: TableNetwork,
  board: FirmwareBoard,
  options: Partial<KernelOptions> = {},
): void {
  if (board.memory === null) return;
  const { overhead } = TARGETS[board.target];
  const source = networkSource(network, { ...kernelsFor(network, board), ...options });
  const { tableBytes, weightBytes, workspaceBytes } = measure(source);
  const flash = tableBytes + weightBytes + overhead.flash;
  const ram = workspaceBytes + 4 * source.logits + board.serial.receiveBuffer + overhead.ram;
  const { flash: flashMemory, ram: ramMemory } = board.memory;
  const largest = allTables(source).reduce((most, table) => (table.bytes > most.bytes ? table : most));
  const limit = largestTable(coreOf(board));
  if (flash > flashMemory.size) {
    throw new BuildError(
      `"${network.name}" does not fit ${board.title}: it needs at least ${flash} bytes of flash ` +
        `(weights ${weightBytes}, tables ${tableBytes}, code ${overhead.flash}), and there are ${flashMemory.size}`,
      {
        where: 'flash',
        next: flashAdvice(network, flashMemory.size - overhead.flash, tableBytes, weightBytes),
      },
    );
  }
  if (largest.bytes > limit) {
    throw new BuildError(
      `"${network.name}" does not fit ${board.title}: its table "${largest.name}" has ${largest.bytes} bytes, ` +
        `and the compiler for this core takes at most ${limit}`,
      { where: 'flash', next: 'make that layer smaller, or choose a board with another core' },
    );
  }
  if (ram > ramMemory.size) {
    throw new BuildError(
      `"${network.name}" does not fit ${board.title}: it needs at least ${ram} bytes of RAM ` +
        `(activations ${workspaceBytes}, serial line ${board.serial.receiveBuffer}, other ${ram - workspaceBytes - board.serial.receiveBuffer}), ` +
        `and there are ${ramMemory.size}`,
      { where: 'RAM', next: ramAdvice(network, ramMemory.size - (ram - workspaceBytes)) },
    );
  }
}

/** Fewer levels where smaller tables are enough; else how many weights there is room for. */
function flashAdvice(network: TableNetwork, room: number, tableBytes: number, weightBytes: number): string {
  const products = Object.values(network.products);
  const now = products.reduce((sum, { activations, weights }) => sum + activations * weights, 0);
  const levels = PROPOSALS.find(
    ([a, w]) =>
      products.some(({ activations, weights }) => a * w < activations * weights) &&
      weightBytes + (tableBytes * products.length * a * w) / now <= room,
  );
  if (levels !== undefined)
    return `train it with |A| = ${levels[0]} activation levels and |W| = ${levels[1]} weight levels, which fit`;
  const weights = network.stages.reduce(
    (sum, stage) => sum + ('weights' in stage ? stage.weights.length : 0),
    0,
  );
  const fit = Math.max(0, Math.floor(((room - tableBytes) * weights) / Math.max(1, weightBytes)));
  return (
    `it has ${weights} weights in ${weightBytes} bytes; with its |A| and |W| there is room for ${fit}: ` +
    'make its layers smaller, or choose a board with more flash'
  );
}

/** The stage whose tensors take most room, and what they may take. */
function ramAdvice(network: TableNetwork, room: number): string {
  const widest = analyse(network)
    .stages.map(({ stage, inputs, output }) => ({
      name: stage.name,
      bytes: [...inputs, output].reduce(
        (sum, { shape: [h, w, c], levels }) => sum + (levels === null ? 0 : h * w * c),
        0,
      ),
    }))
    .reduce((a, b) => (b.bytes > a.bytes ? b : a));
  return (
    `there are ${Math.max(0, room)} bytes for activations, and stage "${widest.name}" alone reads and writes ${widest.bytes}: ` +
    'use fewer channels or a larger stride there (|A| and |W| do not matter for RAM), or choose a board with more RAM'
  );
}
