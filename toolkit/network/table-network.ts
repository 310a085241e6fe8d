import { z } from 'zod';

/**
 * TableNetwork: a network of integers only. docs/table-network.md is the numbered specification; the
 * section numbers in the comments below are its own. Every tensor between stages is a map of *activation
 * indices* (0..255) with shape [height, width, channels], stored row by row, channels innermost.
 */

export const FORMAT = 'tablize/table-network@1';

const int32 = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1);
const index = z.int().min(0).max(255);
const size = z.int().min(1).max(65_535);

/** Names reach C, Verilog, file paths and reports: lower-case words joined by single dashes. */
export const nameSchema = z
  .string()
  .max(48)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name is lower-case letters and digits, joined by single dashes');

/** What an output stands for; reaches reports. */
export const labelSchema = z.string().min(1).max(64);

/** [height, width, channels]; a vector of n values is [1, 1, n]. */
export const shapeSchema = z.tuple([size, size, size]).readonly();

/** 3. `values[activation * weights + weight]` is the integer that stands for activation x weight. */
export const productTableSchema = z
  .strictObject({
    activations: z.int().min(1).max(256),
    weights: z.int().min(1).max(256),
    values: z.array(int32).readonly(),
  })
  .readonly();

/** 5.1. bin = clamp((accumulator + offset) >> shift, 0, table.length - 1); index = table[bin]. */
export const shiftTableSchema = z
  .strictObject({
    kind: z.literal('shiftTable'),
    offset: int32,
    shift: z.int().min(0).max(31),
    table: z.array(index).min(1).max(65_536).readonly(),
  })
  .readonly();

/** 5.2. Per channel, ascending; index = how many thresholds are <= accumulator. */
export const thresholdsSchema = z
  .strictObject({
    kind: z.literal('thresholds'),
    values: z.array(z.array(int32).max(255).readonly()).min(1).readonly(),
  })
  .readonly();

export const requantizeSchema = z.discriminatedUnion('kind', [shiftTableSchema, thresholdsSchema]);

const padding = z
  .strictObject({
    top: z.int().min(0).max(255),
    right: z.int().min(0).max(255),
    bottom: z.int().min(0).max(255),
    left: z.int().min(0).max(255),
  })
  .readonly();
const pair = z.tuple([z.int().min(1).max(255), z.int().min(1).max(255)]).readonly();
const weights = z.array(index).min(1).readonly();
const bias = z.array(int32).min(1).readonly();
/** Rows are comparable values (residual add, average pooling): one integer per activation index. */
const valueTable = z.array(int32).min(1).max(256).readonly();

const stageBase = { name: nameSchema };
const one = { input: nameSchema };
const many = { inputs: z.array(nameSchema).min(2).readonly() };

/** 4.1. Reads its whole input tensor, flattened. `weights[unit * inputs + i]` are weight indices. */
export const denseSchema = z
  .strictObject({
    ...stageBase,
    ...one,
    kind: z.literal('dense'),
    products: nameSchema,
    units: size,
    weights,
    bias,
    requantize: requantizeSchema.nullable(),
  })
  .readonly();

const windowed = { stride: pair, padding };

/** 4.2. `weights[((out * kernelHeight + y) * kernelWidth + x) * inputChannels + in]`; padding reads `paddingIndex`. */
export const conv2dSchema = z
  .strictObject({
    ...stageBase,
    ...one,
    kind: z.literal('conv2d'),
    products: nameSchema,
    filters: size,
    kernel: pair,
    ...windowed,
    paddingIndex: index,
    weights,
    bias,
    requantize: requantizeSchema.nullable(),
  })
  .readonly();

/** 4.3. One filter per channel: `weights[(channel * kernelHeight + y) * kernelWidth + x]`. */
export const depthwiseConv2dSchema = z
  .strictObject({
    ...stageBase,
    ...one,
    kind: z.literal('depthwiseConv2d'),
    products: nameSchema,
    kernel: pair,
    ...windowed,
    paddingIndex: index,
    weights,
    bias,
    requantize: requantizeSchema.nullable(),
  })
  .readonly();

/** 4.4. The largest index of the window (levels are sorted); padding never wins. */
export const maxPoolSchema = z
  .strictObject({ ...stageBase, ...one, kind: z.literal('maxPool'), window: pair, ...windowed })
  .readonly();

