import { fields, type Field } from './fields.js';

/** The messages of onnx.proto as far as they are read; numbers of fields as there. */
export interface ModelMessage {
  readonly producer: string;
  /** Version of the operators by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: GraphMessage | null;
}

export interface GraphMessage {
  readonly name: string;
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
  readonly sparse: boolean;
}

export interface NodeMessage {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly attributes: ReadonlyMap<string, AttributeMessage>;
}

export interface AttributeMessage {
  readonly float: number | null;
  readonly integer: number | null;
  readonly text: string | null;
  readonly tensor: TensorMessage | null;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

export interface TensorMessage {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  readonly floats: readonly number[];
  /** Also 8- and 16-bit integers, booleans, and the bits of half floats. */
  readonly integers: readonly number[];
  readonly longs: readonly number[];
  readonly doubles: readonly number[];
  readonly raw: Uint8Array | null;
  /** Where the values lie in another file; null where they are here. */
  readonly external: ReadonlyMap<string, string> | null;
}

export interface ValueMessage {
  readonly name: string;
  /** Null if this is not a tensor. */
  readonly type: number | null;
  /** Of each axis the size, or the name of what is unknown; null if not even the rank is known. */
  readonly sizes: readonly (number | string)[] | null;
}

export function modelMessage(bytes: Uint8Array): ModelMessage {
  let [producer, graph]: [string, GraphMessage | null] = ['', null];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  for (const field of fields(bytes)) {
    if (field.number === 2) producer = field.text();
    else if (field.number === 7) graph = graphMessage(field.bytes());
    else if (field.number === 8) {
      const { 1: domain, 2: version } = byNumber(field.bytes());
      opsets.set(domain?.text() ?? '', version?.integer() ?? 0);
    } else if (field.number === 14) setEntry(metadata, field);
  }
  return { producer, opsets, metadata, graph };
}

function graphMessage(bytes: Uint8Array): GraphMessage {
  let [name, sparse] = ['', false];
  const nodes: NodeMessage[] = [];
  const initializers: TensorMessage[] = [];
  const inputs: ValueMessage[] = [];
  const outputs: ValueMessage[] = [];
  for (const field of fields(bytes)) {
    if (field.number === 1) nodes.push(nodeMessage(field.bytes()));
    else if (field.number === 2) name = field.text();
    else if (field.number === 5) initializers.push(tensorMessage(field.bytes()));
    else if (field.number === 11) inputs.push(valueMessage(field.bytes()));
    else if (field.number === 12) outputs.push(valueMessage(field.bytes()));
    else if (field.number === 15) sparse = true;
  }
  return { name, nodes, initializers, inputs, outputs, sparse };
}

function nodeMessage(bytes: Uint8Array): NodeMessage {
  let [name, operator, domain] = ['', '', ''];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, AttributeMessage>();
  for (const field of fields(bytes)) {
    if (field.number === 1) inputs.push(field.text());
    else if (field.number === 2) outputs.push(field.text());
    else if (field.number === 3) name = field.text();
    else if (field.number === 4) operator = field.text();
    else if (field.number === 5) attributes.set(...attributeMessage(field.bytes()));
    else if (field.number === 7) domain = field.text();
  }
  return { inputs, outputs, name, operator, domain, attributes };
}

function attributeMessage(bytes: Uint8Array): [string, AttributeMessage] {
  let [name, float, integer, text, tensor]: [
    string,
    number | null,
    number | null,
    string | null,
    TensorMessage | null,
  ] = ['', null, null, null, null];
  const floats: number[] = [];
  const integers: number[] = [];
  for (const field of fields(bytes)) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) float = field.float();
    else if (field.number === 3) integer = field.integer();
    else if (field.number === 4) text = field.text();
    else if (field.number === 5) tensor = tensorMessage(field.bytes());
    else if (field.number === 7) append(floats, field.floats());
    else if (field.number === 8) append(integers, field.integers());
  }
  return [name, { float, integer, text, tensor, floats, integers }];
}

/** A tensor alone is also a file: `.pb`. */
export function tensorMessage(bytes: Uint8Array): TensorMessage {
  let [name, type, raw, elsewhere]: [string, number, Uint8Array | null, boolean] = ['', 0, null, false];
  const [sizes, floats, integers, longs, doubles]: number[][] = [[], [], [], [], []];
  const external = new Map<string, string>();
  for (const field of fields(bytes)) {
    if (field.number === 1) append(sizes, field.integers());
    else if (field.number === 2) type = field.integer();
    else if (field.number === 4) append(floats, field.floats());
    else if (field.number === 5) append(integers, field.integers());
    else if (field.number === 7 || field.number === 11) append(longs, field.integers());
    else if (field.number === 8) name = field.text();
    else if (field.number === 9) raw = field.bytes();
    else if (field.number === 10) append(doubles, field.doubles());
    else if (field.number === 13) setEntry(external, field);
    else if (field.number === 14) elsewhere = field.integer() === 1;
  }
  return {
    name,
    sizes: sizes ?? [],
    type,
    floats: floats ?? [],
    integers: integers ?? [],
    longs: longs ?? [],
    doubles: doubles ?? [],
    raw,
    external: elsewhere ? external : null,
  };
}

function valueMessage(bytes: Uint8Array): ValueMessage {
  const { 1: name, 2: type } = byNumber(bytes);
  const tensor = type === undefined ? undefined : byNumber(type.bytes())[1];
  if (tensor === undefined) return { name: name?.text() ?? '', type: null, sizes: null };
  const { 1: element, 2: shape } = byNumber(tensor.bytes());
  return {
    name: name?.text() ?? '',
    type: element?.integer() ?? 0,
    sizes: shape === undefined ? null : [...fields(shape.bytes())].filter(isSize).map(sizeOf),
  };
}

function isSize(field: Field): boolean {
  return field.number === 1;
}

function sizeOf(field: Field): number | string {
  const { 1: size, 2: name } = byNumber(field.bytes());
  return size?.integer() ?? name?.text() ?? '';
}

function setEntry(map: Map<string, string>, field: Field): void {
  const { 1: key, 2: value } = byNumber(field.bytes());
  map.set(key?.text() ?? '', value?.text() ?? '');
}

/** The last field of each number. */
function byNumber(bytes: Uint8Array): Readonly<Record<number, Field | undefined>> {
  return Object.fromEntries([...fields(bytes)].map((field) => [field.number, field]));
}

function append(list: number[] | undefined, values: readonly number[]): void {
  for (const value of values) list?.push(value);
}
