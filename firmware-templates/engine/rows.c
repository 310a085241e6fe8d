#include "rows.h"

/* Adds an input's products to the sums of all outputs. */
static void add_row(const TABLIZE_FLASH tablize_sum_t *row, const TABLIZE_FLASH uint8_t *weight, uint16_t bytes, tablize_sum_t *sum)
{
  for (; bytes != 0; bytes--) {
    const uint8_t two = *weight++;
    sum[0] = (tablize_sum_t)(sum[0] + row[tablize_index(two & 15u)]);
    sum[1] = (tablize_sum_t)(sum[1] + row[tablize_index(two >> 4)]);
    sum += 2;
  }
}

void tablize_rows(const TABLIZE_FLASH tablize_rows_t *rows, const uint8_t *cells, uint8_t *workspace, tablize_output_t *output)
{
  tablize_sum_t *const sums = (tablize_sum_t *)(void *)(workspace + rows->sums);
  const TABLIZE_FLASH tablize_sum_t *const base = rows->base;
  const TABLIZE_FLASH tablize_sum_t *const products = rows->products;
  const TABLIZE_FLASH uint8_t *weights = rows->weights;
  const uint8_t *const end = cells + rows->inputs;
  const uint16_t outputs = rows->outputs;
  const uint8_t common = rows->common;
  size_t row = rows->row;
  uint16_t i;
  for (i = 0; i != outputs; i++) {
    sums[i] = base[i];
  }
  /* Of the last byte's upper half, where the number of outputs is odd. */
  sums[outputs] = 0;
  while (cells != end) {
    const uint8_t activation = *cells++;
    if (activation != common) {
      add_row(products + (tablize_index(activation) << 4), weights, rows->row, sums);
    }
    TABLIZE_HIDE(row);
    weights += row;
  }
  for (i = 0; i != outputs; i++) {
    tablize_put(output, sums[i]);
  }
}

void tablize_dense_rows(const TABLIZE_FLASH tablize_dense_rows_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_rows(&stage->rows, workspace + stage->input, workspace, &output);
}

void tablize_conv2d_rows(const TABLIZE_FLASH tablize_conv2d_rows_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    tablize_rows(&stage->rows, slide.patch, workspace, &output);
  }
}
