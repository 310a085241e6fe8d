import protobuf from 'protobufjs/minimal.js';
import { TYPE, type DataType } from '../../../toolkit/readers/onnx/data-types.js';

/** Enough of a writer of ONNX models to make small ones for tests. */
export interface NewModel {
  readonly opsets?: Readonly<Record<string, number>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inputs: readonly NewInput[];
  readonly weights?: readonly NewTensor[];
  readonly nodes: readonly NewNode[];
  readonly outputs: readonly string[];
}

export interface NewInput {
  readonly name: string;
  readonly sizes: readonly (number | string)[] | null;
  readonly type?: DataType;
}

export interface NewTensor {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly values: readonly number[];
  readonly type?: DataType;
  readonly external?: Readonly<Record<string, string>>;
}

export interface NewNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

type Writer = protobuf.Writer;

export function writeModel({ opsets = { '': 17 }, metadata = {}, ...graph }: NewModel): Uint8Array {
  return message((to) => {
    to.uint32(tag(1, 0)).uint32(8);
    part(to, 7, (inner) => writeGraph(inner, graph));
    for (const [domain, version] of Object.entries(opsets)) {
      part(to, 8, (inner) => text(inner, 1, domain).uint32(tag(2, 0)).uint32(version));
    }
    for (const [key, value] of Object.entries(metadata)) part(to, 14, (inner) => entry(inner, key, value));
  });
}

function writeGraph(to: Writer, { inputs, weights = [], nodes, outputs }: Omit<NewModel, 'opsets'>): void {
  for (const node of nodes) part(to, 1, (inner) => writeNode(inner, node));
  text(to, 2, 'made for a test');
  for (const weight of weights) part(to, 5, (inner) => writeTensor(inner, weight));
  for (const input of inputs) part(to, 11, (inner) => writeInput(inner, input));
  for (const name of outputs) part(to, 12, (inner) => text(inner, 1, name));
}

function writeNode(
  to: Writer,
  { operator, inputs, outputs, name = '', domain = '', attributes = {} }: NewNode,
): void {
  for (const input of inputs) text(to, 1, input);
  for (const output of outputs) text(to, 2, output);
  text(to, 3, name);
  text(to, 4, operator);
  for (const [key, value] of Object.entries(attributes)) {
    part(to, 5, (inner) => {
      text(inner, 1, key);
      if (typeof value === 'string') text(inner, 4, value);
      else if (typeof value !== 'number') for (const each of value) inner.uint32(tag(8, 0)).int64(each);
      else if (Number.isInteger(value)) inner.uint32(tag(3, 0)).int64(value);
      else inner.uint32(tag(2, 5)).float(value);
    });
  }
  text(to, 7, domain);
}

export function writeTensor(
  to: Writer,
  { name, sizes, values, type = TYPE.float, external }: NewTensor,
): void {
  for (const size of sizes) to.uint32(tag(1, 0)).int64(size);
  to.uint32(tag(2, 0)).uint32(type);
  text(to, 8, name);
  if (external !== undefined) {
    for (const [key, value] of Object.entries(external)) part(to, 13, (inner) => entry(inner, key, value));
    to.uint32(tag(14, 0)).uint32(1);
  } else if (type === TYPE.float) {
    to.uint32(tag(9, 2)).bytes(new Uint8Array(Float32Array.from(values).buffer));
  } else {
    const field = type === TYPE.int64 ? 7 : 5;
    for (const value of values) to.uint32(tag(field, 0)).int64(value);
  }
}

function writeInput(to: Writer, { name, sizes, type = TYPE.float }: NewInput): void {
  text(to, 1, name);
  part(to, 2, (value) =>
    part(value, 1, (tensor) => {
      tensor.uint32(tag(1, 0)).uint32(type);
      if (sizes === null) return;
      part(tensor, 2, (shape) => {
        for (const size of sizes) {
          part(shape, 1, (axis) =>
            typeof size === 'number' ? axis.uint32(tag(1, 0)).int64(size) : text(axis, 2, size),
          );
        }
      });
    }),
  );
}

function entry(to: Writer, key: string, value: string): void {
  text(text(to, 1, key), 2, value);
}

function message(write: (to: Writer) => unknown): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return writer.finish();
}

function part(to: Writer, field: number, write: (inner: Writer) => unknown): void {
  to.uint32(tag(field, 2)).bytes(message(write));
}

function text(to: Writer, field: number, value: string): Writer {
  return to.uint32(tag(field, 2)).string(value);
}

function tag(field: number, wire: number): number {
  return (field << 3) | wire;
}
