import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assetPath } from '../../toolkit/assets.js';
import { networkHash, type DenseStage, type TableNetwork } from '../../toolkit/network/index.js';
import { temporaryFolder } from './temporary-folder.js';

export interface ToyOptions {
  readonly board?: string;
  /** Receive window to announce; 0: one request at a time. */
  readonly window?: number;
  readonly packedBits?: number;
  readonly clockHz?: number;
  readonly latencyUnit?: number;
  /** The C reads this network, but announces the hash of the one it was made from: a flipped entry in the firmware. */
  readonly planted?: (network: TableNetwork) => TableNetwork;
}

const PROTOCOL = assetPath('firmware-templates/protocol');

/** C that announces and runs a network of dense layers: enough to serve the protocol, and no more. */
export function toySources(network: TableNetwork, options: ToyOptions = {}): Record<string, string> {
  const { board = 'toy', window = 4096, packedBits = 2, clockHz = 1_000_000, latencyUnit = 4 } = options;
  const run = options.planted?.(network) ?? network;
  const stages = run.stages as readonly DenseStage[];
  const pixels = run.input.shape.reduce((a, b) => a * b);
  const sizes = [pixels, ...stages.map(({ units }) => units)];
  const even = Math.max(...sizes.filter((_, i) => i % 2 === 0));
  const odd = Math.max(...sizes.filter((_, i) => i % 2 === 1));
  const bytes = networkHash(network).slice(0, 16).match(/../g) ?? [];
  const array = (type: string, name: string, values: readonly number[]): string =>
    `static const ${type} ${name}[] = {${values.join(',')}};\n`;
  const dense = (stage: DenseStage, k: number): string => {
    const { values, weights } = run.products[stage.products] ?? { values: [], weights: 1 };
    const thresholds = stage.requantize?.kind === 'thresholds' ? stage.requantize.values : [];
    const from = k % 2 === 0 ? '0' : String(even);
    const to = k % 2 === 0 ? String(even) : '0';
    return (
      array('int32_t', `products${k}`, values) +
      array('uint8_t', `weights${k}`, stage.weights) +
      array('int32_t', `bias${k}`, stage.bias) +
      array('int32_t', `thresholds${k}`, thresholds.length === 0 ? [0] : thresholds.flat()) +
      `static void stage${k}(uint8_t *workspace, int32_t *logits)
{
  const uint8_t *weight = weights${k};
  const int32_t *threshold = thresholds${k};
  uint16_t unit;
  uint16_t i;
  (void)logits;
  (void)threshold;
  for (unit = 0; unit != ${stage.units}; unit++) {
    int32_t sum = bias${k}[unit];
    for (i = 0; i != ${sizes[k] ?? 0}; i++) {
      sum += products${k}[(uint16_t)(workspace[${from} + i] * ${weights} + *weight++)];
    }
    ${
      stage.requantize === null
        ? 'logits[unit] = sum;'
        : `workspace[${to} + unit] = 0;
    for (i = 0; i != ${thresholds[0]?.length ?? 0}; i++) {
      workspace[${to} + unit] = (uint8_t)(workspace[${to} + unit] + (*threshold++ <= sum));
    }`
    }
  }
}
`
    );
  };
  return {
    'config.h': `#ifndef CONFIG_H
#define CONFIG_H
#include <stdint.h>
#define BOARD_ID "${board}"
#define PORT_CLOCK_HZ ${clockHz}ul
#define PORT_LATENCY_UNIT ${latencyUnit}
#define PORT_RECEIVE_BUFFER 64
#define PORT_WINDOW ${window}
#define PORT_BAUD 115200ul
#define NETWORK_PIXELS ${pixels}
#define NETWORK_LOGITS ${sizes.at(-1) ?? 0}
#define NETWORK_STAGES ${stages.length}
#define NETWORK_WORKSPACE_WORDS ${Math.ceil((even + odd) / 4)}
#define NETWORK_INPUT_OFFSET 0
#define NETWORK_PACKED_BITS ${packedBits}
#define NETWORK_PACKED_BYTES ${Math.ceil((pixels * packedBits) / 8)}
#define NETWORK_HASH_BYTES {${bytes.map((byte) => `0x${byte}`).join(', ')}}
void network_load(uint32_t *workspace, const uint8_t *pixels);
void network_load_packed(uint32_t *workspace, const uint8_t *packed);
void network_run_stage(uint8_t stage, uint32_t *workspace, int32_t *logits);
const uint8_t *network_tensor(uint8_t point, const uint32_t *workspace, uint32_t *count);
uint16_t network_label(const int32_t *logits);
#endif
`,
    'network.c': `#include "config.h"
${array('uint8_t', 'input_table', run.input.table)}${array('uint16_t', 'sizes', sizes)}
void network_load(uint32_t *words, const uint8_t *pixels)
{
  uint8_t *workspace = (uint8_t *)words;
  uint16_t i;
  for (i = 0; i != NETWORK_PIXELS; i++) {
    workspace[i] = input_table[pixels[i]];
  }
}
void network_load_packed(uint32_t *words, const uint8_t *packed)
{
  uint8_t *workspace = (uint8_t *)words;
  uint16_t i = NETWORK_PIXELS;
  while (i != 0) {
    const uint32_t bit = (uint32_t)(--i) * NETWORK_PACKED_BITS;
    const uint32_t held = packed[bit >> 3] | (uint32_t)packed[(bit + NETWORK_PACKED_BITS - 1u) >> 3] << 8;
    workspace[i] = (uint8_t)((held >> (bit & 7u)) & ((1u << NETWORK_PACKED_BITS) - 1u));
  }
}
${stages.map(dense).join('')}
void network_run_stage(uint8_t stage, uint32_t *words, int32_t *logits)
{
  uint8_t *workspace = (uint8_t *)words;
  switch (stage) {
${stages.map((_, k) => `    case ${k}: stage${k}(workspace, logits); break;\n`).join('')}    default: break;
  }
}
const uint8_t *network_tensor(uint8_t point, const uint32_t *words, uint32_t *count)
{
  const uint8_t *workspace = (const uint8_t *)words;
  *count = sizes[point];
  return workspace + ((point & 1u) != 0 ? ${even} : 0);
}
uint16_t network_label(const int32_t *logits)
{
  uint16_t best = 0;
  uint16_t i;
  for (i = 1; i != NETWORK_LOGITS; i++) {
    if (logits[i] > logits[best]) {
      best = i;
    }
  }
  return best;
}
`,
  };
}

