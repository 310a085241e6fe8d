// The C of a network of 8-bit integers, with the interface of a network library that tablize generates.
import { readFileSync } from 'node:fs';
import { placeTenants } from '../../../dist/network/index.js';
import { elements, present } from './int8-network.mjs';

/** @typedef {import('./int8-network.mjs').Int8Network} Int8Network */
/** @typedef {import('./int8-network.mjs').Int8Stage} Int8Stage */
/** @typedef {import('./int8-network.mjs').Scaling} Scaling */
/** @typedef {import('./int8-network.mjs').Tensor} Tensor */
/** @typedef {readonly [name: string, value: string | number]} Field */

/**
 * A stage, ready to be printed.
 *
 * @typedef {object} Printed
 * @property {string} type - of its struct
 * @property {string} call - the function that runs it
 * @property {readonly string[]} sources
 * @property {readonly (readonly [type: string, name: string, values: readonly number[]])[]} arrays
 * @property {readonly Field[]} fields
 */

const WORD = 4;
const HEADERS = ['int8_engine.h', 'int8_scale.h', 'int8_words.h'];
const WIDTH = 100;

/** @param {number} bytes */
const words = (bytes) => Math.ceil(bytes / WORD);

/**
 * @param {Int8Network} given
 * @param {boolean} oneSum - for a core with INT8_ONE_SUM (engine/int8_engine.h)
 * @returns {import('../build-image.mjs').Library}
 */
export function int8Library(given, oneSum = false) {
  const network = oneSum ? withOffsetsInBiases(given) : given;
  const cName = `${network.name.replaceAll('-', '_')}_int8`;
  const plan = planWorkspace(network);
  const printed = network.stages.map((stage) => printStage(stage, plan.place));
  const engine = [...new Set(['int8_ends.c', ...printed.flatMap(({ sources }) => sources)])];
  const files = [...HEADERS, ...engine].map(
    (name) =>
      /** @type {const} */ ([
        `network/${name}`,
        readFileSync(new URL(`engine/${name}`, import.meta.url), 'utf8'),
      ]),
  );
  const output = network.stages.at(-1)?.output ?? network.input;
  return {
    cName,
    peer: true,
    files: new Map([
      ...files,
      [`network/${cName}.h`, header(cName, network, plan.bytes, elements(output.shape))],
      [`network/${cName}.c`, source(cName, plan.place, printed, output)],
    ]),
    sources: [`network/${cName}.c`, ...engine.map((name) => `network/${name}`)],
    include: 'network',
  };
}

/** @param {Int8Network} network @returns {Int8Network} */
function withOffsetsInBiases(network) {
  return {
    ...network,
    stages: network.stages.map((stage) => {
      if (stage.kind !== 'dense' && (stage.kind !== 'conv2d' || isPointwise(stage))) return stage;
      const { weights, scaling, inputs } = stage;
      const cells = weights.length / scaling.bias.length;
      const { zero } = present(inputs[0]);
      const bias = scaling.bias.map(
        (value, c) =>
          value - zero * weights.slice(c * cells, (c + 1) * cells).reduce((sum, weight) => sum + weight, 0),
      );
      return { ...stage, scaling: { ...scaling, bias } };
    }),
  };
}

/** @param {Int8Stage} stage */
const scratchOf = (stage) => `${stage.output.name} (scratch)`;

/** Offsets of all tensors and scratch rooms. @param {Int8Network} network */
function planWorkspace({ input, stages }) {
  /** @param {string} name */
  const lastReader = (name) =>
    stages.findLastIndex(({ inputs }) => inputs.some((tensor) => tensor.name === name));
  const { size, offsets } = placeTenants([
    { name: input.name, size: words(elements(input.shape)), from: -1, to: lastReader(input.name) },
    ...stages.flatMap((stage, at) => [
      {
        name: stage.output.name,
        size: words(elements(stage.output.shape)),
        from: at,
        to: at === stages.length - 1 ? at : lastReader(stage.output.name),
      },
      { name: scratchOf(stage), size: words(scratchBytes(stage)), from: at, to: at },
    ]),
  ]);
  return {
    bytes: size * WORD,
    place: (/** @type {string} */ name) => (offsets.get(name) ?? 0) * WORD,
  };
}

