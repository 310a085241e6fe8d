import { describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { BuildError, EXIT } from '../../toolkit/errors.js';
import { checkFit, networkMemory } from '../../toolkit/firmware/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { tinyNetwork } from '../support/tiny-network.js';

/** A network of one dense layer. */
function dense(pixels: number, units: number, levels = 8, weights = 5): TableNetwork {
  const tiny = tinyNetwork();
  return {
    ...tiny,
    name: 'large',
    input: { shape: [1, 1, pixels], levels, table: new Array<number>(256).fill(0) },
    products: { all: { activations: levels, weights, values: new Array<number>(levels * weights).fill(1) } },
    stages: [
      {
        kind: 'dense',
        name: 'only',
        input: 'input',
        products: 'all',
        units,
        weights: new Array<number>(pixels * units).fill(0),
        bias: new Array<number>(units).fill(0),
        requantize: null,
      },
    ],
    output: { labels: Array.from({ length: units }, (_, i) => `${i}`) },
  };
}

function refusal(network: TableNetwork, board = 'arduino-uno'): BuildError {
  try {
    checkFit(network, loadFirmwareBoard(board));
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('networkMemory', () => {
  it('counts tables, weights and workspace', () => {
    // 100 pixels x 10 units: weights of one byte, biases of two; the input's table; 5 rows of 8 products of one byte.
    expect(networkMemory(dense(100, 10))).toEqual({
      weightBytes: 1000 + 20,
      tableBytes: 256 + 40,
      workspaceBytes: 100,
    });
  });
});

describe('checkFit', () => {
  it('lets pass what fits', () => {
    checkFit(tinyNetwork(), loadFirmwareBoard('arduino-uno'));
    checkFit(dense(784, 12), loadFirmwareBoard('arduino-uno'));
    checkFit(dense(784, 100), loadFirmwareBoard('raspberry-pi-pico'));
    checkFit(dense(784, 100), loadFirmwareBoard('host'));
  });

  it('says for flash what was needed, what there is, and how many weights fit', () => {
    const error = refusal(dense(784, 100));
    expect(error.exitCode).toBe(EXIT.build);
    expect(error.where).toBe('flash');
    expect(error.message).toMatch(
      /"large" does not fit Arduino Uno: .* \(weights 39400, tables 512, .* 32256$/,
    );
    expect(error.next).toContain(
      '78400 weights in 39400 bytes; with its |A| and |W| there is room for 58191',
    );
  });

  it('says which |A| and |W| would fit where the tables are too large', () => {
    const error = refusal(dense(100, 10, 256, 150));
    expect(error.message).toContain('tables 38656');
    expect(error.next).toContain('|A| = 32 activation levels and |W| = 16 weight levels');
  });

  it('says for RAM what was needed, what there is, and which stage is wide', () => {
    const error = refusal(dense(3000, 2));
    expect(error.where).toBe('RAM');
    expect(error.message).toMatch(/at least 3272 bytes of RAM \(activations 3000, .* 2048$/);
    expect(error.next).toContain('"only" alone reads and writes 3000');
  });

  it('says of a table that it is too large for the compiler of an AVR, where the flash is not', () => {
    // Codes of pairs: half as many bytes as weights.
    const large = refusal(dense(7000, 10), 'arduino-mega2560');
    expect(large.message).toMatch(
      /does not fit Arduino Mega.*: its table "\w+" has \d+ bytes, .* at most 32767$/,
    );
    checkFit(dense(7000, 10), loadFirmwareBoard('raspberry-pi-pico'));
  });
});
