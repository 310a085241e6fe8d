import { expect, it } from 'vitest';
import { UnknownRequestError } from '../../../toolkit/device/device.js';
import { LUT4, unrolledProject } from '../../../toolkit/hdl/index.js';
import { createInterpreter } from '../../../toolkit/network/index.js';
import { expectLocated } from '../../support/planted.js';
import { randomPicture } from '../../support/random-network.js';
import { describeWithTool } from '../../support/tools.js';
import { BOARD, openSimulated, verilateProject } from '../simulated-board.js';
import { smallNetworks } from './small-networks.js';

const PICTURES = [1, 2, 3, 4, 5];

describeWithTool(['verilator', 'c++'], 'the unrolled engine behind the serial line, bit by bit', () => {
  it.each([true, false])(
    'infers, and traces where every stage is kept: %s',
    async (keepUnread) => {
      const [network] = smallNetworks(1);
      if (network === undefined) throw new Error('there is no small network');
      const { infer } = createInterpreter(network);
      const project = unrolledProject(network, BOARD, { adders: LUT4, levels: 3, keepUnread });
      const device = await openSimulated(verilateProject(project), network);
      try {
        const pictures = PICTURES.map((seed) => randomPicture(network, seed));
        const answers = await Promise.all(pictures.map((picture) => device.infer(picture)));
        const expected = pictures.map((picture) => infer(picture, { trace: true }));
        expect(answers.map(({ label, logits }) => ({ label, logits }))).toEqual(
          expected.map(({ label, logits }) => ({ label, logits })),
        );
        for (const [i, picture] of pictures.entries()) {
          if (!keepUnread) {
            // Refused at once, not left without an answer.
            await expect(device.trace(picture)).rejects.toThrow(UnknownRequestError);
            continue;
          }
          for (const [point, values] of (expected[i]?.trace ?? []).entries())
            expect(await device.traceStage(picture, point, values.length)).toEqual(values);
        }
        await expectLocated(device, network, pictures, { knowsTrace: keepUnread });
      } finally {
        await device.close();
      }
    },
    180_000,
  );
});
