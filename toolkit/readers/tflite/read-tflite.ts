import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import {
  elements,
  evaluateOperation,
  MOST_ELEMENTS,
  quoted,
  type Graph,
  type GraphInput,
} from '../../graph/index.js';
import { draftGraph, type GraphDraft } from '../graph-draft.js';
import {
  decodeConstant,
  isFloatType,
  levelRange,
  quantizationOf,
  type Quantization,
} from './element-types.js';
import { readLabels } from './labels.js';
import { operatorOf, operatorTitle, type Operator } from './operators.js';
import type { Step } from './step.js';
import { readTfliteFile, type TfliteFile, type TfliteOperator, type TfliteTensor } from './tflite-file.js';

/**
 * Reads a TensorFlow Lite model: the first subgraph of a .tflite file, with weights of 16 or 32-bit floats or integers of
 * 4 to 64 bits. Activations that are quantized become `quantize` nodes behind the operators; so do weights with the same
 * levels for all inputs of a channel.
 *
 * @param where - the file's path, for messages and the graph's name.
 * @throws InputError if the file is another one, damaged, or has an operator that is not supported (saying which).
 */
export function readTflite(bytes: Uint8Array, where: string): Graph {
  const file = readTfliteFile(bytes, where);
  const draft = draftGraph(basename(where).replace(/\.(tf)?lite$/i, ''), where);
  const tensors = readTensors(file, draft, bytes.length, where);
  for (const index of file.inputs) tensors.addInput(index);
  for (const operator of file.operators) translate(operator, tensors, draft, where);
  const outputs = file.outputs.map((index) => tensors.read(index));
  if (outputs.length === 0) throw new InputError('the network has no outputs', { where });
  const [first = ''] = outputs;
  return draft.finish(outputs, readLabels(bytes, draft.sizes(first).at(-1) ?? 1));
}

/** The file's tensors by their indices, as far as they are made. */
interface Tensors {
  readonly of: (index: number) => TfliteTensor;
  readonly addInput: (index: number) => void;
  /** The tensor's name in the graph: of a constant, one that is added when it is read first. */
  readonly read: (index: number) => string;
  /** A tensor of the file is what has this name in the graph, rounded to the tensor's levels if it has some. */
  readonly make: (index: number, name: string, isRounded: boolean) => void;
  /** Scale and zero point of what is not a constant; null if it has floats or plain integers. */
  readonly levels: (index: number) => Quantization | null;
  readonly weights: (index: number, order: readonly number[]) => string;
}

function readTensors(file: TfliteFile, draft: GraphDraft, fileSize: number, where: string): Tensors {
  const names = new Map<number, string>();
  /** Tensors may share their bytes, but not so often that a small file fills the memory. */
  let budget = Math.min(4 * fileSize + 65536, MOST_ELEMENTS);
  const whereIs = (tensor: TfliteTensor): string => `tensor ${quoted(tensor.name)} of ${where}`;
  const of = (index: number): TfliteTensor => {
    const tensor = file.tensors[index];
    if (tensor !== undefined) return tensor;
    throw new InputError(`there is no tensor ${index} among ${file.tensors.length}`, { where });
  };
  const levels = (index: number): Quantization | null => {
    const tensor = of(index);
    return levelRange(tensor.type) === null ? null : quantizationOf(tensor, 1, whereIs(tensor));
  };
  const rounded = (tensor: TfliteTensor, name: string, { scale, zero }: Quantization): string => {
    const [least, most] = levelRange(tensor.type) ?? [0, 0];
    if (scale.some((step) => step === 0)) return name;
    return draft.add(
      tensor.name,
      { kind: 'quantize', levels: { step: scale, zero, least, most, bipolar: false, rounding: 'even' } },
      [name],
    );
  };
  const read = (index: number): string => {
    const known = names.get(index);
    if (known !== undefined) return known;
    const tensor = of(index);
    if (tensor.data === null) throw new InputError('nothing gives its values', { where: whereIs(tensor) });
    budget -= elements(tensor.sizes);
    if (!(budget >= 0))
      throw new InputError('too many tensors share their values', { where: whereIs(tensor) });
    const name = draft.addConstant(tensor.name, decodeConstant(tensor, whereIs(tensor)));
    names.set(index, name);
    return name;
  };
  const make = (index: number, name: string, isRounded: boolean): void => {
    const tensor = of(index);
    if (names.has(index) || tensor.data !== null) {
      throw new InputError('two operators give its values', { where: whereIs(tensor) });
    }
    const quantization = levels(index);
    names.set(index, quantization === null || !isRounded ? name : rounded(tensor, name, quantization));
  };
  return {
    of,
    read,
    make,
    levels,
    addInput: (index) => {
      const tensor = of(index);
      const where = whereIs(tensor);
      const quantization = levels(index);
      const input = graphInput(tensor, quantization, where);
      make(index, draft.addInput(input), input.byte === null);
    },
    weights: (index, order) => {
      const name = read(index);
      const tensor = of(index);
      const constant = draft.constant(name);
      const turned = { kind: 'transpose', order } as const;
      if (constant === null) return draft.add(tensor.name, turned, [name]);
      const values = evaluateOperation(turned, [constant], whereIs(tensor));
      const moved = draft.addConstant(tensor.name, values);
      if (levelRange(tensor.type) === null) return moved;
      const quantization = quantizationOf(tensor, Math.max(1, ...tensor.sizes), whereIs(tensor));
      const isLast = quantization?.scale.length === 1 || order.at(-1) === quantization?.axis;
      return quantization === null || !isLast ? moved : rounded(tensor, moved, quantization);
    },
  };
}

