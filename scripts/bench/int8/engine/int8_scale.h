/* From sums of 32 bits to values of 8. */
#ifndef INT8_SCALE_H
#define INT8_SCALE_H

#include "int8_engine.h"

static inline int32_t int8_clamp(int32_t value, int32_t least, int32_t greatest)
{
  if (value < least) {
    value = least;
  }
  return value > greatest ? greatest : value;
}

/* value * multiplier / 2^31, rounded: the high word of twice the product. */
static inline int32_t int8_multiply_high(int32_t value, int32_t multiplier)
{
  return (int32_t)(((int64_t)value * multiplier + ((int64_t)1 << 30)) >> 31);
}

/* value / 2^shift, rounded; halves away from zero. */
static inline int32_t int8_shift_right(int32_t value, int32_t shift)
{
  const int32_t mask = (int32_t)(((uint32_t)1 << shift) - 1);
  const int32_t rest = value & mask;
  int32_t result = value >> shift;
  int32_t half = mask >> 1;
  if (result < 0) {
    half++;
  }
  if (rest > half) {
    result++;
  }
  return result;
}

static inline int32_t int8_scale(int32_t value, int32_t multiplier, int32_t shift)
{
  const int32_t left = shift > 0 ? shift : 0;
  const int32_t right = shift > 0 ? 0 : -shift;
  return int8_shift_right(int8_multiply_high((int32_t)((uint32_t)value << left), multiplier), right);
}

/* The output of a sum in channel `channel`. */
static inline int8_t int8_output(int32_t sum, const INT8_FLASH int8_scaling_t *scaling, int channel)
{
  const int32_t scaled = int8_scale(sum, scaling->multipliers[channel], scaling->shifts[channel]);
  return (int8_t)int8_clamp(scaled + scaling->output_offset, scaling->least, scaling->greatest);
}

#endif
