/* A filter of 3 x 3 per channel; four channels at a time. */
#include "int8_scale.h"
#include "int8_words.h"

/* Adds the products of four channels at one cell of the window. */
static inline void add_products(const int8_t *values, const INT8_FLASH int8_t *weights, int offset, int32_t sums[4])
{
  const uint32_t word = int8_read4(values);
  const uint32_t filters = int8_weights4(weights);
#ifdef INT8_SIMD
  const uint32_t offsets = int8_pair(offset);
  const uint32_t odd = int8_odd_plus(offsets, word);
  const uint32_t even = int8_even_plus(offsets, word);
  sums[1] = int8_low_product(odd, int8_odd(filters), sums[1]);
  sums[3] = int8_high_product(odd, int8_odd(filters), sums[3]);
  sums[0] = int8_low_product(even, int8_even(filters), sums[0]);
  sums[2] = int8_high_product(even, int8_even(filters), sums[2]);
#else
  sums[0] += (int8_byte(word, 0) + offset) * int8_byte(filters, 0);
  sums[1] += (int8_byte(word, 1) + offset) * int8_byte(filters, 1);
  sums[2] += (int8_byte(word, 2) + offset) * int8_byte(filters, 2);
  sums[3] += (int8_byte(word, 3) + offset) * int8_byte(filters, 3);
#endif
}

void int8_depthwise(const INT8_FLASH int8_depthwise_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  const int channels = stage->window.channels;
  const int line = stage->window.width * channels;
  const int offset = stage->input_offset;
  const INT8_FLASH int8_scaling_t *const scaling = &stage->scaling;
  int row;
  int column;
  int i;

  for (row = 0; row != stage->window.rows; row++) {
    const int y = row * stage->window.stride_y - stage->window.top;
    const int first = y < 0 ? -y : 0;
    const int end = stage->window.height - y < 3 ? stage->window.height - y : 3;
    for (column = 0; column != stage->window.columns; column++) {
      const int x = column * stage->window.stride_x - stage->window.left;
      int channel = 0;

      for (; channel <= channels - 4; channel += 4) {
        const int8_t *values = input + (y + first) * line + x * channels + channel;
        const INT8_FLASH int8_t *weights = stage->weights + first * 3 * channels + channel;
        const INT8_FLASH int32_t *const bias = scaling->bias + channel;
        int32_t sums[4] = {bias[0], bias[1], bias[2], bias[3]};
        for (i = first; i < end; i++) {
          if (x >= 0) {
            add_products(values, weights, offset, sums);
          }
          add_products(values + channels, weights + channels, offset, sums);
          if (stage->window.width - x >= 3) {
            add_products(values + 2 * channels, weights + 2 * channels, offset, sums);
          }
          values += line;
          weights += 3 * channels;
        }
        *output++ = int8_output(sums[0], scaling, channel);
        *output++ = int8_output(sums[1], scaling, channel + 1);
        *output++ = int8_output(sums[2], scaling, channel + 2);
        *output++ = int8_output(sums[3], scaling, channel + 3);
      }

      for (; channel != channels; channel++) {
        const int8_t *values = input + (y + first) * line + x * channels + channel;
        const INT8_FLASH int8_t *weights = stage->weights + first * 3 * channels + channel;
        int32_t sum = scaling->bias[channel];
        for (i = first; i < end; i++) {
          if (x >= 0) {
            sum += (values[0] + offset) * weights[0];
          }
          sum += (values[channels] + offset) * weights[channels];
          if (stage->window.width - x >= 3) {
            sum += (values[2 * channels] + offset) * weights[2 * channels];
          }
          values += line;
          weights += 3 * channels;
        }
        *output++ = int8_output(sum, scaling, channel);
      }
    }
  }
}
