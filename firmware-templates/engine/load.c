#include "engine.h"

void tablize_load(const TABLIZE_FLASH uint8_t *table, const uint8_t *pixels, uint8_t *indices, size_t count)
{
  size_t i;
  for (i = 0; i != count; i++) {
    indices[i] = table[pixels[i]];
  }
}

void tablize_load_packed(const uint8_t *packed, uint8_t *indices, size_t count, uint8_t log2_bits, uint8_t largest)
{
  const uint8_t bits = (uint8_t)(1u << log2_bits);
  const uint8_t mask = (uint8_t)(0xffu >> (8u - bits));
  /* Backwards, since an index never lies before the byte that holds it: this works in place. */
  const size_t last_bit = (count - 1) << log2_bits;
  const uint8_t *byte = packed + (last_bit >> 3);
  uint8_t shift = (uint8_t)(last_bit & 7u);
  while (count != 0) {
    const uint8_t index = (uint8_t)((*byte >> shift) & mask);
    count--;
    indices[count] = index > largest ? largest : index;
    if (shift == 0 && count != 0) {
      byte--;
      shift = 8;
    }
    shift = (uint8_t)(shift - bits);
  }
}
