#include "int8_scale.h"
#include "int8_words.h"

/* Two filters times two columns, so that every value read serves two products. */
int8_t *int8_multiply_columns(const INT8_FLASH int8_t *weights, const int16_t *columns, int filters, int cells,
                              int pitch, const INT8_FLASH int8_scaling_t *scaling, int8_t *output)
{
  int8_t *output0 = output;
  int8_t *output1 = output + filters;
  int filter = 0;
  int left;

  for (; filter + 2 <= filters; filter += 2) {
    const int16_t *column0 = columns;
    const int16_t *column1 = columns + pitch;
    const INT8_FLASH int8_t *filter0 = weights;
    const INT8_FLASH int8_t *filter1 = weights + cells;
    int32_t sum00 = scaling->bias[filter];
    int32_t sum01 = sum00;
    int32_t sum10 = scaling->bias[filter + 1];
    int32_t sum11 = sum10;
#ifdef INT8_SIMD
    for (left = cells / 4; left != 0; left--) {
      const uint32_t word0 = int8_read4(filter0);
      const uint32_t word1 = int8_read4(filter1);
      const uint32_t even0 = int8_even(word0);
      const uint32_t even1 = int8_even(word1);
      const uint32_t odd0 = int8_odd(word0);
      const uint32_t odd1 = int8_odd(word1);
      uint32_t pair0 = int8_read_pair(column0);
      uint32_t pair1 = int8_read_pair(column1);
      sum00 = int8_dot(even0, pair0, sum00);
      sum01 = int8_dot(even0, pair1, sum01);
      sum10 = int8_dot(even1, pair0, sum10);
      sum11 = int8_dot(even1, pair1, sum11);
      pair0 = int8_read_pair(column0 + 2);
      pair1 = int8_read_pair(column1 + 2);
      sum00 = int8_dot(odd0, pair0, sum00);
      sum01 = int8_dot(odd0, pair1, sum01);
      sum10 = int8_dot(odd1, pair0, sum10);
      sum11 = int8_dot(odd1, pair1, sum11);
      filter0 += 4;
      filter1 += 4;
      column0 += 4;
      column1 += 4;
    }
    left = cells % 4;
#else
    left = cells;
#endif
    while (left != 0) {
      const int weight0 = *filter0++;
      const int weight1 = *filter1++;
      const int value0 = *column0++;
      const int value1 = *column1++;
      sum00 += weight0 * value0;
      sum01 += weight0 * value1;
      sum10 += weight1 * value0;
      sum11 += weight1 * value1;
      left--;
    }
    *output0++ = int8_output(sum00, scaling, filter);
    *output1++ = int8_output(sum01, scaling, filter);
    *output0++ = int8_output(sum10, scaling, filter + 1);
    *output1++ = int8_output(sum11, scaling, filter + 1);
    weights += 2 * cells;
  }

  if (filter != filters) {
    const int16_t *column0 = columns;
    const int16_t *column1 = columns + pitch;
    int32_t sum0 = scaling->bias[filter];
    int32_t sum1 = sum0;
#ifdef INT8_SIMD
    for (left = cells / 4; left != 0; left--) {
      const uint32_t word = int8_read4(weights);
      sum0 = int8_dot(int8_even(word), int8_read_pair(column0), sum0);
      sum1 = int8_dot(int8_even(word), int8_read_pair(column1), sum1);
      sum0 = int8_dot(int8_odd(word), int8_read_pair(column0 + 2), sum0);
      sum1 = int8_dot(int8_odd(word), int8_read_pair(column1 + 2), sum1);
      weights += 4;
      column0 += 4;
      column1 += 4;
    }
    left = cells % 4;
#else
    left = cells;
#endif
    while (left != 0) {
      const int weight = *weights++;
      sum0 += weight * *column0++;
      sum1 += weight * *column1++;
      left--;
    }
    *output0++ = int8_output(sum0, scaling, filter);
    *output1++ = int8_output(sum1, scaling, filter);
  }
  return output1;
}
