import { z } from 'zod';
import { InputError } from '../errors.js';
import { fileJson, labelSchema, nameSchema, provenanceSchema, shapeSchema } from '../network/index.js';

/**
 * QuantizedModel: what was learned, before any choice of integers. Weights are indices into the levels of their
 * layer; every tensor has levels, equally spaced or not; scales and biases are real numbers. The output of channel c of
 * a stage with weights is `activation(scale[c] * sum of level products + bias[c])`, rounded to the nearest level. Of swish
 * and hardSwish the levels are those of the value before the function, which is then that of the level.
 */
export const QUANTIZED_FORMAT = 'tablize/quantized-model@1';

const index = z.int().min(0).max(255);
const pair = z.tuple([z.int().min(1).max(255), z.int().min(1).max(255)]).readonly();
const amount = z.int().min(0).max(255);

const uniformSchema = z
  .strictObject({
    count: z.int().min(2).max(256),
    step: z.number().positive(),
    zero: index,
  })
  .readonly()
  .refine(({ count, zero }) => zero < count, 'the zero level must be one of the levels');
const unevenSchema = z
  .strictObject({ values: z.array(z.number()).min(2).max(256).readonly() })
  .readonly()
  .refine(({ values }) => values.includes(0), 'the level 0 must be one of the levels')
  .refine(
    ({ values }) => values.every((value, i) => i === 0 || value > (values[i - 1] ?? value)),
    'the levels must ascend',
  );

export const levelsSchema = z.union([uniformSchema, unevenSchema]);

const base = { name: nameSchema, input: nameSchema };
const joining = { name: nameSchema, inputs: z.array(nameSchema).min(2).readonly() };
/** Linear where it is left out. */
const activation = z
  .union([
    z.enum([
      'linear',
      'relu',
      'relu6',
      'tanh',
      'sigmoid',
      'hardTanh',
      'hardSigmoid',
      'softplus',
      'softsign',
      'swish',
      'hardSwish',
    ]),
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('leakyRelu'), slope: z.number().min(0) }).readonly(),
      z
        .strictObject({ kind: z.literal('prelu'), slopes: z.array(z.number().min(0)).min(1).readonly() })
        .readonly(),
      z.strictObject({ kind: z.literal('clip'), least: z.number(), most: z.number() }).readonly(),
      z
        .strictObject({ kind: z.literal('elu'), alpha: z.number().positive(), gamma: z.number().positive() })
        .readonly(),
      z
        .strictObject({ kind: z.literal('hardSigmoid'), gain: z.number().positive(), offset: z.number() })
        .readonly(),
    ]),
  ])
  .optional();
const windowed = {
  stride: pair,
  padding: z.strictObject({ top: amount, right: amount, bottom: amount, left: amount }).readonly(),
};
const weighted = {
  /** Ascending; one of them is 0. */
  weightLevels: z.array(z.number()).min(1).max(256).readonly(),
  weights: z.array(index).min(1).readonly(),
  /** Per output channel, positive; 1 where it is left out, as it is for the logits. */
  scale: z.array(z.number().positive()).min(1).readonly().optional(),
  bias: z.array(z.number()).min(1).readonly(),
  activation,
  /** Levels of the output; null for the logits. */
  levels: levelsSchema.nullable(),
};

export const quantizedStageSchema = z.discriminatedUnion('kind', [
  /** `weights[unit * inputs + i]`. */
  z.strictObject({ ...base, kind: z.literal('dense'), ...weighted }).readonly(),
  /** `weights[((out * kernelHeight + y) * kernelWidth + x) * inputChannels + in]`. */
  z.strictObject({ ...base, kind: z.literal('conv2d'), kernel: pair, ...windowed, ...weighted }).readonly(),
  /** `weights[(channel * kernelHeight + y) * kernelWidth + x]`. */
  z
    .strictObject({ ...base, kind: z.literal('depthwiseConv2d'), kernel: pair, ...windowed, ...weighted })
    .readonly(),
  z.strictObject({ ...base, kind: z.literal('maxPool'), window: pair, ...windowed }).readonly(),
  z
    .strictObject({
      ...base,
      kind: z.literal('averagePool'),
      window: pair,
      ...windowed,
      levels: levelsSchema.nullable(),
    })
    .readonly(),
  z
    .strictObject({ ...joining, kind: z.literal('add'), activation, levels: levelsSchema.nullable() })
    .readonly(),
  z.strictObject({ ...joining, kind: z.literal('concat'), levels: levelsSchema }).readonly(),
]);

export const quantizedModelSchema = z
  .strictObject({
    format: z.literal(QUANTIZED_FORMAT),
    name: nameSchema,
    input: z
      .strictObject({
        shape: shapeSchema,
        levels: levelsSchema,
        /** Level index of each pixel byte. */
        table: z.array(index).length(256).readonly(),
      })
      .readonly(),
    stages: z.array(quantizedStageSchema).min(1).max(250).readonly(),
    labels: z.array(labelSchema).min(1).readonly(),
    /** Where the outputs are values and not logits: the function that is still to be taken of them. */
    values: z.strictObject({ activation }).readonly().optional(),
    provenance: provenanceSchema,
  })
  .readonly();

export type QuantizedStage = z.infer<typeof quantizedStageSchema>;
export type QuantizedModel = z.infer<typeof quantizedModelSchema>;

/** The text of a quantized.json file. */
export function serializeQuantized(model: QuantizedModel): string {
  return fileJson(model);
}

/** @throws InputError if `text` is not JSON or not a QuantizedModel; `where` names it. */
export function parseQuantized(text: string, where: string): QuantizedModel {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError('not JSON, or cut short', { where, next: 'Copy the file again.', cause });
  }
  const parsed = quantizedModelSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(
    `not a QuantizedModel: ${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'invalid'}`,
    { where, next: 'Make one with `tablize train` or `tablize quantize`.' },
  );
}
