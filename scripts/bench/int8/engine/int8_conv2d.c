/* Convolution: the cells under two positions of the window become two columns, which are multiplied with all filters. */
#include "int8_scale.h"
#include "int8_words.h"

/* Copies the cells under the window whose first lies at (y, x); beyond the input they are zero, that is the zero point. */
static void gather(const INT8_FLASH int8_conv2d_t *stage, const int8_t *input, int y, int x, int8_t *cells)
{
  const size_t channels = (size_t)stage->window.channels;
  int row;
  int column;
  for (row = 0; row != stage->window.window_height; row++) {
    for (column = 0; column != stage->window.window_width; column++) {
      const int at_y = y + row;
      const int at_x = x + column;
      if (at_y < 0 || at_y >= stage->window.height || at_x < 0 || at_x >= stage->window.width) {
        __builtin_memset(cells, (int)-stage->input_offset, channels);
      } else {
        __builtin_memcpy(cells, input + (at_y * stage->window.width + at_x) * stage->window.channels, channels);
      }
      cells += channels;
    }
  }
}

#ifdef INT8_ONE_SUM

void int8_conv2d(const INT8_FLASH int8_conv2d_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  int8_t *const cells = (int8_t *)(workspace + stage->scratch);
  const int count = stage->window.window_height * stage->window.window_width * stage->window.channels;
  int row;
  int column;
  int filter;
  for (row = 0; row != stage->window.rows; row++) {
    for (column = 0; column != stage->window.columns; column++) {
      const INT8_FLASH int8_t *weights = stage->weights;
      gather(stage, input, row * stage->window.stride_y - stage->window.top,
             column * stage->window.stride_x - stage->window.left, cells);
      for (filter = 0; filter != stage->filters; filter++) {
        const int32_t sum = int8_row(cells, weights, count);
        *output++ = int8_output(sum + stage->scaling.bias[filter], &stage->scaling, filter);
        weights += count;
      }
    }
  }
}

#else

/* Values of 16 bits with the offset added; with SIMD, the four of a word in the order even, odd. */
static void widen(const int8_t *cells, int16_t *column, int count, int offset)
{
#ifdef INT8_SIMD
  const uint32_t offsets = int8_pair(offset);
  int words;
  for (words = count / 4; words != 0; words--) {
    const uint32_t word = int8_read4(cells);
    int8_write_pair(column, int8_even_plus(offsets, word));
    int8_write_pair(column + 2, int8_odd_plus(offsets, word));
    cells += 4;
    column += 4;
  }
  count %= 4;
#endif
  while (count != 0) {
    *column++ = (int16_t)(*cells++ + offset);
    count--;
  }
}

/* One column times all filters. */
static void multiply_column(const INT8_FLASH int8_conv2d_t *stage, const int16_t *column, int cells, int8_t *output)
{
  const INT8_FLASH int8_t *weights = stage->weights;
  int filter;
  for (filter = 0; filter != stage->filters; filter++) {
    const int16_t *values = column;
    int32_t sum = stage->scaling.bias[filter];
    int left = cells;
#ifdef INT8_SIMD
    for (left = cells / 4; left != 0; left--) {
      const uint32_t word = int8_read4(weights);
      sum = int8_dot(int8_even(word), int8_read_pair(values), sum);
      sum = int8_dot(int8_odd(word), int8_read_pair(values + 2), sum);
      weights += 4;
      values += 4;
    }
    left = cells % 4;
#endif
    while (left != 0) {
      sum += *weights++ * *values++;
      left--;
    }
    output[filter] = int8_output(sum, &stage->scaling, filter);
  }
}

void int8_conv2d(const INT8_FLASH int8_conv2d_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *output = (int8_t *)(workspace + stage->output);
  int16_t *const columns = (int16_t *)(void *)(workspace + stage->scratch);
  const int cells = stage->window.window_height * stage->window.window_width * stage->window.channels;
  const int pitch = (cells + 3) / 4 * 4;
  int16_t *column = columns;
  int row;
  int x;
  for (row = 0; row != stage->window.rows; row++) {
    for (x = 0; x != stage->window.columns; x++) {
      /* The bytes lie at the end of the column that they become: reading stays ahead of writing. */
      int8_t *const bytes = (int8_t *)(column + pitch) - cells;
      gather(stage, input, row * stage->window.stride_y - stage->window.top,
             x * stage->window.stride_x - stage->window.left, bytes);
      widen(bytes, column, cells, stage->input_offset);
      if (column == columns) {
        column += pitch;
      } else {
        output = int8_multiply_columns(stage->weights, columns, stage->filters, cells, pitch, &stage->scaling, output);
        column = columns;
      }
    }
  }
  if (column != columns) {
    multiply_column(stage, columns, cells, output);
  }
}

#endif
