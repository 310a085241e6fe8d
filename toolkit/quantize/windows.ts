/** [pictures][rows][columns][channels]. */
export type Size4 = readonly [number, number, number, number];

/** The windows of a convolution. */
export interface Windows {
  /** Rows and columns. */
  readonly filter: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Zeros above and before the picture; those below and behind it follow from the sizes. */
  readonly top: number;
  readonly left: number;
}

/** Places of a picture that is padded or cut so that `rows` x `columns` windows just fit. */
export function paddedPlaces(rows: number, columns: number, { filter, stride }: Windows): number {
  return ((rows - 1) * stride[0] + filter[0]) * ((columns - 1) * stride[1] + filter[1]);
}

/** A multiple of `to`. */
export const roundUp = (count: number, to: number): number => Math.ceil(count / to) * to;

/** The windows of the way back: those of dy, spread by the stride, that reach each value of x. */
export function backWindows({ filter, top, left }: Windows): Windows {
  return { filter, stride: [1, 1], top: filter[0] - 1 - top, left: filter[1] - 1 - left };
}
