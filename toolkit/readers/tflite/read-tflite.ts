import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import { quoted, type Graph } from '../../graph/index.js';
import { draftGraph, type GraphDraft } from '../graph-draft.js';
import { isFloatType, levelRange } from './element-types.js';
import { readLabels } from './labels.js';
import { operatorOf, operatorTitle, type Operator } from './operators.js';
import type { Step } from './step.js';
import { readTensors, type Tensors } from './tensors.js';
import { readTfliteFile, type TfliteOperator } from './tflite-file.js';

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
