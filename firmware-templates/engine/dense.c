#include "engine.h"

void tablize_dense(const TABLIZE_FLASH tablize_dense_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_filter(&stage->filters, workspace + stage->input, &output);
}
