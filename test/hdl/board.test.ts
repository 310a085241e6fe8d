import { expect, it } from 'vitest';
import { crc16 } from '../../toolkit/device/protocol/crc.js';
import { createInterpreter, elements } from '../../toolkit/network/index.js';
import { between, seeded } from '../support/random.js';
import { expectLocated } from '../support/planted.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { BOARD, openSimulated, verilate } from './simulated-board.js';

describeWithTool(['verilator', 'c++'], 'a verilated board, bit by bit over its serial line', () => {
  it('greets, infers and traces as the protocol says', async () => {
    const seed = 11;
    const network = randomNetwork(seed);
    const { infer } = createInterpreter(network);
    const device = await openSimulated(verilate(network, { banks: 4, filters: 2 }), network);
    try {
      expect(await device.info()).toMatchObject({
        board: BOARD.id,
        clockHz: BOARD.clockHz,
        latencyUnit: 'clocks',
        stages: network.stages.length,
        packedBits: 0,
      });
      const random = seeded(seed);
      const pixels = elements(network.input.shape);
      for (let i = 0; i < 5; i++) {
        const picture = Uint8Array.from({ length: pixels }, () => between(random, 0, 255));
        const expected = infer(picture, { trace: true });
        const { label, logits, latency } = await device.infer(picture);
        expect({ label, logits }).toEqual({ label: expected.label, logits: expected.logits });
        expect(latency).toBeGreaterThan(0);
        if (i > 0) continue;
        const points = expected.trace ?? [];
        for (const [point, values] of points.entries())
          expect(await device.traceStage(picture, point, values.length)).toEqual(values);
        const logitBytes = new Uint8Array(expected.logits.buffer);
        const sums = points.map((values, k) => crc16(k === points.length - 1 ? logitBytes : values));
        expect(await device.trace(picture)).toEqual(sums);
      }
      await expectLocated(
        device,
        network,
        Array.from({ length: 5 }, (_, i) => randomPicture(network, i)),
      );
    } finally {
      await device.close();
    }
  });
});
