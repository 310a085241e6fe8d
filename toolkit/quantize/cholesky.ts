/**
 * Cholesky's factor of a symmetric positive definite matrix [n][n]: upper triangular R with R^T R = A. Below the
 * diagonal it is 0.
 *
 * @returns null where the matrix is not positive definite in floating point.
 */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  const r = new Float64Array(n * n);
  // Plain loops over rows: this is cubic in n.
  for (let j = 0; j < n; j++) {
    const own = r.subarray(j * n, (j + 1) * n);
    own.set(a.subarray(j * n + j, (j + 1) * n), j);
    for (let k = 0; k < j; k++) {
      const above = r.subarray(k * n, (k + 1) * n);
      const factor = above[j] as number;
      if (factor === 0) continue;
      for (let i = j; i < n; i++) own[i] = (own[i] as number) - factor * (above[i] as number);
    }
    const pivot = own[j] as number;
    if (!(pivot > 0)) return null;
    const root = Math.sqrt(pivot);
    for (let i = j; i < n; i++) own[i] = (own[i] as number) / root;
  }
  return r;
}

/** The solution x of R^T R x = b for an upper triangular R [n][n]. */
export function solve(r: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let j = 0; j < n; j++) {
    const row = r.subarray(j * n, (j + 1) * n);
    const value = (x[j] as number) / (row[j] as number);
    x[j] = value;
    for (let i = j + 1; i < n; i++) x[i] = (x[i] as number) - (row[i] as number) * value;
  }
  for (let j = n - 1; j >= 0; j--) {
    const row = r.subarray(j * n, (j + 1) * n);
    let sum = x[j] as number;
    for (let i = j + 1; i < n; i++) sum -= (row[i] as number) * (x[i] as number);
    x[j] = sum / (row[j] as number);
  }
  return x;
}
