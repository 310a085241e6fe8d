import { readFileSync } from 'node:fs';
import { assetPath, toolkitVersion } from '../assets.js';
import type { TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import type { KernelOptions } from './kernels/kernel-options.js';
import { networkSource, type NetworkSource } from './network-source.js';

/** The C library of a network: all that is needed to infer, and nothing of a board. */
export interface NetworkLibrary {
  readonly source: NetworkSource;
  /** By file name; `<cName>.h` is the header that its users include. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Renders the C library of a network. The same arguments give the same bytes. Throws InputError for an invalid network.
 *
 * @param anyCore - whether it may be compiled for another core than that of the options: then what only one kind of core
 * executes is compiled for no other.
 */
export function networkLibrary(
  network: TableNetwork,
  options: KernelOptions,
  anyCore = false,
): NetworkLibrary {
  const source = networkSource(network, options);
  const view = { version: toolkitVersion(), network: source, guarded: anyCore && source.saturates === 1 };
  const rendered = [
    [`${source.cName}.h`, 'network.h'],
    [`${source.cName}.c`, 'network.c'],
    ['engine_config.h', 'engine_config.h'],
  ].map(([name = '', template = '']): [string, string] => [
    name,
    renderTemplate(assetPath(`firmware-templates/network/${template}.ejs`), view),
  ]);
  const copied = source.files.map((name): [string, string] => [
    name,
    readFileSync(assetPath(`firmware-templates/engine/${name}`), 'utf8'),
  ]);
  return { source, files: new Map([...rendered, ...copied]) };
}
