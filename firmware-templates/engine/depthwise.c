#include "engine.h"

/* One sum per channel: a filter reads every `channels`-th cell of the patch. */
static void filter_channels(const TABLIZE_FLASH tablize_filters_t *filters, const tablize_slide_t *slide, tablize_output_t *output)
{
  const TABLIZE_FLASH tablize_product_t *const products = filters->products;
  const TABLIZE_FLASH uint8_t *weight = filters->weights;
  const TABLIZE_FLASH tablize_sum_t *bias = filters->bias;
  const size_t channels = slide->window->channels;
  const uint8_t shift = filters->shift;
  size_t stride = channels;
  size_t channel;
  for (channel = 0; channel != channels; channel++) {
    tablize_sum_t sum = *bias++;
    size_t cell;
    for (cell = channel; cell < slide->size; cell += stride) {
      TABLIZE_HIDE(stride);
      sum = (tablize_sum_t)(sum + products[((size_t)*weight << shift) + slide->patch[cell]]);
      weight++;
    }
    tablize_put(output, sum);
  }
}

void tablize_depthwise(const TABLIZE_FLASH tablize_depthwise_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_output_t output = tablize_output(&stage->requantize, workspace + stage->output, logits);
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    filter_channels(&stage->filters, &slide, &output);
  }
}
