import type { HalfLine } from './half-line.js';

/** phi, the density of the normal distribution with sigma 1. */
const phi = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * The half-normal distribution, |z| of a normal z with sigma 1: density 2 phi(x). With Q = 1 - Phi the mean of a cell
 * from a to b is
 *
 *     (phi(a) - phi(b)) / (Q(a) - Q(b)),   and of a tail   (phi(a) - phi(cap) + cap * Q(cap)) / Q(a)
 */
export const HALF_NORMAL: HalfLine = {
  name: 'half-normal',
  density: (x) => 2 * phi(x),
  mass: (a, b) => 2 * (upperTail(a) - upperTail(b)),
  mean: (a, b) => (phi(a) - phi(b)) / (upperTail(a) - upperTail(b)),
  tailMean: (a, cap) => {
    const beyond = cap === Infinity ? 0 : cap * upperTail(cap) - phi(cap);
    return (phi(a) + beyond) / upperTail(a);
  },
  end: 8.5,
};

/** Q(x), the probability that a normal z with sigma 1 is above x >= 0, to a relative 1e-12. */
export const upperTail = (x: number): number => erfc(x * Math.SQRT1_2) / 2;

/**
 * 1 - erf(x) for x >= 0, to a relative 1e-12: by the series of erf that has no cancelling terms,
 * e^(-x^2) 2/sqrt(pi) * sum 2^n x^(2n+1) / (1 * 3 * .. * (2n + 1)), and above 2 by Laplace's continued fraction.
 * Tables of 256 levels need this much: their cells are narrow, and their means quotients of small differences.
 */
export function erfc(x: number): number {
  if (x === Infinity) return 0;
  const bell = Math.exp(-x * x);
  if (x > 2) {
    let fraction = x;
    for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
    return bell / (Math.sqrt(Math.PI) * fraction);
  }
  let term = x;
  let sum = x;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * bell * sum;
}
