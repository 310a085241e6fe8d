import { beforeAll, describe, expect, it } from 'vitest';
import { loadBoard } from '../../toolkit/boards/index.js';
import { openDevice } from '../../toolkit/device/index.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { buildFirmware } from '../support/built-firmware.js';
import { requireTool } from '../support/tools.js';
import { toyNetwork, toyPictures } from '../support/toy-network.js';

const network = toyNetwork();
const interpreter = createInterpreter(network);
const pictures = toyPictures(20);

const boards = [
  { id: 'host', tool: requireTool('gcc') },
  { id: 'raspberry-pi-pico', tool: requireTool('arm-none-eabi-gcc') },
  { id: 'arduino-uno', tool: requireTool('avr-gcc') },
];

for (const { id, tool } of boards) {
  describe.skipIf(!tool)(`the ${id} in this process`, () => {
    const board = loadBoard(id);
    let image: { elf: string; bin: string | null };
    beforeAll(async () => {
      image = await buildFirmware(board, network);
    });
    it('infers as the reference does', async () => {
      const device = await openDevice({ board, network, image });
      console.log(await device.info());
      const start = performance.now();
      const answers = await Promise.all(pictures.map((picture) => device.infer(picture)));
      console.log(id, (performance.now() - start) / pictures.length, 'ms', answers[0], answers[5]);
      answers.forEach((answer, i) => {
        const expected = interpreter.infer(pictures[i] ?? new Uint8Array());
        expect(answer.logits).toEqual(expected.logits);
        expect(answer.label).toBe(expected.label);
      });
      await device.close();
    });
  });
}
