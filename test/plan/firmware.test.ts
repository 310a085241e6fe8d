import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { BuildError } from '../../toolkit/errors.js';
import { firmwareProject } from '../../toolkit/firmware/index.js';
import {
  executePlan,
  findToolchain,
  measureSize,
  planFirmware,
  proveNoMultiply,
  requireNoMultiply,
} from '../../toolkit/plan/index.js';
import { randomNetwork } from '../support/random-network.js';
import { describeWithTool } from '../support/tools.js';
import { temporaryFolder } from './tiny.js';
import { zigIsThere } from '../support/zig.js';

/** Has convolutions, an addition, an average pool and dense layers. */
const NETWORK = randomNetwork(4);

const NATIVE = {
  host: 'cc',
  'raspberry-pi-pico': 'arm-none-eabi-gcc',
  'arduino-uno': 'avr-gcc',
} as const;

let folder: { path: string; remove: () => void };
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

async function prove(id: string, prefer: 'gcc' | 'zig', planted = '') {
  const board = loadFirmwareBoard(id);
  const project = firmwareProject(NETWORK, board);
  const [source = ''] = project.inference;
  const files = new Map([...project.files, [source, (project.files.get(source) ?? '') + planted] as const]);
  const toolchain = await findToolchain(board.toolchain, { prefer });
  const plan = planFirmware({ ...project, files }, board, toolchain);
  await executePlan(plan, folder.path);
  const size = measureSize(readFileSync(join(folder.path, plan.products.elf)), board);
  return { proof: proveNoMultiply(plan.products, folder.path, board), size };
}

function suite(id: string, prefer: 'gcc' | 'zig'): void {
  it(`is built and proven for ${id} with ${prefer}`, async () => {
    const { proof, size } = await prove(id, prefer);
    requireNoMultiply(proof);
    expect(proof).toMatchObject({ multiplies: [], floats: [], divisions: [], unknown: [] });
    expect(proof.instructions).toBeGreaterThan(300);
    expect(size.flash).toBeGreaterThan(3000);
  }, 240_000);

  it(`is not proven for ${id} with ${prefer} once there is a multiplication in it`, async () => {
    const { proof } = await prove(
      id,
      prefer,
      'int32_t planted(int32_t a, int32_t b);\nint32_t planted(int32_t a, int32_t b) { return a * b; }\n',
    );
    expect(proof.multiplies.map((finding) => finding.function.replace(/^_/, ''))).toContain('planted');
    expect(() => requireNoMultiply(proof)).toThrow(BuildError);
  }, 240_000);
}

for (const [id, tool] of Object.entries(NATIVE)) {
  describeWithTool(tool, 'the firmware of a network', () => suite(id, 'gcc'));
}

describe.skipIf(!zigIsThere())('the firmware of a network [needs the zig package]', () => {
  for (const id of Object.keys(NATIVE)) suite(id, 'zig');
});
