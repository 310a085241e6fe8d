import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { openDevice, traceCrc, type Device } from '../../toolkit/device/index.js';
import {
  analyse,
  createInterpreter,
  parseNetwork,
  signedBits,
  type TableNetwork,
} from '../../toolkit/network/index.js';
import { tablize } from '../../toolkit/tablize/index.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { randomQuantized } from '../support/random-quantized.js';
import { onRung, QEMU_RUNGS, RUNGS, type Rung } from '../support/rungs.js';
import { itWithTool } from '../support/tools.js';
import { zigIsThere } from '../support/zig.js';

/** Seeds of networks that hold every stage kind and both requantizations with accumulators of 16 and of 32 bits. */
const SEEDS = [48, 39, 14];
/** Networks as they come out of learned levels; the first one has all that can come out, and climbs to every board. */
const FROM_LEVELS = [
  () => tablize(randomQuantized(31, false)),
  () => tablize(randomQuantized(31, false), { accumulatorBits: 32 }),
  () => tablize(randomQuantized(322, false), { requantize: 'thresholds' }),
  () => tablize(randomQuantized(2, true)),
];
const PICTURES = 3;

/** A test that is skipped, with the compiler's name, where the rung's compiler is missing. */
function itOnRung({ compiler, tools }: Rung, title: string, body: () => Promise<void>): void {
  if (compiler === 'gcc' || zigIsThere()) itWithTool(tools, title, body);
  else it.skip(`${title} [missing: zig]`, body);
}

/** Every trace point and all logits of some pictures are exactly the interpreter's. */
async function expectExact(device: Device, network: TableNetwork): Promise<void> {
  const interpreter = createInterpreter(network);
  for (let i = 0; i < PICTURES; i++) {
    const picture = randomPicture(network, i);
    const { label, logits, trace = [] } = interpreter.infer(picture, { trace: true });
    const answer = await device.infer(picture);
    expect([...answer.logits]).toEqual([...logits]);
    expect(answer.label).toBe(label);
    const last = trace.length - 1;
    expect(await device.trace(picture)).toEqual(
      trace.map((point, k) => traceCrc(point, k === last ? 'logits' : 'indices')),
    );
  }
}

describe('the ladder', () => {
  it('covers every stage kind and both requantizations', () => {
    const stages = SEEDS.flatMap((seed) => randomNetwork(seed).stages);
    expect([...new Set(stages.map(({ kind }) => kind))].sort()).toEqual([
      'add',
      'averagePool',
      'concat',
      'conv2d',
      'dense',
      'depthwiseConv2d',
      'maxPool',
    ]);
    const requantizations = SEEDS.flatMap((seed) => {
      const { stages: analysed } = analyse(randomNetwork(seed));
      const bits = Math.max(
        ...analysed.map(({ bounds }) => (bounds === null ? 16 : signedBits(bounds.partial))),
      );
      return analysed.flatMap(({ stage }) =>
        'requantize' in stage && stage.requantize !== null ? [`${stage.requantize.kind}, ${bits} bits`] : [],
      );
    });
    expect([...new Set(requantizations)].sort()).toEqual([
      'shiftTable, 16 bits',
      'shiftTable, 32 bits',
      'thresholds, 16 bits',
      'thresholds, 32 bits',
    ]);
  });

  it('covers what comes out of learned levels', () => {
    const stages = FROM_LEVELS[0]?.().stages ?? [];
    expect(new Set(stages.map(({ kind }) => kind)).size).toBe(7);
    const requantizations = stages.map((stage) => {
      if (!('requantize' in stage) || stage.requantize === null) return 'none';
      const { requantize } = stage;
      if (requantize.kind === 'thresholds') {
        return new Set(requantize.values.map(String)).size > 1 ? 'thresholds per channel' : 'thresholds';
      }
      const { table } = requantize;
      return table.some((index, bin) => index === table[bin - 1]) ? 'uneven levels' : 'even levels';
    });
    expect([...new Set(requantizations)]).toEqual(
      expect.arrayContaining(['thresholds per channel', 'uneven levels', 'even levels']),
    );
  });

  for (const rung of RUNGS) {
    const fromLevels = rung.board === 'host' ? FROM_LEVELS : FROM_LEVELS.slice(0, 1);
    itClimbs(rung, [...SEEDS.map((seed) => () => randomNetwork(seed)), ...fromLevels]);
  }

  // What is special there is the core: one network with all stages will do.
  for (const rung of QEMU_RUNGS) itClimbs(rung, FROM_LEVELS.slice(0, 1));
});

function itClimbs(rung: Rung, networks: readonly (() => TableNetwork)[]): void {
  itOnRung(
    rung,
    `${rung.board} built by ${rung.compiler} computes what interpret() computes, at every trace point`,
    async () => {
      for (const make of networks) {
        const network = make();
        await onRung(rung, network, (device) => expectExact(device, network));
      }
    },
  );
}

/** Runs on true silicon when it is connected and was flashed: `tablize flash --board ... --model models/mnist-small --port ...`. */
const port = process.env['TABLIZE_PORT'];
const board = process.env['TABLIZE_BOARD'];
const model = process.env['TABLIZE_MODEL'] ?? 'models/mnist-small/table-network.json';

describe.runIf(port !== undefined && board !== undefined)(
  'a real board (set TABLIZE_PORT and TABLIZE_BOARD)',
  () => {
    it(`${board ?? ''} on ${port ?? ''} computes what interpret() computes, at every trace point`, async () => {
      const network = parseNetwork(readFileSync(assetPath(model), 'utf8'), model);
      const device = await openDevice({ board: loadFirmwareBoard(board ?? ''), network, port: port ?? '' });
      try {
        await expectExact(device, network);
      } finally {
        await device.close();
      }
    });
  },
);
