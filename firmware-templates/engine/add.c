#include "engine.h"

void tablize_add(const TABLIZE_FLASH tablize_add_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  const uint8_t *element = workspace;
  size_t left;
  for (left = stage->elements; left != 0; left--) {
    tablize_sum_t sum = 0;
    const TABLIZE_FLASH tablize_addend_t *addend = stage->addends;
    uint8_t addends;
    for (addends = stage->addend_count; addends != 0; addends--) {
      sum = (tablize_sum_t)(sum + addend->values[tablize_index(element[addend->input])]);
      addend++;
    }
    element++;
    tablize_put(&output, sum);
  }
}
