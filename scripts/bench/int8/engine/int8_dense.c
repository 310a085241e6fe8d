#include "int8_scale.h"
#include "int8_words.h"

#ifdef INT8_SIMD

/* Two rows of weights at a time, four inputs at a time. */
void int8_dense(const INT8_FLASH int8_dense_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *const output = (int8_t *)(workspace + stage->output);
  const int inputs = stage->inputs;
  const int offset = stage->input_offset;
  const uint32_t offsets = int8_pair(offset);
  const int8_t *row = stage->weights;
  int o = 0;
  int i;

  for (; o + 2 <= stage->outputs; o += 2) {
    const int8_t *values = input;
    const int8_t *row0 = row;
    const int8_t *row1 = row + inputs;
    int32_t sum0 = stage->scaling.bias[o];
    int32_t sum1 = stage->scaling.bias[o + 1];
    for (i = inputs / 4; i != 0; i--) {
      const uint32_t word = int8_read4(values);
      const uint32_t odd = int8_odd_plus(offsets, word);
      const uint32_t even = int8_even_plus(offsets, word);
      const uint32_t weights0 = int8_read4(row0);
      const uint32_t weights1 = int8_read4(row1);
      sum0 = int8_dot(int8_odd(weights0), odd, sum0);
      sum0 = int8_dot(int8_even(weights0), even, sum0);
      sum1 = int8_dot(int8_odd(weights1), odd, sum1);
      sum1 = int8_dot(int8_even(weights1), even, sum1);
      values += 4;
      row0 += 4;
      row1 += 4;
    }
    for (i = inputs % 4; i != 0; i--) {
      const int value = *values++ + offset;
      sum0 += value * *row0++;
      sum1 += value * *row1++;
    }
    output[o] = int8_output(sum0, &stage->scaling, o);
    output[o + 1] = int8_output(sum1, &stage->scaling, o + 1);
    row += 2 * inputs;
  }

  if (o != stage->outputs) {
    const int8_t *values = input;
    int32_t sum = stage->scaling.bias[o];
    for (i = inputs / 4; i != 0; i--) {
      const uint32_t word = int8_read4(values);
      const uint32_t weights = int8_read4(row);
      sum = int8_dot(int8_odd(weights), int8_odd_plus(offsets, word), sum);
      sum = int8_dot(int8_even(weights), int8_even_plus(offsets, word), sum);
      values += 4;
      row += 4;
    }
    for (i = inputs % 4; i != 0; i--) {
      sum += (*values++ + offset) * *row++;
    }
    output[o] = int8_output(sum, &stage->scaling, o);
  }
}

#elif defined INT8_ONE_SUM

void int8_dense(const INT8_FLASH int8_dense_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *const output = (int8_t *)(workspace + stage->output);
  const INT8_FLASH int8_t *row = stage->weights;
  int o;
  for (o = 0; o != stage->outputs; o++) {
    const int32_t sum = int8_row(input, row, stage->inputs);
    output[o] = int8_output(sum + stage->scaling.bias[o], &stage->scaling, o);
    row += stage->inputs;
  }
}

#else

/* Three rows of weights at a time. */
void int8_dense(const INT8_FLASH int8_dense_t *stage, uint8_t *workspace)
{
  const int8_t *const input = (const int8_t *)(workspace + stage->input);
  int8_t *const output = (int8_t *)(workspace + stage->output);
  const int inputs = stage->inputs;
  const int offset = stage->input_offset;
  const INT8_FLASH int8_t *row = stage->weights;
  int o = 0;
  int i;

  for (; o + 3 <= stage->outputs; o += 3) {
    const int8_t *values = input;
    const INT8_FLASH int8_t *row0 = row;
    const INT8_FLASH int8_t *row1 = row + inputs;
    const INT8_FLASH int8_t *row2 = row + 2 * inputs;
    int32_t sum0 = stage->scaling.bias[o];
    int32_t sum1 = stage->scaling.bias[o + 1];
    int32_t sum2 = stage->scaling.bias[o + 2];
    for (i = 0; i < inputs; i++) {
      const int weight0 = *row0++;
      const int weight1 = *row1++;
      const int weight2 = *row2++;
      const int value = *values++ + offset;
      sum0 += value * weight0;
      sum1 += value * weight1;
      sum2 += value * weight2;
    }
    output[o] = int8_output(sum0, &stage->scaling, o);
    output[o + 1] = int8_output(sum1, &stage->scaling, o + 1);
    output[o + 2] = int8_output(sum2, &stage->scaling, o + 2);
    row += 3 * inputs;
  }

  for (; o != stage->outputs; o++) {
    const int8_t *values = input;
    int32_t sum = stage->scaling.bias[o];
    for (i = inputs; i != 0; i--) {
      sum += (*values++ + offset) * *row++;
    }
    output[o] = int8_output(sum, &stage->scaling, o);
  }
}

#endif
