import { createHash } from 'node:crypto';
import type { TableNetwork } from './table-network.js';

/** JSON with sorted keys and no white space: the same value gives the same text everywhere. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/**
 * SHA-256 of the canonical form, as 64 hex digits. Provenance is left out: two networks that compute the same
 * under the same name have the same hash, whatever is known of their origin (docs/table-network.md, section 8).
 */
export function networkHash(network: TableNetwork): string {
  const computed = { ...network, provenance: undefined };
  return createHash('sha256').update(canonicalJson(computed)).digest('hex');
}

const LINE = 100;

/** JSON for files: two spaces, lists of numbers filled into long lines, so that files stay small and a changed weight is one changed line. */
export function fileJson(value: unknown): string {
  return `${print(value, '')}\n`;
}

function print(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => typeof item === 'number')) return numbers(value, indent);
    return `[\n${value.map((item) => inner + print(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`).join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}

function numbers(values: readonly number[], indent: string): string {
  const short = `[${values.join(', ')}]`;
  if (short.length <= LINE) return short;
  const lines: string[] = [];
  let line = '';
  values.forEach((value, i) => {
    const item = `${value}${i === values.length - 1 ? '' : ','}`;
    if (line.length + item.length > LINE) {
      lines.push(line);
      line = '';
    }
    line += item;
  });
  lines.push(line);
  return `[\n${lines.map((text) => `${indent}  ${text}`).join('\n')}\n${indent}]`;
}

/** The text of a TableNetwork file. */
export function serializeNetwork(network: TableNetwork): string {
  return fileJson(network);
}
