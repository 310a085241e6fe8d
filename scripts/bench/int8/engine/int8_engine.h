/*
 * A network of 8-bit integers, computed as the kernels of Arm's CMSIS-NN do it: the baseline of the bench. A value stands for
 * scale * (integer - zero point); weights have zero point 0 and a scale per output channel. Sums have 32 bits; a sum is scaled
 * to the output by a multiplier and a shift of its channel.
 *
 * Tensors and scratch room are places in a workspace, 4-byte aligned, with channels innermost. `input_offset` is the input's
 * zero point with its sign changed, `output_offset` the output's zero point. A product of a weight and a value with its offset
 * added fits 16 bits, and so an `int`.
 */
#ifndef INT8_ENGINE_H
#define INT8_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/*
 * CMSIS-NN is not for an AVR, which has registers for one sum at a time. There the biases of dense layers and convolutions
 * hold what the input's offset adds, so that a product is one of 8 bits.
 */
#ifdef __AVR__
#define INT8_FLASH __flash
#define INT8_ONE_SUM
#else
#define INT8_FLASH
#endif

#if defined __riscv && !defined __riscv_mul
#define INT8_NO_MULTIPLIER
#endif

/* From sums to outputs; one bias, multiplier and shift per output channel. */
typedef struct {
  const INT8_FLASH int32_t *bias;
  const INT8_FLASH int32_t *multipliers; /* in units of 2^-31 */
  const INT8_FLASH int32_t *shifts;      /* to the left where positive */
  int32_t output_offset;
  int32_t least;
  int32_t greatest;
} int8_scaling_t;

/* How a window goes over an input. */
typedef struct {
  int height, width, channels;
  int rows, columns; /* of the output */
  int window_height, window_width;
  int stride_y, stride_x;
  int top, left; /* padding */
} int8_window_t;

typedef struct {
  size_t input, output;
  const INT8_FLASH int8_t *weights; /* row by row: one row of inputs per output */
  int inputs, outputs;
  int input_offset;
  int8_scaling_t scaling;
} int8_dense_t;

typedef struct {
  size_t input, output;
  size_t scratch; /* two columns of 16-bit values, each of window cells rounded up to four */
  const INT8_FLASH int8_t *weights; /* filter by filter, row by row, channels innermost */
  int8_window_t window;
  int filters;
  int input_offset;
  int8_scaling_t scaling;
} int8_conv2d_t;

/* A window of 3 x 3, with a padding of at most one. */
typedef struct {
  size_t input, output;
  const INT8_FLASH int8_t *weights; /* row by row, channels innermost */
  int8_window_t window;
  int input_offset;
  int8_scaling_t scaling;
} int8_depthwise_t;

typedef struct {
  size_t input, output;
  size_t scratch; /* average pooling: a 32-bit sum per channel */
  int8_window_t window;
  int32_t least;
  int32_t greatest;
} int8_pool_t;

/* Each addend is shifted left by `left_shift` and scaled before the sum is. */
typedef struct {
  size_t inputs[2];
  size_t output;
  int elements;
  int input_offsets[2];
  int32_t input_multipliers[2];
  int32_t input_shifts[2];
  int32_t left_shift;
  int32_t output_multiplier;
  int32_t output_shift;
  int32_t output_offset;
  int32_t least;
  int32_t greatest;
} int8_add_t;

void int8_dense(const INT8_FLASH int8_dense_t *stage, uint8_t *workspace);
void int8_conv2d(const INT8_FLASH int8_conv2d_t *stage, uint8_t *workspace);
void int8_pointwise(const INT8_FLASH int8_conv2d_t *stage, uint8_t *workspace);
void int8_depthwise(const INT8_FLASH int8_depthwise_t *stage, uint8_t *workspace);
void int8_max_pool(const INT8_FLASH int8_pool_t *stage, uint8_t *workspace);
void int8_average_pool(const INT8_FLASH int8_pool_t *stage, uint8_t *workspace);
void int8_add(const INT8_FLASH int8_add_t *stage, uint8_t *workspace);

/* Pixels become integers by subtracting 128. */
void int8_load(const uint8_t *pixels, int8_t *input, uint32_t count);

/* Copies the outputs; returns the position of the first largest. */
uint16_t int8_logits(const int8_t *output, int32_t *logits, uint16_t count);

/* The sum of `count` weights times values. */
int32_t int8_row(const int8_t *values, const INT8_FLASH int8_t *weights, int count);

/*
 * Multiplies `filters` rows of weights with two columns, each of `cells` 16-bit values and `pitch` apart. Writes an output per
 * filter for each column, one column's after the other's; returns the end of what it wrote.
 */
int8_t *int8_multiply_columns(const INT8_FLASH int8_t *weights, const int16_t *columns, int filters, int cells,
                              int pitch, const INT8_FLASH int8_scaling_t *scaling, int8_t *output);

#endif
