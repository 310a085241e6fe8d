#include "engine.h"

void tablize_conv2d(const TABLIZE_FLASH tablize_conv2d_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    tablize_filter(&stage->filters, slide.patch, &output);
  }
}
