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
  z
    .object({ class_name: z.string(), config: z.unknown().optional() })
    .refine(({ config }) => !hasSettings(config), 'it is a layer with settings of its own')
    .transform(({ class_name: className }) => className),
]);
/** Whether a layer that stands for an activation is another function than its name says. */
const hasSettings = (config: unknown): boolean =>
  Object.entries(z.record(z.string(), z.unknown()).safeParse(config).data ?? {}).some(
    ([key, value]) => !['name', 'trainable', 'dtype'].includes(key) && value !== null && value !== 0,
  );

const weighted = { use_bias: z.boolean().default(true), activation: activationName.nullish() };
const sliding = {
  strides: pair.default([1, 1]),
  padding: paddingMode.default('valid'),
  data_format: channelsLast,
};
const convolution = { ...weighted, ...sliding, kernel_size: pair, dilation_rate: pair.nullish() };

export const denseSchema = z.object({ ...weighted, units: size });
export const convSchema = z.object({ ...convolution, filters: size, groups: size.nullish() });
export const depthwiseSchema = z.object({ ...convolution, depth_multiplier: size.nullish() });
export const separableSchema = depthwiseSchema.extend({ filters: size });
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
const slope = z.number().min(0);
export const reluSchema = z
  .object({
    max_value: z.number().positive().nullable().default(null),
    negative_slope: slope.nullish(),
    threshold: z.literal(0).nullish(),
  })
  .refine(({ max_value: most, negative_slope: below }) => most === null || !below, {
    path: ['max_value'],
    message: 'it cannot be together with a negative_slope',
  });
/** Keras 3 calls the slope negative_slope; its default is that of Keras 2. */
export const leakyReluSchema = z
  .object({ negative_slope: slope.optional(), alpha: slope.optional() })
  .transform((set) => set.negative_slope ?? set.alpha ?? 0.3);
export const eluSchema = z.object({ alpha: z.number().positive().default(1) });
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
    { where: `layer "${node.name}" of ${where}`, next: RETRAIN },
  );
}
