import { InputError } from '../../errors.js';
import { elements, evaluateOperation, MOST_ELEMENTS, quoted, type GraphInput } from '../../graph/index.js';
import type { GraphDraft } from '../graph-draft.js';
import {
  decodeConstant,
  isFloatType,
  levelRange,
  quantizationOf,
  type Quantization,
} from './element-types.js';
import type { TfliteFile, TfliteTensor } from './tflite-file.js';

/** The file's tensors by their indices, as far as they are made. */
export interface Tensors {
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

export function readTensors(file: TfliteFile, draft: GraphDraft, fileSize: number, where: string): Tensors {
  const names = new Map<number, string>();
  /** Those with their axes in another order. */
  const turnedWeights = new Map<string, string>();
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
  const turnedTensor = (index: number, order: readonly number[]): string => {
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
      const key = `${index}: ${order.join()}`;
      const known = turnedWeights.get(key);
      if (known !== undefined) return known;
      const turned = turnedTensor(index, order);
      turnedWeights.set(key, turned);
      return turned;
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
