#include "engine.h"

void tablize_add(const TABLIZE_FLASH tablize_add_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  const TABLIZE_FLASH tablize_addend_t *const end = stage->addends + stage->addend_count;
  const uint8_t *element = workspace;
  size_t left;
  for (left = stage->elements; left != 0; left--) {
    tablize_sum_t sum = 0;
    const TABLIZE_FLASH tablize_addend_t *addend;
    for (addend = stage->addends; addend != end; addend++) {
      sum = (tablize_sum_t)(sum + addend->values[element[addend->input]]);
    }
    element++;
    tablize_put(&output, sum);
  }
}