/** @param {Int8Stage} stage */
function scratchBytes(stage) {
  const channels = present(stage.inputs[0]).shape[2];
  if (stage.kind === 'averagePool') return 4 * channels;
  if (stage.kind !== 'conv2d' || isPointwise(stage)) return 0;
  return 2 * 2 * WORD * words(stage.window[0] * stage.window[1] * channels);
}

/** @param {import('./int8-network.mjs').ConvolutionStage} stage */
const isPointwise = ({ window, padding }) =>
  window[0] * window[1] === 1 && padding.top === 0 && padding.left === 0;

/** @param {Int8Stage} stage @param {(name: string) => number} place @returns {Printed} */
function printStage(stage, place) {
  const input = present(stage.inputs[0]);
  const { output, range } = stage;
  const inputOffset = /** @type {Field} */ (['input_offset', 0 - input.zero]);
  const places = /** @type {readonly Field[]} */ ([
    ['input', place(input.name)],
    ['output', place(output.name)],
  ]);
  const scratch = /** @type {Field} */ (['scratch', place(scratchOf(stage))]);
  const limits = /** @type {readonly Field[]} */ ([
    ['least', range.least],
    ['greatest', range.greatest],
  ]);
  switch (stage.kind) {
    case 'dense':
      return {
        type: 'dense',
        call: 'dense',
        sources: ['int8_dense.c', 'int8_row.c'],
        arrays: weightArrays(stage),
        fields: [
          ...places,
          ['weights', `weights_${cName(output.name)}`],
          ['inputs', elements(input.shape)],
          ['outputs', elements(output.shape)],
          inputOffset,
          ['scaling', scalingText(stage)],
        ],
      };
    case 'conv2d': {
      const pointwise = isPointwise(stage);
      return {
        type: 'conv2d',
        call: pointwise ? 'pointwise' : 'conv2d',
        sources: pointwise
          ? ['int8_pointwise.c']
          : ['int8_conv2d.c', 'int8_multiply_columns.c', 'int8_row.c'],
        arrays: weightArrays(stage),
        fields: [
          ...places,
          scratch,
          ['weights', `weights_${cName(output.name)}`],
          ['window', windowText(stage)],
          ['filters', output.shape[2]],
          inputOffset,
          ['scaling', scalingText(stage)],
        ],
      };
    }
    case 'depthwiseConv2d':
      if (stage.window.join() !== '3,3' || stage.padding.top > 1 || stage.padding.left > 1)
        throw new Error(`stage "${output.name}": a depthwise window other than 3 x 3 has no 8-bit form here`);
      return {
        type: 'depthwise',
        call: 'depthwise',
        sources: ['int8_depthwise.c'],
        arrays: weightArrays(stage),
        fields: [
          ...places,
          ['weights', `weights_${cName(output.name)}`],
          ['window', windowText(stage)],
          inputOffset,
          ['scaling', scalingText(stage)],
        ],
      };
    case 'maxPool':
    case 'averagePool': {
      const call = stage.kind === 'maxPool' ? 'max_pool' : 'average_pool';
      return {
        type: 'pool',
        call,
        sources: [`int8_${call}.c`],
        arrays: [],
        fields: [...places, scratch, ['window', windowText(stage)], ...limits],
      };
    }
    case 'add': {
      const { inputs, factors, outputFactor } = stage;
      return {
        type: 'add',
        call: 'add',
        sources: ['int8_add.c'],
        arrays: [],
        fields: [
          ['inputs', listText(inputs.map(({ name }) => place(name)))],
          ['output', place(output.name)],
          ['elements', elements(output.shape)],
          ['input_offsets', listText(inputs.map(({ zero }) => 0 - zero))],
          ['input_multipliers', listText(factors.map(({ multiplier }) => multiplier))],
          ['input_shifts', listText(factors.map(({ shift }) => shift))],
          ['left_shift', stage.leftShift],
          ['output_multiplier', outputFactor.multiplier],
          ['output_shift', outputFactor.shift],
          ['output_offset', output.zero],
          ...limits,
        ],
      };
    }
  }
}

