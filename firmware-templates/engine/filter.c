#include "engine.h"

void tablize_filter(const TABLIZE_FLASH tablize_filters_t *filters, const uint8_t *cells, tablize_output_t *output)
{
  const TABLIZE_FLASH tablize_product_t *const products = filters->products;
  const TABLIZE_FLASH uint8_t *weight = filters->weights;
  const TABLIZE_FLASH tablize_sum_t *bias = filters->bias;
  const uint8_t *const end = cells + filters->inputs;
  const uint8_t shift = filters->shift;
  uint16_t left;
  for (left = filters->filters; left != 0; left--) {
    tablize_sum_t sum = *bias++;
    const uint8_t *cell;
    for (cell = cells; cell != end; cell++) {
      sum = (tablize_sum_t)(sum + products[((size_t)*weight << shift) + *cell]);
      weight++;
    }
    tablize_put(output, sum);
  }
}
