// Least squares of relative errors, with coefficients that are not negative.

/** @typedef {{ readonly work: Readonly<Record<string, number>>, readonly measured: number }} Sample */

const ROUNDS = 4000;

/**
 * The cost of each kind of work, so that the sum over a sample's work is near what was measured.
 *
 * @param {readonly Sample[]} samples
 * @returns {Record<string, number>}
 */
export function fitCosts(samples) {
  const kinds = [...new Set(samples.flatMap(({ work }) => Object.keys(work)))].filter((kind) =>
    samples.some(({ work }) => (work[kind] ?? 0) > 0),
  );
  const rows = samples.map(({ work, measured }) => kinds.map((kind) => (work[kind] ?? 0) / measured));
  const costs = kinds.map(() => 0);
  const rest = rows.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    kinds.forEach((_, k) => {
      let slope = 0;
      let square = 0;
      rows.forEach((row, i) => {
        const x = row[k] ?? 0;
        slope += x * (rest[i] ?? 0);
        square += x * x;
      });
      const next = Math.max(0, (costs[k] ?? 0) + slope / square);
      const change = next - (costs[k] ?? 0);
      costs[k] = next;
      rows.forEach((row, i) => {
        rest[i] = (rest[i] ?? 0) - change * (row[k] ?? 0);
      });
    });
  }
  return Object.fromEntries(kinds.map((kind, k) => [kind, Math.round((costs[k] ?? 0) * 1000) / 1000]));
}
