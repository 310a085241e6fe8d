import fc from 'fast-check';
import { STAGE_KINDS, type Stage } from '../../../toolkit/network/index.js';

/** How the products of a table are made up; all but the last are exact products of an activation and a factor. */
const TABLES = ['steps', 'powers', 'uneven', 'arbitrary'] as const;
export type TableKind = (typeof TABLES)[number];

/** How sums become indices: thresholds at random, a power of two apart, another step apart, or a shift table. */
const REQUANTIZERS = ['shiftTable', 'thresholds', 'powerSpaced', 'evenlySpaced'] as const;
export type RequantizerKind = (typeof REQUANTIZERS)[number];

type Pair = readonly [number, number];

/** What a stage is made of: numbers that are cut to what its input allows, so that every spec is a valid stage. */
export interface StageSpec {
  readonly kind: Stage['kind'];
  readonly outputs: number;
  readonly window: Pair;
  readonly stride: Pair;
  /** Top, right, bottom, left. */
  readonly padding: readonly [number, number, number, number];
  /** Whether 2 x 2 max pooling follows a convolution. */
  readonly pooled: boolean;
  /** Which earlier tensor is added or joined. */
  readonly other: number;
  readonly table: TableKind;
  /** The largest factor of a weight's level, or the largest product. */
  readonly magnitude: number;
  readonly weightLevels: number;
  readonly levels: number;
  readonly requantizer: RequantizerKind;
  /** Of weights, biases, tables and thresholds. */
  readonly seed: number;
}

/** A random network, how it is computed, and the pictures that it is given. */
export interface CaseSpec {
  readonly lanes: 4 | 1;
  /** Whether RAM is short, so that pooling is computed with the convolution before it wherever it can be. */
  readonly tight: boolean;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** What height, width and channels of the picture are multiplied by. */
  readonly scale: number;
  readonly levels: number;
  readonly seed: number;
  readonly hidden: readonly StageSpec[];
  /** Gives the logits. */
  readonly last: StageSpec;
  /** Stage by stage: which of the kernels that can serve it does. */
  readonly kernels: readonly number[];
}

const LONGEST_WINDOW = 4;

/** Positions in a window. */
export const LARGEST_WINDOW = LONGEST_WINDOW ** 2;

/** Stages before the last one, pooling included. */
export const MOST_HIDDEN = 3;

/** What is usual nine times in ten, else something larger. Shrinks to what is usual. */
function usually(usual: fc.Arbitrary<number>, rare: fc.Arbitrary<number>): fc.Arbitrary<number> {
  return fc.oneof({ withCrossShrink: true }, { arbitrary: usual, weight: 9 }, { arbitrary: rare, weight: 1 });
}

const integer = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const stride = fc.constantFrom(1, 1, 2, 3);
/** Another one is not a simpler one. */
const seed = fc.noShrink(fc.nat(2 ** 31 - 1));
const levels = usually(integer(2, 17), integer(18, 70));

type StageChoices = { readonly [K in keyof StageSpec]?: fc.Arbitrary<StageSpec[K]> } & {
  readonly [K in 'kind' | 'table' | 'magnitude']: fc.Arbitrary<StageSpec[K]>;
};

const stageOf = (choices: StageChoices): fc.Arbitrary<StageSpec> =>
  fc.record({
    outputs: usually(integer(1, 9), integer(10, 20)),
    window: fc.tuple(integer(1, LONGEST_WINDOW), integer(1, LONGEST_WINDOW)),
    stride: fc.tuple(stride, stride),
    padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    pooled: fc.constantFrom(false, true, true),
    other: fc.nat(3),
    weightLevels: usually(integer(2, 16), fc.constantFrom(1, 17, 20)),
    levels,
    requantizer: fc.constantFrom(...REQUANTIZERS, 'powerSpaced'),
    seed,
    ...choices,
  });

const anyStage = stageOf({
  kind: fc.constantFrom(...STAGE_KINDS),
  table: fc.constantFrom(...TABLES),
  magnitude: usually(fc.constantFrom(2, 3, 9, 30), fc.constantFrom(3000, 2 ** 18)),
});

/** What kernels are made for; many of all stages must be so for every kernel to be met often. */
const exactStage = stageOf({
  kind: fc.constantFrom('conv2d', 'dense', 'depthwiseConv2d', 'conv2d', 'conv2d'),
  table: fc.constantFrom('steps', 'powers', 'uneven'),
  magnitude: fc.constantFrom(1, 2, 3, 9, 300),
});

/** Small sums that are requantized at equal steps, which have code of their own. */
const steppedStage = stageOf({
  kind: fc.constant('conv2d'),
  table: fc.constant('steps'),
  magnitude: fc.constant(1),
  window: fc.tuple(integer(1, 2), integer(1, 2)),
  stride: fc.constant([1, 1]),
  pooled: fc.constant(true),
  weightLevels: integer(2, 4),
  requantizer: fc.constant('powerSpaced'),
});

const hiddenStage = fc.oneof(
  { arbitrary: exactStage, weight: 5 },
  { arbitrary: anyStage, weight: 3 },
  { arbitrary: steppedStage, weight: 1 },
);

/** What comes first is shrunk first: the number of stages. */
export const caseSpec: fc.Arbitrary<CaseSpec> = fc.record({
  hidden: fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant([]), weight: 1 },
    { arbitrary: fc.array(hiddenStage, { minLength: 1, maxLength: MOST_HIDDEN, size: 'max' }), weight: 9 },
  ),
  // A multiple of whatever number of kernels there is to choose from.
  kernels: fc.array(fc.nat(59), { minLength: MOST_HIDDEN + 1, maxLength: MOST_HIDDEN + 1 }),
  height: integer(1, 9),
  width: usually(integer(1, 9), integer(10, 24)),
  channels: integer(1, 5),
  scale: usually(fc.constant(1), fc.constant(3)),
  levels,
  seed,
  last: anyStage,
  lanes: fc.constantFrom(4, 1),
  tight: fc.constantFrom(false, true, true),
});
