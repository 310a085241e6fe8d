#include "engine.h"

void tablize_max_pool(const TABLIZE_FLASH tablize_max_pool_t *stage, uint8_t *workspace)
{
  const size_t channels = stage->window.channels;
  size_t stride = channels;
  uint8_t *output = workspace + stage->output;
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    size_t channel;
    for (channel = 0; channel != channels; channel++) {
      uint8_t largest = 0;
      size_t cell;
      for (cell = channel; cell < slide.size; cell += stride) {
        TABLIZE_HIDE(stride);
        if (slide.patch[cell] > largest) {
          largest = slide.patch[cell];
        }
      }
      *output++ = largest;
    }
  }
}