/** 4.5. accumulator = sum of values[index] over the window; padding adds nothing. */
export const averagePoolSchema = z
  .strictObject({
    ...stageBase,
    ...one,
    kind: z.literal('averagePool'),
    window: pair,
    ...windowed,
    values: valueTable,
    requantize: requantizeSchema.nullable(),
  })
  .readonly();

/** 4.6. accumulator = sum over inputs k of values[k][index]; all inputs have the same shape. */
export const addSchema = z
  .strictObject({
    ...stageBase,
    ...many,
    kind: z.literal('add'),
    values: z.array(valueTable).min(2).readonly(),
    requantize: requantizeSchema.nullable(),
  })
  .readonly();

/** 4.7. Channels of all inputs side by side; `tables[k]` maps an index of input k to the common levels. */
export const concatSchema = z
  .strictObject({
    ...stageBase,
    ...many,
    kind: z.literal('concat'),
    tables: z.array(z.array(index).min(1).max(256).readonly()).min(2).readonly(),
  })
  .readonly();

export const stageSchema = z.discriminatedUnion('kind', [
  denseSchema,
  conv2dSchema,
  depthwiseConv2dSchema,
  maxPoolSchema,
  averagePoolSchema,
  addSchema,
  concatSchema,
]);

/** The kinds of stages, in the order of section 4. */
export const STAGE_KINDS = stageSchema.options.map((option) => option.unwrap().shape.kind.value);

/** 6. Outputs that are values: `integer * scale + offset`, of which a function of this name is still to be taken. */
export const outputValuesSchema = z
  .strictObject({
    scale: z.number().positive(),
    offset: z.number(),
    activation: z.string().max(32).nullable(),
  })
  .readonly();

const fraction = z.number().min(0).max(1);

/** 7. Where the network comes from. Not part of the hash: it does not change what is computed. */
export const provenanceSchema = z
  .strictObject({
    sourceHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    schemes: z.strictObject({ activations: z.string().max(80), weights: z.string().max(80) }).readonly(),
    seed: z.int().nullable(),
    /** Accuracy of the float network on its test pictures, 0..1, and how many pictures that was. */
    floatAccuracy: fraction.nullable(),
    testPictures: z.int().min(0).nullable(),
    command: z.string().max(8192).nullable(),
  })
  .readonly();

export const tableNetworkSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    name: nameSchema,
    /** 2. `table[pixel byte]` is the activation index of that byte; `levels` of them exist. */
    input: z
      .strictObject({
        shape: shapeSchema,
        levels: z.int().min(1).max(256),
        table: z.array(index).length(256).readonly(),
      })
      .readonly(),
    products: z.record(nameSchema, productTableSchema).readonly(),
    stages: z.array(stageSchema).min(1).max(250).readonly(),
    /** 6. One label per logit of the last stage. */
    output: z
      .strictObject({
        labels: z.array(labelSchema).min(1).readonly(),
        values: outputValuesSchema.optional(),
      })
      .readonly(),
    provenance: provenanceSchema,
  })
  .readonly();

export type Shape = z.infer<typeof shapeSchema>;
export type ProductTable = z.infer<typeof productTableSchema>;
export type ShiftTable = z.infer<typeof shiftTableSchema>;
export type Thresholds = z.infer<typeof thresholdsSchema>;
export type Requantize = z.infer<typeof requantizeSchema>;
export type Padding = z.infer<typeof padding>;
export type DenseStage = z.infer<typeof denseSchema>;
export type Conv2dStage = z.infer<typeof conv2dSchema>;
export type DepthwiseConv2dStage = z.infer<typeof depthwiseConv2dSchema>;
export type MaxPoolStage = z.infer<typeof maxPoolSchema>;
export type AveragePoolStage = z.infer<typeof averagePoolSchema>;
export type AddStage = z.infer<typeof addSchema>;
export type ConcatStage = z.infer<typeof concatSchema>;
export type Stage = z.infer<typeof stageSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type TableNetwork = z.infer<typeof tableNetworkSchema>;

/** The name by which stages refer to the picture itself. */
export const INPUT = 'input';
