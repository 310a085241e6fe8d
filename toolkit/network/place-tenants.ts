/** Something that needs room in a memory from one moment to another, both included. */
export interface Tenant {
  readonly name: string;
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** In the unit in which the tenants' sizes are given. */
export interface MemoryPlan {
  readonly size: number;
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * Places tenants so that no two that live at the same time overlap: the largest first, each at the lowest offset
 * where it fits.
 */
export function placeTenants(tenants: readonly Tenant[]): MemoryPlan {
  const placed: (Tenant & { readonly offset: number })[] = [];
  const order = [...tenants].sort((a, b) => b.size - a.size || a.from - b.from);
  for (const tenant of order) {
    const neighbours = placed
      .filter((other) => other.from <= tenant.to && tenant.from <= other.to)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of neighbours) {
      if (other.offset >= offset + tenant.size) break;
      offset = Math.max(offset, other.offset + other.size);
    }
    placed.push({ ...tenant, offset });
  }
  return {
    size: placed.reduce((end, { offset, size }) => Math.max(end, offset + size), 0),
    offsets: new Map(placed.map(({ name, offset }) => [name, offset])),
  };
}
