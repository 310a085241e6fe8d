import { describe, expect } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { loadModel } from '../../toolkit/commands/model.js';
import { loadDataSet, take } from '../../toolkit/data/index.js';
import { hostLink, openDevice, serialDevice, serialTiming, type Link } from '../../toolkit/device/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { isExact, verify, type Verification } from '../../toolkit/verify/index.js';
import { buildRung, onRung, RUNGS, type Rung } from '../support/rungs.js';
import { itWithTool } from '../support/tools.js';

const { network } = loadModel(assetPath('models/mnist-small'));
const COUNT = 20;
const pictures = take(loadDataSet('mnist:test'), COUNT);

/** An entry of the first shift table in the rendered C: the lowest bin of level 1 gives 2. */
function flipEntry(text: string): string {
  return text.replace(/(table_\w+\[\d+\] = \{(?:\s*0,)+\s*)1,/, (_all, head: string) => `${head}2,`);
}

function expectNamed({ firstMismatch, mismatches }: Verification): void {
  expect(mismatches.logits).toBeGreaterThan(0);
  expect(firstMismatch).not.toBeNull();
  expect(firstMismatch?.image).toBeGreaterThanOrEqual(0);
  expect(['input', ...network.stages.map(({ name }) => name)]).toContain(firstMismatch?.stage);
  expect(firstMismatch?.index).toBeGreaterThanOrEqual(0);
  expect(firstMismatch?.expected).not.toBe(firstMismatch?.got);
}

const host: Rung = { board: 'host', compiler: 'gcc', tools: ['cc'] };

describe('one wrong bit is found and named', () => {
  for (const rung of RUNGS.filter(({ compiler }) => compiler === 'gcc')) {
    itWithTool(rung.tools, `a flipped table entry in the firmware (${rung.board})`, async () => {
      const tampering = { path: `network/${networkFile()}.c`, change: flipEntry };
      const verification = await onRung(
        rung,
        network,
        (device) => verify({ network, device, data: pictures }),
        tampering,
      );
      expectNamed(verification);
      const first = network.stages.find((stage) => 'products' in stage);
      expect(verification.firstMismatch?.stage).toBe(first?.name);
    });
  }

  itWithTool(
    'cc',
    'a flipped entry of the input table, which packed pictures do not pass through',
    async () => {
      const tampering = {
        path: `network/${networkFile()}.c`,
        change: (text: string) =>
          text.replace(
            /(input_table\[256\] = \{(?:\s*\d+,){200}\s*)(\d+)/,
            (_all, head: string, value: string) => `${head}${(Number(value) + 1) % 8}`,
          ),
      };
      const verification = await onRung(
        host,
        network,
        (device) => verify({ network, device, data: pictures }),
        tampering,
      );
      const expected = network.input.table[200] ?? 0;
      expect(verification.firstMismatch).toMatchObject({
        image: null,
        stage: 'input',
        index: 200,
        expected,
        got: (expected + 1) % 8,
      });
      expect(isExact(verification)).toBe(false);
    },
  );

  itWithTool('cc', 'a changed reference', async () => {
    const changed = withBias(network, 1);
    const verification = await onRung(host, network, (device) =>
      verify({ network: changed, device, data: pictures }),
    );
    expect(verification.mismatches.logits).toBe(COUNT);
    expectNamed(verification);
    expect(verification.firstMismatch?.stage).toBe(network.stages.at(-1)?.name);
  });

  itWithTool(
    'cc',
    'a changed byte on the wire: it is noticed, asked for again, and never believed',
    async () => {
      const { elf } = await buildRung(host, network);
      let changed = 0;
      const link = onAnswers(hostLink(elf), (byte, position) => {
        if (position % 331 !== 200) return byte;
        changed++;
        return byte ^ 0x10;
      });
      const device = await serialDevice(link, {
        network,
        executor: 'host',
        timing: serialTiming(115_200),
        where: elf,
        board: 'host',
      });
      const verification = await verify({ network, device, data: pictures });
      await device.close();
      expect(changed).toBeGreaterThan(0);
      expect(verification.mismatches).toEqual({ labels: 0, logits: 0 });
      expect(verification.stopped).toBeNull();
      expect(verification.images).toBe(COUNT);
    },
  );

  itWithTool('cc', 'firmware of another network is refused before the first picture', async () => {
    const { elf, bin } = await buildRung(host, network);
    await expect(
      openDevice({ board: loadFirmwareBoard('host'), network: withBias(network, 1), image: { elf, bin } }),
    ).rejects.toThrow(/network/);
  });
});

function networkFile(): string {
  return network.name.replaceAll('-', '_');
}

/** The same network with every bias of its last stage larger. */
function withBias(original: TableNetwork, by: number): TableNetwork {
  return {
    ...original,
    stages: original.stages.map((stage, i) =>
      i === original.stages.length - 1 && 'bias' in stage
        ? { ...stage, bias: stage.bias.map((bias) => bias + by) }
        : stage,
    ),
  };
}

/** A link whose answers are changed, byte by byte of the stream from the device. */
function onAnswers(link: Link, change: (byte: number, position: number) => number): Link {
  let position = 0;
  return {
    ...link,
    onData: (listener) => {
      link.onData((bytes) => {
        listener(bytes.map((byte) => change(byte, position++)));
      });
    },
  };
}