const HOST_PORT = `#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "config.h"
#include "port.h"
#include "serve.h"

static uint8_t buffer[4096];
static ssize_t count;
static ssize_t next;
static uint32_t ticks;

void port_init(void) {}
bool port_read(uint8_t *byte)
{
  struct pollfd line = {0, POLLIN, 0};
  if (next == count) {
    next = 0;
    count = 0;
    if (poll(&line, 1, 0) > 0) {
      count = read(0, buffer, sizeof buffer);
      if (count <= 0) {
        exit(0);
      }
    }
  }
  if (next == count) {
    return false;
  }
  *byte = buffer[next++];
  return true;
}
void port_write(const uint8_t *bytes, uint16_t left)
{
  while (left != 0) {
    const ssize_t sent = write(1, bytes, left);
    if (sent <= 0) {
      exit(0);
    }
    bytes += sent;
    left = (uint16_t)(left - sent);
  }
}
void port_clock_start(void) {}
uint32_t port_clock_read(void) { return ++ticks; }
void port_idle(void)
{
  struct pollfd line = {0, POLLIN, 0};
  (void)poll(&line, 1, -1);
}
int main(void)
{
  port_init();
  serve_run();
  return 0;
}
`;

export const STRICT = '-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'.split(' ');

/** A new folder with these files. */
export function writeTemporary(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('toy');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Compiles the toy firmware for this machine and returns the path of the program. */
export function buildToy(network: TableNetwork, options: ToyOptions = {}, compiler = 'gcc'): string {
  const folder = writeTemporary({ ...toySources(network, options), 'port.c': HOST_PORT });
  const program = join(folder, 'toy');
  execFileSync(compiler, [
    ...STRICT,
    '-O1',
    ...(compiler === 'gcc' ? ['-fsanitize=undefined,address', '-fno-sanitize-recover=all'] : []),
    `-I${PROTOCOL}`,
    `-I${folder}`,
    ...['serve.c', 'frame.c'].map((name) => join(PROTOCOL, name)),
    ...['network.c', 'port.c'].map((name) => join(folder, name)),
    '-o',
    program,
  ]);
  return program;
}
