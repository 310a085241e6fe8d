/* Where a picture comes in and the outputs go out. */
#include "int8_engine.h"

void int8_load(const uint8_t *pixels, int8_t *input, uint32_t count)
{
  while (count != 0) {
    *input++ = (int8_t)(*pixels++ - 128);
    count--;
  }
}

uint16_t int8_logits(const int8_t *output, int32_t *logits, uint16_t count)
{
  uint16_t best = 0;
  uint16_t i;
  for (i = 0; i != count; i++) {
    logits[i] = output[i];
    if (output[i] > output[best]) {
      best = i;
    }
  }
  return best;
}
