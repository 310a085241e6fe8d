#include "engine.h"

tablize_output_t tablize_output(const TABLIZE_FLASH tablize_requantize_t *requantize, uint8_t *indices, int32_t *logits)
{
  tablize_output_t output;
  output.requantize = requantize;
  output.indices = indices;
  output.logits = logits;
  output.thresholds = requantize->thresholds;
  output.counts = requantize->counts;
  output.channels_left = requantize->channels;
  return output;
}

static uint8_t shift_table(const TABLIZE_FLASH tablize_requantize_t *requantize, tablize_sum_t sum)
{
  const tablize_sum_t shifted = (tablize_sum_t)(sum + requantize->offset);
  /* Negative sums are clamped first: C does not define their shift to the right. */
  const uint32_t bin = shifted < 0 ? 0 : (uint32_t)shifted >> requantize->shift;
  return requantize->table[bin < requantize->last_bin ? (uint16_t)bin : requantize->last_bin];
}

static uint8_t count_thresholds(tablize_output_t *output, tablize_sum_t sum)
{
  const TABLIZE_FLASH tablize_sum_t *const thresholds = output->thresholds;
  const uint8_t count = *output->counts;
  uint8_t index = 0;
  while (index < count && thresholds[tablize_index(index)] <= sum) {
    index++;
  }
  output->channels_left--;
  if (output->channels_left == 0) {
    output->thresholds = output->requantize->thresholds;
    output->counts = output->requantize->counts;
    output->channels_left = output->requantize->channels;
  } else {
    output->thresholds = thresholds + tablize_index(count);
    output->counts++;
  }
  return index;
}

void tablize_put(tablize_output_t *output, tablize_sum_t sum)
{
  switch (output->requantize->kind) {
  case TABLIZE_SHIFT_TABLE:
    *output->indices++ = shift_table(output->requantize, sum);
    break;
  case TABLIZE_THRESHOLDS:
    *output->indices++ = count_thresholds(output, sum);
    break;
  default:
    *output->logits++ = sum;
    break;
  }
}