/** @param {string} name */
const cName = (name) => name.replaceAll('-', '_');

/** @param {Extract<Int8Stage, { weights: readonly number[] }>} stage @returns {Printed['arrays']} */
function weightArrays({ weights, scaling, output }) {
  const name = cName(output.name);
  return [
    ['int8_t', `weights_${name}`, weights],
    ['int32_t', `bias_${name}`, scaling.bias],
    ['int32_t', `multipliers_${name}`, scaling.multipliers],
    ['int32_t', `shifts_${name}`, scaling.shifts],
  ];
}

/** @param {readonly number[]} values */
const listText = (values) => `{${values.join(', ')}}`;

/** @param {Extract<Int8Stage, { scaling: Scaling }>} stage */
function scalingText({ output, range }) {
  const name = cName(output.name);
  return `{bias_${name}, multipliers_${name}, shifts_${name}, ${output.zero}, ${range.least}, ${range.greatest}}`;
}

/** @param {Extract<Int8Stage, { stride: unknown }>} stage */
function windowText({ inputs, output, window, stride, padding }) {
  const { shape } = present(inputs[0]);
  return listText([
    ...shape,
    output.shape[0],
    output.shape[1],
    ...window,
    ...stride,
    padding.top,
    padding.left,
  ]);
}

/** @param {string} name @param {Int8Network} network @param {number} workspace @param {number} logits */
function header(name, { input, stages }, workspace, logits) {
  const macro = name.toUpperCase();
  return `#ifndef ${macro}_H
#define ${macro}_H

#include <stdint.h>

#define ${macro}_PIXELS ${elements(input.shape)}
#define ${macro}_LOGITS ${logits}
#define ${macro}_STAGES ${stages.length}
#define ${macro}_WORKSPACE_BYTES ${workspace}

void ${name}_load(uint8_t *workspace, const uint8_t *pixels);
void ${name}_run_stage(uint8_t stage, uint8_t *workspace, int32_t *logits);
uint16_t ${name}_infer(uint8_t *workspace, const uint8_t *pixels, int32_t *logits);

#endif
`;
}

/** @param {string} name @param {(name: string) => number} place @param {readonly Printed[]} stages @param {Tensor} output */
function source(name, place, stages, output) {
  const macro = name.toUpperCase();
  const arrays = stages
    .flatMap((stage) => stage.arrays)
    .map(
      ([type, array, values]) =>
        `static const INT8_FLASH ${type} ${array}[${values.length}] = {\n${fill(values).join('\n')}\n};\n`,
    );
  const structs = stages.map(
    ({ type, fields }, i) =>
      `static const INT8_FLASH int8_${type}_t stage_${i} = {\n${fields.map(([field, value]) => `  .${field} = ${value},\n`).join('')}};\n`,
  );
  const cases = stages.map(
    ({ call }, i) => `  case ${i}:\n    int8_${call}(&stage_${i}, workspace);\n    break;\n`,
  );
  return `#include "${name}.h"
#include "int8_engine.h"

${[...arrays, ...structs].join('\n')}
void ${name}_load(uint8_t *workspace, const uint8_t *pixels)
{
  int8_load(pixels, (int8_t *)(workspace + ${place('input')}), ${macro}_PIXELS);
}

void ${name}_run_stage(uint8_t stage, uint8_t *workspace, int32_t *logits)
{
  (void)logits;
  switch (stage) {
${cases.join('')}  default:
    break;
  }
}

uint16_t ${name}_infer(uint8_t *workspace, const uint8_t *pixels, int32_t *logits)
{
  uint8_t stage;
  ${name}_load(workspace, pixels);
  for (stage = 0; stage != ${macro}_STAGES; stage++) {
    ${name}_run_stage(stage, workspace, logits);
  }
  return int8_logits((const int8_t *)(workspace + ${place(output.name)}), logits, ${macro}_LOGITS);
}
`;
}

/** Numbers with commas, filled into lines. @param {readonly number[]} values */
function fill(values) {
  /** @type {string[]} */
  const lines = [];
  let line = ' ';
  for (const value of values) {
    if (line.length + String(value).length + 2 > WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${value},`;
  }
  return [...lines, line];
}
