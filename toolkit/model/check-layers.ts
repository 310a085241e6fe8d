import { InputError } from '../errors.js';
import { INPUT, type Shape } from '../network/index.js';
import { activationFault, activationName } from './activations.js';
import { checkWork, workOf } from './check-work.js';
import {
  elements,
  inputsOf,
  outputShape,
  windowOf,
  type FloatLayer,
  type FloatModel,
} from './float-model.js';
import { givenFault } from './given-levels.js';
import { explicitPadding } from './windows.js';

/**
 * Checks the layers (`checkLayers`) and that there is one label per output. Returns the shape of every tensor.
 *
 * @throws InputError naming layer or model.
 */
export function checkFloatModel(model: FloatModel): ReadonlyMap<string, Shape> {
  const shapes = checkLayers(model);
  const outputs = outputCount(model, shapes);
  if (outputs !== model.labels.length) {
    throw new InputError(`${outputs} outputs but ${model.labels.length} labels`, {
      where: `model "${model.name}"`,
      next: 'Give one label per output.',
    });
  }
  return shapes;
}

/** Number of values of the last layer. */
export function outputCount(model: FloatModel, shapes: ReadonlyMap<string, Shape>): number {
  const last = model.layers.at(-1);
  const output = last === undefined ? undefined : shapes.get(last.name);
  if (output === undefined)
    throw new InputError('the model has no layers', { where: `model "${model.name}"` });
  return elements(output);
}

/**
 * Checks names, shapes and weights, and returns the shape of every tensor by the name of its layer.
 *
 * @throws InputError naming the layer: unknown input, repeated name, wrong number of weights, NaN or infinite
 * weights, a window that does not fit, padding as large as its window, joined tensors of different shapes,
 * more work for a picture than `MOST_WORK`.
 */
export function checkLayers(model: FloatModel): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[INPUT, model.input.shape]]);
  let work = 0;
  for (const layer of model.layers) {
    const where = `layer "${layer.name}" of model "${model.name}"`;
    const inputs = inputsOf(layer).map((input): Shape => {
      const found = shapes.get(input);
      if (found === undefined) {
        throw new InputError(`it reads "${input}", which is not an earlier layer`, { where });
      }
      return found;
    });
    const shape = inputs[0] ?? model.input.shape;
    checkJoin(layer, inputs, where);
    if (shapes.has(layer.name)) throw new InputError('its name is used twice', { where });
    checkSettings(layer, shape, where);
    checkWeights(layer, shape, where);
    checkPadding(layer, shape, where);
    const output = outputShape(layer, inputs);
    if (output.some((size) => size < 1)) {
      throw new InputError(`its window does not fit an input of ${shape.join(' x ')}`, { where });
    }
    work += workOf(layer, shape, output);
    checkWork(work, where);
    checkActivation(layer, output[2], where);
    shapes.set(layer.name, output);
  }
  return shapes;
}

