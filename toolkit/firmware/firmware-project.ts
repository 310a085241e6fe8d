import { readFileSync, readdirSync } from 'node:fs';
import { assetPath, toolkitVersion } from '../assets.js';
import { plainTitle, receiveWindow, wiringOf, type FirmwareBoard } from '../boards/index.js';
import type { TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { networkLibrary } from './network-library.js';
import type { NetworkSource } from './network-source.js';
import { kernelsFor } from './fit.js';
import type { KernelOptions } from './kernels/kernel-options.js';
import type { FirmwareProject } from './project.js';
import { TARGETS, type Target } from './targets.js';

/**
 * Renders the whole C project of a network for a board: the network library (`network/`), the test firmware
 * (`firmware/`), the serial protocol (`protocol/`) and the board's start-up and port (`target/`).
 * The same network and board give the same bytes. Throws InputError for an invalid network.
 */
export function firmwareProject(
  network: TableNetwork,
  board: FirmwareBoard,
  options: Partial<KernelOptions> = {},
): FirmwareProject {
  const { source, files: library } = networkLibrary(network, { ...kernelsFor(network, board), ...options });
  const target = TARGETS[board.target];
  const view = projectView(source, board, target);
  const files = new Map<string, string>();
  const copy = (folder: string, from: string, names: readonly string[]): void => {
    for (const name of names) files.set(`${folder}/${name}`, template(`${from}/${name}`));
  };
  const print = (path: string, from: string): void => {
    files.set(path, renderTemplate(assetPath(`firmware-templates/${from}`), view));
  };
  const engine = source.files;
  const protocol = templates('protocol');

  print('README.md', 'README.md.ejs');
  for (const [name, text] of library) files.set(`network/${name}`, text);
  print('firmware/config.h', 'firmware/config.h.ejs');
  copy('firmware', 'firmware', ['main.c']);
  copy('protocol', 'protocol', protocol);
  copy('target', `targets/${board.target}`, [...target.sources, ...target.others]);
  copy('target', 'targets/shared', target.shared);
  for (const name of target.printed) print(`target/${name}`, `targets/shared/${name}.ejs`);
  if (target.linkerScript !== null)
    print(`target/${target.linkerScript}`, `targets/${board.target}/${target.linkerScript}.ejs`);

  const sources = (folder: string, names: readonly string[]): string[] =>
    names.filter((name) => name.endsWith('.c') || name.endsWith('.S')).map((name) => `${folder}/${name}`);
  return {
    files,
    inference: [`network/${source.cName}.c`, ...sources('network', engine)],
    support: [
      'firmware/main.c',
      ...sources('protocol', protocol),
      ...sources('target', [...target.sources, ...target.shared]),
    ],
    includes: ['network', 'firmware', 'protocol', 'target'],
    linkerScript: target.linkerScript === null ? null : `target/${target.linkerScript}`,
  };
}

function template(path: string): string {
  return readFileSync(assetPath(`firmware-templates/${path}`), 'utf8');
}

function templates(folder: string): readonly string[] {
  return readdirSync(assetPath(`firmware-templates/${folder}`))
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
}

function projectView(network: NetworkSource, board: FirmwareBoard, target: Target): object {
  const { receiveBuffer, baud } = board.serial;
  return {
    version: toolkitVersion(),
    network,
    wiring: wiringView(board),
    board: {
      id: board.id,
      title: plainTitle(board),
      clockHz: board.clockHz,
      baud,
      receiveBuffer,
      // A ring holds one byte less than its size.
      window: receiveWindow(receiveBuffer - 1, network.packedBytes),
      latencyUnit: target.latency.unit,
      latencyCode: target.latency.code,
      onHost: board.memory === null,
      flashOrigin: hex(board.memory?.flash.origin ?? 0),
      flashSize: board.memory?.flash.size ?? 0,
      ramOrigin: hex(board.memory?.ram.origin ?? 0),
      ramSize: board.memory?.ram.size ?? 0,
    },
  };
}

/** Pins and oscillator as wiring.h has them; null where the target needs no such file. */
function wiringView(board: FirmwareBoard): object | null {
  const wiring = wiringOf(board);
  if (wiring === null) return null;
  const { oscillator } = wiring;
  return {
    ...wiring,
    oscillator: oscillator && {
      hz: oscillator.hz,
      title: oscillator.kind === 'crystal' ? 'A crystal' : 'The clock of another chip',
      isClock: oscillator.kind === 'clock' ? 1 : 0,
    },
  };
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
