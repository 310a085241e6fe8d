import { z } from 'zod';
import { InputError } from '../errors.js';
import type { Padding } from '../network/index.js';
import type { KerasNode } from './keras-topology.js';
import type { Pair } from './windows.js';

const size = z.int().min(1);
const toPair = (value: number | readonly number[]): Pair =>
  typeof value === 'number' ? [value, value] : [value[0] ?? 1, value[1] ?? 1];
const pair = z.union([size, z.array(size).length(2)]).transform(toPair);
const channelsLast = z.literal('channels_last').nullish();
const paddingMode = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['same', 'valid']));
/** A plain name, or Keras 3's object for one: of a class, or of a function that it does not know by name. */
const activationName = z.union([
  z.string(),
  z.object({ class_name: z.literal('function'), config: z.string() }).transform(({ config }) => config),
  z.object({ class_name: z.string() }).transform((o) => o.class_name),
]);
const ones = pair.refine(([a, b]) => a === 1 && b === 1, 'dilation is not supported').nullish();
const one = z.literal(1).nullish();

const weighted = { use_bias: z.boolean().default(true), activation: activationName.nullish() };
const sliding = {
  strides: pair.default([1, 1]),
  padding: paddingMode.default('valid'),
  data_format: channelsLast,
};
const convolution = { ...weighted, ...sliding, kernel_size: pair, dilation_rate: ones };

export const denseSchema = z.object({ ...weighted, units: size });
export const convSchema = z.object({ ...convolution, filters: size, groups: one });
export const depthwiseSchema = z.object({ ...convolution, depth_multiplier: one });
export const separableSchema = z.object({ ...convolution, filters: size, depth_multiplier: one });
export const poolSchema = z.object({
  ...sliding,
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
});
export const formatSchema = z.object({ data_format: channelsLast });
export const reshapeSchema = z.object({ target_shape: z.array(z.int().nullable()) });
export const permuteSchema = z.object({ dims: z.array(z.int().min(1)) });
export const batchNormSchema = z.object({
  axis: z
    .union([
      z.int(),
      z
        .array(z.int())
        .length(1)
        .transform(([axis]) => axis ?? -1),
    ])
    .default(-1),
  epsilon: z.number().default(1e-3),
  scale: z.boolean().default(true),
  center: z.boolean().default(true),
});
export const reluSchema = z.object({
  max_value: z.union([z.literal(6), z.null()], 'it must be 6 or none').default(null),
  negative_slope: z.literal(0).nullish(),
  threshold: z.literal(0).nullish(),
});
export const activationSchema = z.object({ activation: activationName });
export const concatSchema = z.object({ axis: z.int().default(-1) });

const amount = z.int().min(0);
const amounts = z.tuple([amount, amount]);
/** One amount for all sides, one for each axis, or [[top, bottom], [left, right]]. */
export const zeroPaddingSchema = z.object({
  data_format: channelsLast,
  padding: z
    .union([amount.transform((all) => [all, all] as const), amounts, z.tuple([amounts, amounts])])
    .default([1, 1])
    .transform(([vertical, horizontal]): Padding => {
      const [top, bottom] = typeof vertical === 'number' ? [vertical, vertical] : vertical;
      const [left, right] = typeof horizontal === 'number' ? [horizontal, horizontal] : horizontal;
      return { top, right, bottom, left };
    }),
});

/** One number, or one for each channel. */
const numbers = z.union([z.number().transform((n) => [n]), z.array(z.number()).min(1)]);
export const rescalingSchema = z.object({ scale: numbers, offset: numbers.default([0]) });
/** Statistics as settings; by default they are weights. */
export const normalizationSchema = z.object({
  mean: numbers.nullish(),
  variance: numbers.nullish(),
  invert: z.literal(false).nullish(),
});

const RETRAIN = 'Change the layer and train the model again.';
const NEXT: Readonly<Record<string, string>> = {
  depth_multiplier: 'Use depth_multiplier 1, and before it a Conv2D of kernel size 1 for more channels.',
};

/**
 * The settings of a layer.
 *
 * @throws InputError naming the first one that is not supported.
 */
export function settingsOf<T>(node: KerasNode, where: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(node.config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const setting = issue?.path.map(String).join('.') ?? '?';
  throw new InputError(
    `the setting ${setting} of this ${node.className} layer is not supported: ${issue?.message ?? ''}`,
    { where: `layer "${node.name}" of ${where}`, next: NEXT[setting] ?? RETRAIN },
  );
}
