#include "int8_scale.h"
#include "int8_words.h"

/* Replaces values by larger ones of `others`. */
static void keep_larger(int8_t *values, const int8_t *others, int count)
{
  int left;
  for (left = count / 4; left != 0; left--) {
    union {
      uint32_t word;
      int8_t bytes[4];
    } most, other;
    most.word = int8_read4(values);
    other.word = int8_read4(others);
    if (other.bytes[0] > most.bytes[0]) {
      most.bytes[0] = other.bytes[0];
    }
    if (other.bytes[1] > most.bytes[1]) {
      most.bytes[1] = other.bytes[1];
    }
    if (other.bytes[2] > most.bytes[2]) {
      most.bytes[2] = other.bytes[2];
    }
    if (other.bytes[3] > most.bytes[3]) {
      most.bytes[3] = other.bytes[3];
    }
    int8_write4(values, most.word);
    values += 4;
    others += 4;
  }
  for (left = count % 4; left != 0; left--) {
    if (*others > *values) {
      *values = *others;
    }
    values++;
    others++;
  }
}

static void clamp_values(int8_t *values, int count, int32_t least, int32_t greatest)
{
  int left;
  for (left = count / 4; left != 0; left--) {
    union {
      uint32_t word;
      int8_t bytes[4];
    } four;
    four.word = int8_read4(values);
    four.bytes[0] = (int8_t)int8_clamp(four.bytes[0], least, greatest);
    four.bytes[1] = (int8_t)int8_clamp(four.bytes[1], least, greatest);
    four.bytes[2] = (int8_t)int8_clamp(four.bytes[2], least, greatest);
    four.bytes[3] = (int8_t)int8_clamp(four.bytes[3], least, greatest);
    int8_write4(values, four.word);
    values += 4;
  }
  for (left = count % 4; left != 0; left--) {
    *values = (int8_t)int8_clamp(*values, least, greatest);
    values++;
  }
}

void int8_max_pool(const INT8_FLASH int8_pool_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *const output = (int8_t *)(workspace + stage->output);
  int8_t *to = output;
  const int channels = stage->window.channels;
  int row;
  int column;
  int y;
  int x;
  for (row = 0; row != stage->window.rows; row++) {
    for (column = 0; column != stage->window.columns; column++) {
      const int top = row * stage->window.stride_y - stage->window.top;
      const int left = column * stage->window.stride_x - stage->window.left;
      const int y_end =
        stage->window.height - top < stage->window.window_height ? stage->window.height - top : stage->window.window_height;
      const int x_end =
        stage->window.width - left < stage->window.window_width ? stage->window.width - left : stage->window.window_width;
      int seen = 0;
      for (y = top < 0 ? -top : 0; y < y_end; y++) {
        for (x = left < 0 ? -left : 0; x < x_end; x++) {
          const int8_t *const from = input + channels * (x + left + (y + top) * stage->window.width);
          if (seen == 0) {
            __builtin_memcpy(to, from, (size_t)channels);
            seen = 1;
          } else {
            keep_larger(to, from, channels);
          }
        }
      }
      to += channels;
    }
  }
  clamp_values(output, stage->window.rows * stage->window.columns * channels, stage->least, stage->greatest);
}
