/** A table for people: columns padded to their widest cell, two spaces between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** 12345678 as "12,345,678". */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** 0.98765 as "98.77 %" (rounded down to the hundredth, so that 99.999 never reads 100). */
export function percent(fraction: number): string {
  return `${(Math.floor(fraction * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}

/** Points of accuracy to the hundredth, never "-0.00". */
export const points = (value: number): string => (value + 0).toFixed(2).replace(/^-0\.00$/, '0.00');