/** Groups, dilations and levels. */
function checkSettings(layer: FloatLayer, [, , channels]: Shape, where: string): void {
  if (layer.kind === 'conv2d') {
    const { groups = 1, filters } = layer;
    if (!isCount(groups) || channels % groups !== 0 || filters % groups !== 0) {
      throw new InputError(`its ${groups} groups do not divide ${channels} channels and ${filters} filters`, {
        where,
      });
    }
  }
  if (layer.kind === 'depthwiseConv2d' && !isCount(layer.multiplier ?? 1)) {
    throw new InputError(`its multiplier is ${layer.multiplier ?? 1}: a whole number from 1 is needed`, {
      where,
    });
  }
  if ('kernelSize' in layer && layer.dilations?.every(isCount) === false) {
    throw new InputError(
      `its dilations are ${layer.dilations.join(' x ')}: whole numbers from 1 are needed`,
      {
        where,
      },
    );
  }
  const fault = layer.kind === 'quantize' ? givenFault(layer.levels) : null;
  if (fault !== null) throw new InputError(fault, { where });
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;

function checkActivation(layer: FloatLayer, channels: number, where: string): void {
  if (!('activation' in layer)) return;
  const fault = activationFault(layer.activation, channels);
  if (fault === null) return;
  throw new InputError(`its activation ${activationName(layer.activation)} cannot be used: ${fault}`, {
    where,
  });
}

function checkWeights(layer: FloatLayer, shape: Shape, where: string): void {
  for (const [name, values, expected] of weightsOf(layer, shape)) {
    if (values.length !== expected) {
      throw new InputError(
        `${name} holds ${values.length} values, an input of ${shape.join(' x ')} needs ${expected}`,
        { where, next: 'Check the input shape of the model.' },
      );
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new InputError(`${name}[${bad}] is ${values[bad] ?? NaN}`, {
        where,
        next: 'The training of this model diverged or its file is damaged: train or export it again.',
      });
    }
  }
  const negative = layer.kind === 'batchNorm' ? layer.variance.findIndex((value) => value < 0) : -1;
  if (layer.kind === 'batchNorm' && negative >= 0) {
    throw new InputError(`variance[${negative}] is negative: ${layer.variance[negative] ?? NaN}`, { where });
  }
}

/** Padding as large as its window would make windows that see nothing else. */
function checkPadding(layer: FloatLayer, shape: Shape, where: string): void {
  if (!('padding' in layer)) return;
  const window = windowOf(layer);
  const { top, right, bottom, left } = explicitPadding(shape, window, layer.strides, layer.padding);
  const fits = (amount: number, size: number): boolean =>
    Number.isInteger(amount) && amount >= 0 && amount < size;
  if ([top, bottom].every((rows) => fits(rows, window[0])) && [left, right].every((n) => fits(n, window[1])))
    return;
  throw new InputError(
    `its padding (top ${top}, right ${right}, bottom ${bottom}, left ${left}) must be less than its ${window.join(' x ')} window`,
    { where, next: 'Pad less, or use a larger window.' },
  );
}

/** What a layer joins must agree: wholly for a sum, in height and width for a concatenation. */
function checkJoin(layer: FloatLayer, inputs: readonly Shape[], where: string): void {
  if (layer.kind !== 'add' && layer.kind !== 'concat') return;
  const axes = layer.kind === 'add' ? 3 : 2;
  const [first, ...others] = inputs.map((shape) => shape.slice(0, axes).join(' x '));
  if (others.length === 0)
    throw new InputError(`it must join two tensors or more, and joins ${inputs.length}`, { where });
  const other = others.find((text) => text !== first);
  if (other === undefined) return;
  throw new InputError(`it joins tensors of different shapes: ${first ?? ''} and ${other}`, {
    where,
    next: 'Give the joined layers the same shape.',
  });
}

/** The weight arrays of a layer with the number of values each must hold. */
function weightsOf(layer: FloatLayer, shape: Shape): readonly [string, Float32Array, number][] {
  switch (layer.kind) {
    case 'dense':
      return [
        ['kernel', layer.kernel, elements(shape) * layer.units],
        ['bias', layer.bias, layer.units],
      ];
    case 'conv2d':
      return [
        [
          'kernel',
          layer.kernel,
          (layer.kernelSize[0] * layer.kernelSize[1] * shape[2] * layer.filters) / (layer.groups ?? 1),
        ],
        ['bias', layer.bias, layer.filters],
      ];
    case 'depthwiseConv2d':
      return [
        [
          'kernel',
          layer.kernel,
          layer.kernelSize[0] * layer.kernelSize[1] * shape[2] * (layer.multiplier ?? 1),
        ],
        ['bias', layer.bias, shape[2] * (layer.multiplier ?? 1)],
      ];
    case 'batchNorm':
      return [
        ['gamma', layer.gamma, shape[2]],
        ['beta', layer.beta, shape[2]],
        ['mean', layer.mean, shape[2]],
        ['variance', layer.variance, shape[2]],
      ];
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'globalMaxPool':
    case 'flatten':
    case 'quantize':
    case 'activation':
    case 'add':
    case 'concat':
      return [];
  }
}
