/* Convolution with a window of one cell and without padding: positions times filters, two of each at a time. */
#include "int8_scale.h"
#include "int8_words.h"

/*
 * The input's offset is added to each value, or what it adds to a filter's sums to their start. Without a multiplier, a product
 * takes a step for each bit of a value, and a negative one has 32.
 */
#ifdef INT8_NO_MULTIPLIER
#define ADDED(offset) (offset)
#define FOLDED(offset) 0
#else
#define ADDED(offset) 0
#define FOLDED(offset) (offset)
#endif

#ifdef INT8_SIMD

/*
 * Four channels of two positions, times two filters: adds to the sums of position 0 and both filters, then of position 1. Goes
 * on to the next four; from there, the other filter's and the other position's are `next_row` and `next_position` away.
 */
static inline void multiply_four(const int8_t **row, int next_row, const int8_t **values, int next_position, int32_t sums[4])
{
  uint32_t odd0 = int8_read4(*row);
  const uint32_t even0 = int8_even(odd0);
  uint32_t odd = int8_read4(*values);
  uint32_t even = int8_even(odd);
  uint32_t odd1;
  uint32_t even1;
  *row += 4;
  *values += 4;
  odd1 = int8_read4(*row + next_row);
  odd0 = int8_odd(odd0);
  odd = int8_odd(odd);
  sums[0] = int8_dot(even, even0, sums[0]);
  even1 = int8_even(odd1);
  sums[0] = int8_dot(odd, odd0, sums[0]);
  odd1 = int8_odd(odd1);
  sums[1] = int8_dot(even, even1, sums[1]);
  sums[1] = int8_dot(odd, odd1, sums[1]);
  odd = int8_read4(*values + next_position);
  even = int8_even(odd);
  odd = int8_odd(odd);
  sums[2] = int8_dot(even, even0, sums[2]);
  sums[3] = int8_dot(even, even1, sums[3]);
  sums[2] = int8_dot(odd, odd0, sums[2]);
  sums[3] = int8_dot(odd, odd1, sums[3]);
}

#endif

/* `count` positions, `pitch` values apart. */
static void multiply_positions(const INT8_FLASH int8_conv2d_t *stage, const int8_t *input, int count, int pitch,
                               int8_t *output)
{
  const int channels = stage->window.channels;
  const int filters = stage->filters;
  const int offset = stage->input_offset;
  const INT8_FLASH int8_scaling_t *const scaling = &stage->scaling;
  const INT8_FLASH int8_t *weights = stage->weights;
  int filter = 0;
  int position;
  int i;

  for (; filter + 2 <= filters; filter += 2) {
    const int8_t *from = input;
    int8_t *to = output + filter;
    int32_t start0 = 0;
    int32_t start1 = 0;
    for (i = 0; i < channels; i++) {
      start0 += weights[i];
      start1 += weights[i + channels];
    }
    start0 = start0 * FOLDED(offset) + scaling->bias[filter];
    start1 = start1 * FOLDED(offset) + scaling->bias[filter + 1];

    for (position = count / 2; position != 0; position--) {
      const INT8_FLASH int8_t *row = weights;
      const int8_t *values = from;
      int32_t sums[4] = {start0, start1, start0, start1};
      i = 0;
#ifdef INT8_SIMD
      for (; i <= channels - 16; i += 16) {
        multiply_four(&row, channels - 4, &values, pitch - 4, sums);
        multiply_four(&row, channels - 4, &values, pitch - 4, sums);
        multiply_four(&row, channels - 4, &values, pitch - 4, sums);
        multiply_four(&row, channels - 4, &values, pitch - 4, sums);
      }
      for (; i <= channels - 4; i += 4) {
        multiply_four(&row, channels - 4, &values, pitch - 4, sums);
      }
#endif
      for (; i < channels; i++) {
        const int weight0 = row[0];
        const int weight1 = row[channels];
        int value = values[0] + ADDED(offset);
        sums[0] += value * weight0;
        sums[1] += value * weight1;
        value = values[pitch] + ADDED(offset);
        sums[2] += value * weight0;
        sums[3] += value * weight1;
        row++;
        values++;
      }
      to[0] = int8_output(sums[0], scaling, filter);
      to[1] = int8_output(sums[1], scaling, filter + 1);
      to += filters;
      to[0] = int8_output(sums[2], scaling, filter);
      to[1] = int8_output(sums[3], scaling, filter + 1);
      to += filters;
      from += 2 * pitch;
    }

    if (count % 2 != 0) {
      const INT8_FLASH int8_t *row = weights;
      const int8_t *values = from;
      int32_t sum0 = start0;
      int32_t sum1 = start1;
      i = 0;
#ifdef INT8_SIMD
      for (; i <= channels - 4; i += 4) {
        const uint32_t word = int8_read4(values);
        const uint32_t word0 = int8_read4(row);
        const uint32_t word1 = int8_read4(row + channels);
        const uint32_t even = int8_even(word);
        const uint32_t odd = int8_odd(word);
        sum0 = int8_dot(even, int8_even(word0), sum0);
        sum0 = int8_dot(odd, int8_odd(word0), sum0);
        sum1 = int8_dot(even, int8_even(word1), sum1);
        sum1 = int8_dot(odd, int8_odd(word1), sum1);
        row += 4;
        values += 4;
      }
#endif
      for (; i < channels; i++) {
        const int value = *values++ + ADDED(offset);
        sum0 += value * row[0];
        sum1 += value * row[channels];
        row++;
      }
      to[0] = int8_output(sum0, scaling, filter);
      to[1] = int8_output(sum1, scaling, filter + 1);
    }
    weights += 2 * channels;
  }

  if (filter != filters) {
    const int8_t *from = input;
    int8_t *to = output + filter;
    for (position = 0; position != count; position++) {
      int32_t sum = scaling->bias[filter];
      for (i = 0; i != channels; i++) {
        sum += (from[i] + offset) * weights[i];
      }
      *to = int8_output(sum, scaling, filter);
      to += filters;
      from += pitch;
    }
  }
}

void int8_pointwise(const INT8_FLASH int8_conv2d_t *stage, uint8_t *workspace)
{
  const int8_t *input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  const int channels = stage->window.channels;
  if (stage->window.stride_y == 1 && stage->window.stride_x == 1) {
    multiply_positions(stage, input, stage->window.rows * stage->window.columns, channels, output);
  } else {
    int row;
    for (row = 0; row != stage->window.rows; row++) {
      multiply_positions(stage, input, stage->window.columns, stage->window.stride_x * channels, output);
      input += stage->window.stride_y * stage->window.width * channels;
      output += stage->window.columns * stage->filters;
    }
  }
}
