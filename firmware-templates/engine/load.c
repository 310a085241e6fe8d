#include "engine.h"

void tablize_load(const TABLIZE_FLASH uint8_t *table, const uint8_t *pixels, uint8_t *indices, size_t count)
{
  size_t i;
  for (i = 0; i != count; i++) {
    indices[i] = table[pixels[i]];
  }
}

void tablize_load_packed(const uint8_t *end, uint8_t *indices, size_t count, uint8_t bits, uint8_t used, uint8_t largest)
{
  const uint8_t mask = (uint8_t)(0xffu >> (8u - bits));
  /* Backwards, since an index never lies before the byte that holds it: this works in place. */
  const uint8_t *byte = end - 1;
  uint16_t held = *byte;
  uint8_t left = used;
  while (count != 0) {
    uint8_t index;
    if (left < bits) {
      byte--;
      held = (uint16_t)((uint16_t)(held << 8) | *byte);
      left = (uint8_t)(left + 8u);
    }
    left = (uint8_t)(left - bits);
    index = (uint8_t)((held >> left) & mask);
    count--;
    indices[count] = index > largest ? largest : index;
  }
}
