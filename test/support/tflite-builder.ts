import { Builder, type Offset } from 'flatbuffers';

/** A tensor of a file that a test writes; numbers are those of TensorFlow Lite's schema. */
export interface BuiltTensor {
  readonly name?: string;
  readonly sizes: readonly number[];
  /** By default 32-bit floats. */
  readonly type?: number;
  readonly data?:
    Uint8Array | Float32Array | Int32Array | Int8Array | Int16Array | Uint16Array | BigInt64Array;
  readonly scale?: readonly number[];
  readonly zero?: readonly number[];
  /** Which axis the scales are for. */
  readonly axis?: number;
}

/** A field of an operator's options: its number, type and value. */
export type Field =
  | readonly [field: number, type: 'int8' | 'int32' | 'float32', value: number]
  | readonly [field: number, type: 'int32s', value: readonly number[]];

export interface BuiltOperator {
  readonly code: number;
  readonly customName?: string;
  /** Indices of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: readonly Field[];
}

export interface BuiltModel {
  readonly tensors: readonly BuiltTensor[];
  readonly operators: readonly BuiltOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A .tflite file. */
export function buildTflite(model: BuiltModel): Uint8Array {
  const builder = new Builder(1024);
  // Buffer 0 is empty, for tensors without values.
  const buffers = [{ data: undefined }, ...model.tensors].map(({ data }) => {
    const bytes =
      data === undefined
        ? null
        : builder.createByteVector(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return table(builder, bytes === null ? [] : [[0, 'offset', bytes]]);
  });
  const tensors = model.tensors.map((tensor, i) => buildTensor(builder, tensor, i + 1));
  const operators = model.operators.map((operator, i) => buildOperator(builder, operator, i));
  const subgraph = table(builder, [
    [0, 'offset', offsets(builder, tensors)],
    [1, 'offset', integers(builder, model.inputs)],
    [2, 'offset', integers(builder, model.outputs)],
    [3, 'offset', offsets(builder, operators)],
  ]);
  const codes = model.operators.map(({ code, customName }) => {
    const name = customName === undefined ? null : builder.createString(customName);
    return table(builder, [
      [0, 'int8', Math.min(code, 127)],
      ...(name === null ? [] : [[1, 'offset', name] as const]),
      [3, 'int32', code],
    ]);
  });
  const root = table(builder, [
    [0, 'int32', 3],
    [1, 'offset', offsets(builder, codes)],
    [2, 'offset', offsets(builder, [subgraph])],
    [4, 'offset', offsets(builder, buffers)],
  ]);
  builder.finish(root, 'TFL3');
  return builder.asUint8Array();
}

type Slot = readonly [field: number, type: 'int8' | 'int32' | 'float32' | 'offset', value: number];

function table(builder: Builder, slots: readonly Slot[]): Offset {
  builder.startObject(Math.max(0, ...slots.map(([field]) => field)) + 1);
  for (const [field, type, value] of slots) {
    if (type === 'int8') builder.addFieldInt8(field, value, null);
    else if (type === 'int32') builder.addFieldInt32(field, value, null);
    else if (type === 'float32') builder.addFieldFloat32(field, value, null);
    else builder.addFieldOffset(field, value, 0);
  }
  return builder.endObject();
}

function buildTensor(builder: Builder, tensor: BuiltTensor, index: number): Offset {
  const { sizes, type = 0, data, scale, zero = [], axis = 0 } = tensor;
  const slots: Slot[] = [
    [0, 'offset', integers(builder, sizes)],
    [1, 'int8', type],
    [2, 'int32', data === undefined ? 0 : index],
    [3, 'offset', builder.createString(tensor.name ?? `tensor${index - 1}`)],
  ];
  if (scale === undefined) return table(builder, slots);
  const quantization = table(builder, [
    [2, 'offset', vector(builder, 4, scale, (value) => builder.addFloat32(value))],
    [3, 'offset', vector(builder, 8, zero, (value) => builder.addInt64(BigInt(value)))],
    [6, 'int32', axis],
  ]);
  return table(builder, [...slots, [4, 'offset', quantization]]);
}

function buildOperator(builder: Builder, operator: BuiltOperator, index: number): Offset {
  const { inputs, outputs, options } = operator;
  const slots: Slot[] = [
    [0, 'int32', index],
    [1, 'offset', integers(builder, inputs)],
    [2, 'offset', integers(builder, outputs)],
  ];
  if (options === undefined) return table(builder, slots);
  const fields = options.map(([field, type, value]): Slot =>
    type === 'int32s' ? [field, 'offset', integers(builder, value)] : [field, type, value],
  );
  return table(builder, [...slots, [4, 'offset', table(builder, fields)]]);
}

function integers(builder: Builder, values: readonly number[]): Offset {
  return vector(builder, 4, values, (value) => builder.addInt32(value));
}

function offsets(builder: Builder, values: readonly Offset[]): Offset {
  return vector(builder, 4, values, (value) => builder.addOffset(value));
}

/** FlatBuffers are written from their end to their start. */
function vector(
  builder: Builder,
  width: number,
  values: readonly number[],
  write: (value: number) => void,
): Offset {
  builder.startVector(width, values.length, width);
  for (const value of values.toReversed()) write(value);
  return builder.endVector();
}
