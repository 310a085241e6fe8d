import type { ProductTable } from './table-network.js';

/** `values[a][w] = (a - zero) * factors[w]`: a table that is an exact product, so that a kernel may add instead of looking up. */
export interface ProductForm {
  /** The activation index that stands for zero. */
  readonly zero: number;
  /** One integer per weight index. */
  readonly factors: readonly number[];
}

/** The product form of a table, or null where it has none. A single activation level has none: nothing fixes its step. */
export function productForm(table: ProductTable): ProductForm | null {
  const { activations, weights, values } = table;
  if (activations < 2) return null;
  const at = (a: number, w: number): number => values[a * weights + w] ?? 0;
  const factors = Array.from({ length: weights }, (_, w) => at(1, w) - at(0, w));
  const steep = factors.findIndex((factor) => factor !== 0);
  const zero = steep < 0 ? 0 : 0 - at(0, steep) / (factors[steep] ?? 1);
  if (!Number.isInteger(zero) || zero < 0 || zero >= activations) return null;
  for (let a = 0; a < activations; a++) {
    for (let w = 0; w < weights; w++) if (at(a, w) !== (a - zero) * (factors[w] ?? 0)) return null;
  }
  return { zero, factors };
}
