/**
 * A distribution of positive values in its normalised form (scale 1). Its values may be cut off at a `cap`: what is
 * larger counts as `cap`, as a saturating activation function does it. Everything is in units of the scale.
 */
export interface HalfLine {
  readonly name: string;
  /** Probability density at x >= 0. */
  readonly density: (x: number) => number;
  /** Probability of a value between a and b; b may be Infinity. */
  readonly mass: (a: number, b: number) => number;
  /** Mean of the values between a and b, both finite. */
  readonly mean: (a: number, b: number) => number;
  /** Mean of the values above a, those above `cap` counting as `cap`; `cap` may be Infinity. */
  readonly tailMean: (a: number, cap: number) => number;
  /** Beyond this the distribution is as good as empty (less than 1e-15 of the mass). */
  readonly end: number;
}
