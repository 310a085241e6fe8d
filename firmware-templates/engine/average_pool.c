#include "engine.h"

void tablize_average_pool(const TABLIZE_FLASH tablize_average_pool_t *stage, uint8_t *workspace, int32_t *logits)
{
  const size_t channels = stage->window.channels;
  size_t stride = channels;
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    size_t channel;
    for (channel = 0; channel != channels; channel++) {
      tablize_sum_t sum = 0;
      size_t cell;
      for (cell = channel; cell < slide.size; cell += stride) {
        TABLIZE_HIDE(stride);
        sum = (tablize_sum_t)(sum + stage->values[tablize_index(slide.patch[cell])]);
      }
      tablize_put(&output, sum);
    }
  }
}
