#include "engine.h"

uint16_t tablize_label(const int32_t *logits, uint16_t count)
{
  uint16_t best = 0;
  uint16_t i;
  for (i = 1; i < count; i++) {
    if (logits[i] > logits[best]) {
      best = i;
    }
  }
  return best;
}
