import { z } from 'zod';
import { InputError } from '../../errors.js';
import { quoted } from '../../graph/index.js';

/** One node of a TensorFlow graph, as the converter of TensorFlow.js writes it in JSON. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  /** Names of nodes, with ":1" and so on for outputs other than the first; "^" for those that only come before. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

export const nodesSchema = z.array(
  z.object({
    name: z.string(),
    op: z.string(),
    input: z.array(z.string()).default([]),
    attr: z.record(z.string(), z.unknown()).default({}),
  }),
);

// 64-bit integers are texts in JSON.
const integer = z.coerce.number().int();
const dimensions = z.object({ dim: z.array(z.object({ size: integer.default(-1) })).default([]) });
const bytes = z.union([z.string(), z.array(z.int().min(0).max(255))]);

/** A setting of the node, or `otherwise` if it has none. */
export function integerOf(node: NodeDef, name: string, otherwise: number): number {
  return setting(node, name, z.object({ i: integer.default(0) }), { i: otherwise }).i;
}

export function floatOf(node: NodeDef, name: string, otherwise: number): number {
  return setting(node, name, z.object({ f: z.coerce.number().default(0) }), { f: otherwise }).f;
}

export function booleanOf(node: NodeDef, name: string): boolean {
  return setting(node, name, z.object({ b: z.boolean().default(false) }), { b: false }).b;
}

export function textOf(node: NodeDef, name: string, otherwise: string): string {
  const value = setting(node, name, z.object({ s: bytes.default('') }), null);
  return value === null ? otherwise : decodeText(value.s);
}

export function integersOf(node: NodeDef, name: string): readonly number[] {
  const list = z.object({ list: z.object({ i: z.array(integer).default([]) }).default({ i: [] }) });
  return setting(node, name, list, { list: { i: [] } }).list.i;
}

export function textsOf(node: NodeDef, name: string): readonly string[] {
  const list = z.object({ list: z.object({ s: z.array(bytes).default([]) }).default({ s: [] }) });
  return setting(node, name, list, { list: { s: [] } }).list.s.map(decodeText);
}

/** The sizes of a placeholder, -1 where they are unknown; null if it says none. */
export function shapeOf(node: NodeDef): readonly number[] | null {
  const value = setting(node, 'shape', z.object({ shape: dimensions.optional() }), {});
  return value.shape === undefined ? null : sizesIn(value.shape);
}

/** The sizes of a tensor in the model's signature. */
export const tensorShapeSchema = dimensions.transform(sizesIn);

function sizesIn({ dim }: z.infer<typeof dimensions>): readonly number[] {
  return dim.map(({ size }) => size);
}

/** An element type by its name, such as DT_INT32; empty if there is none or it is a number. */
export function typeOf(node: NodeDef, name: string): string {
  const { type } = setting(node, name, z.object({ type: z.unknown() }), { type: '' });
  return typeof type === 'string' ? type : '';
}

function setting<T>(node: NodeDef, name: string, schema: z.ZodType<T>, otherwise: T): T;
function setting<T>(node: NodeDef, name: string, schema: z.ZodType<T>, otherwise: T | null): T | null;
function setting<T>(node: NodeDef, name: string, schema: z.ZodType<T>, otherwise: T | null): T | null {
  const value = Object.hasOwn(node.attr, name) ? node.attr[name] : undefined;
  if (value === undefined) return otherwise;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(`its setting ${quoted(name)} cannot be read`, {
    where: `node ${quoted(node.name)}`,
    next: 'Convert the model again.',
  });
}

/** Bytes are written in base 64 or as a list. */
function decodeText(value: z.infer<typeof bytes>): string {
  return Buffer.from(typeof value === 'string' ? Buffer.from(value, 'base64') : value).toString('latin1');
}
