import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { hostLink, polledLink, serialDevice, PIPE_TIMING } from '../../toolkit/device/index.js';
import { hdlProject } from '../../toolkit/hdl/index.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { randomPicture } from '../support/random-network.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { describeWithTool } from '../support/tools.js';
import { BOARD } from './simulated-board.js';

const network = tinyNetwork();

/** The whole design with the bench for iverilog; the folder that it runs in. */
function compile(): string {
  const folder = temporaryFolder('board');
  const { files, sources, clocksPerBit } = hdlProject(network, BOARD, { banks: 1, filters: 2 });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  const bench = assetPath('hdl-templates/simulation/board.v');
  const options = ['-g2005', '-o', 'board.vvp', '-s', 'board', `-Pboard.CLOCKS_PER_BIT=${clocksPerBit}`];
  execFileSync('iverilog', [...options, ...sources, bench], { cwd: folder, stdio: 'pipe' });
  return folder;
}

describeWithTool(['iverilog', 'vvp'], 'a board in iverilog, bit by bit over its serial line', () => {
  it('greets, infers and traces as the protocol says', async () => {
    const link = polledLink(hostLink('vvp', { args: ['board.vvp'], folder: compile() }));
    const device = await serialDevice(link, {
      network,
      board: BOARD.id,
      executor: 'rtl',
      timing: PIPE_TIMING,
      where: 'board.vvp',
    });
    try {
      const { infer } = createInterpreter(network);
      for (const seed of [1, 2]) {
        const picture = randomPicture(network, seed);
        const expected = infer(picture, { trace: true });
        const { label, logits } = await device.infer(picture);
        expect({ label, logits }).toEqual({ label: expected.label, logits: expected.logits });
        for (const [point, values] of (expected.trace ?? []).entries())
          expect(await device.traceStage(picture, point, values.length)).toEqual(values);
      }
    } finally {
      await device.close();
    }
  }, 60_000);
});