function graphInput(tensor: TfliteTensor, quantization: Quantization | null, where: string): GraphInput {
  const sizes = tensor.sizes.map((size, axis) => (axis === 0 && size === -1 ? 1 : size));
  if (sizes.some((size) => size < 1) || (sizes.length === 4 && sizes[0] !== 1)) {
    throw new InputError(`an input of ${tensor.sizes.join(' x ')} values`, {
      where,
      next: 'Convert the model with fixed sizes and a batch of 1.',
    });
  }
  return { name: tensor.name, sizes, byte: byteValues(tensor, quantization, where) };
}

/** What bytes stand for where an input has 8-bit integers: byte b is the integer b of the 256, counted from the least. */
function byteValues(
  tensor: TfliteTensor,
  quantization: Quantization | null,
  where: string,
): GraphInput['byte'] {
  if (isFloatType(tensor.type)) return null;
  const [least, most] = levelRange(tensor.type) ?? [0, 0];
  if (most - least === 255) {
    const [scale = 1, zero = 0] = [quantization?.scale[0], quantization?.zero[0]];
    return { scale, offset: scale * (least - zero) };
  }
  if (quantization !== null) return null;
  throw new InputError(`an input with elements of type ${tensor.type}`, {
    where,
    next: 'Convert the model with an input of floats or 8-bit integers.',
  });
}

function translate(operator: TfliteOperator, tensors: Tensors, draft: GraphDraft, where: string): void {
  const [first] = operator.outputs;
  const title = first === undefined ? '' : tensors.of(first).name;
  const known = operatorOf(operator.code);
  if (known === null) {
    throw new InputError(`${operatorTitle(operator.code, operator.customName)} is not supported`, {
      where: `operator ${quoted(title)} of ${where}`,
      next: 'Give an image, keyword or sensor classifier without recurrent or custom operators.',
    });
  }
  const indexAt = (place: number): number => operator.inputs[place] ?? -1;
  const step: Step = {
    title,
    where,
    draft,
    options: operator.options,
    inputCount: operator.inputs.length,
    outputCount: operator.outputs.length,
    optional: (place) => (indexAt(place) === -1 ? null : tensors.read(indexAt(place))),
    weights: (place, order) => tensors.weights(indexAt(place), order),
  };
  const made = [known.translate(step)].flat();
  if (made.length !== operator.outputs.length) {
    throw new InputError(`${operator.outputs.length} outputs where ${made.length} are made`, {
      where: `operator ${quoted(title)} of ${where}`,
    });
  }
  for (const [k, index] of operator.outputs.entries()) {
    const keeps = keepsLevels(known, operator, tensors, index);
    tensors.make(index, made[k] ?? '', !keeps);
  }
}

/** Whether what the operator gives lies on its output's levels already. */
function keepsLevels(known: Operator, { inputs }: TfliteOperator, tensors: Tensors, output: number): boolean {
  const type = tensors.of(output).type;
  const to = tensors.levels(output);
  if (to === null && levelRange(type) !== null && !known.keepsLevels) {
    throw new InputError('its output has integers without a scale', {
      where: `operator ${quoted(tensors.of(output).name)}`,
      next: 'Convert the model with full integer quantization or with floats.',
    });
  }
  if (!known.keepsLevels || to === null) return false;
  return inputs.every((index) => {
    if (index === -1) return true;
    const tensor = tensors.of(index);
    // Sizes, axes and the like.
    if (levelRange(tensor.type) === null) return !isFloatType(tensor.type);
    const from = tensor.data === null ? tensors.levels(index) : null;
    return (
      from !== null && tensor.type === type && from.scale[0] === to.scale[0] && from.zero[0] === to.zero[0]
    );
  });
}
