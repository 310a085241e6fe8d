/** Types of tensors, numbered as in onnx.proto's TensorProto.DataType. */
export const TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

export type DataType = (typeof TYPE)[keyof typeof TYPE];

const NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, number]) => [number, name]));

const OTHERS = new Map([
  [0, 'undefined'],
  [8, 'string'],
  [14, 'complex64'],
  [15, 'complex128'],
]);

export function isDataType(type: number): type is DataType {
  return NAMES.has(type);
}

/** For messages. */
export function typeName(type: number): string {
  return NAMES.get(type) ?? OTHERS.get(type) ?? `type ${type}`;
}

export function isFloat(type: DataType): boolean {
  return type === TYPE.float || type === TYPE.double || type === TYPE.float16 || type === TYPE.bfloat16;
}

export function isHalf(type: DataType): boolean {
  return type === TYPE.float16 || type === TYPE.bfloat16;
}

const RANGES = new Map<DataType, readonly [number, number]>([
  [TYPE.uint4, [0, 15]],
  [TYPE.int4, [-8, 7]],
  [TYPE.uint8, [0, 255]],
  [TYPE.int8, [-128, 127]],
  [TYPE.uint16, [0, 65535]],
  [TYPE.int16, [-32768, 32767]],
]);

/** The least and the largest value of a type of small integers; null for others. */
export function integerRange(type: DataType): readonly [number, number] | null {
  return RANGES.get(type) ?? null;
}
