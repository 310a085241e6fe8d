/*
 * Rows: a dense stage, or the window of a convolution, input by input, for any product table of up to 16 weight levels.
 *
 * Weights are half a byte each. An input chooses a row of the product table, and its weights choose the entries that are added
 * to the sums of all outputs. Products of the commonest activation are in the sums from the beginning, and the table holds
 * differences to them, so that an input with that activation is passed over.
 */
#ifndef TABLIZE_ROWS_H
#define TABLIZE_ROWS_H

#include "engine.h"

typedef struct {
  const TABLIZE_FLASH tablize_sum_t *products; /* that of activation x and weight w is products[(x << 4) + w] */
  const TABLIZE_FLASH uint8_t *weights;        /* input by input, two outputs a byte, the first in the lower half */
  const TABLIZE_FLASH tablize_sum_t *base;     /* per output: what its sum begins with */
  size_t sums;      /* offset of room for a sum per output in the workspace, of an even number of outputs */
  size_t inputs;
  uint16_t outputs;
  uint16_t row;     /* bytes of weights per input */
  uint8_t common;   /* the activation that is passed over */
} tablize_rows_t;

typedef struct {
  size_t input, output;
  tablize_rows_t rows;
  tablize_requantize_t requantize;
} tablize_dense_rows_t;

typedef struct {
  tablize_window_t window;
  size_t output;
  tablize_rows_t rows;
  tablize_requantize_t requantize;
} tablize_conv2d_rows_t;

void tablize_dense_rows(const TABLIZE_FLASH tablize_dense_rows_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_conv2d_rows(const TABLIZE_FLASH tablize_conv2d_rows_t *stage, uint8_t *workspace, int32_t *logits);

/* Puts out a sum per output; all of them read the same cells. */
void tablize_rows(const TABLIZE_FLASH tablize_rows_t *rows, const uint8_t *cells, uint8_t *workspace, tablize_output_t *output);

#endif
