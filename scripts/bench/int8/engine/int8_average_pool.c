#include "int8_scale.h"
#include "int8_words.h"

/* The mean, rounded; halves away from zero. */
static int8_t mean(const INT8_FLASH int8_pool_t *stage, int32_t sum, int count)
{
  const int32_t rounded = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
  return (int8_t)int8_clamp(rounded, stage->least, stage->greatest);
}

#ifdef INT8_SIMD

/* Cell by cell, with a sum per channel in the scratch room. */
void int8_average_pool(const INT8_FLASH int8_pool_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  int32_t *const sums = (int32_t *)(void *)(workspace + stage->scratch);
  const int channels = stage->window.channels;
  int row, column, y, x, i;
  for (row = 0; row != stage->window.rows; row++) {
    for (column = 0; column != stage->window.columns; column++) {
      const int top = row * stage->window.stride_y - stage->window.top;
      const int left = column * stage->window.stride_x - stage->window.left;
      const int y_end =
        stage->window.height - top < stage->window.window_height ? stage->window.height - top : stage->window.window_height;
      const int x_end =
        stage->window.width - left < stage->window.window_width ? stage->window.width - left : stage->window.window_width;
      int count = 0;
      for (y = top < 0 ? -top : 0; y < y_end; y++) {
        for (x = left < 0 ? -left : 0; x < x_end; x++) {
          const int8_t *const from = input + channels * (x + left + (y + top) * stage->window.width);
          if (count == 0) {
            for (i = 0; i != channels; i++) {
              sums[i] = from[i];
            }
          } else {
            for (i = 0; i != channels; i++) {
              sums[i] += from[i];
            }
          }
          count++;
        }
      }
      for (i = 0; i != channels; i++) {
        *output++ = mean(stage, sums[i], count);
      }
    }
  }
}

#else

/* Channel by channel. */
void int8_average_pool(const INT8_FLASH int8_pool_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  const int channels = stage->window.channels;
  int row, column, y, x, i;
  for (row = 0; row != stage->window.rows; row++) {
    for (column = 0; column != stage->window.columns; column++) {
      const int top = row * stage->window.stride_y - stage->window.top;
      const int left = column * stage->window.stride_x - stage->window.left;
      for (i = 0; i != channels; i++) {
        int32_t sum = 0;
        int count = 0;
        for (y = top; y != top + stage->window.window_height; y++) {
          for (x = left; x != left + stage->window.window_width; x++) {
            if (y >= 0 && x >= 0 && y < stage->window.height && x < stage->window.width) {
              sum += input[i + channels * (x + y * stage->window.width)];
              count++;
            }
          }
        }
        *output++ = mean(stage, sum, count);
      }
    }
  }
}

#endif
