#include "engine.h"

void tablize_concat(const TABLIZE_FLASH tablize_concat_t *stage, uint8_t *workspace)
{
  size_t stride = stage->channels;
  const TABLIZE_FLASH tablize_part_t *part = stage->parts;
  uint8_t left;
  for (left = stage->part_count; left != 0; left--) {
    const TABLIZE_FLASH uint8_t *const table = part->table;
    const uint8_t *input = workspace + part->input;
    const uint8_t *const end = input + part->elements;
    uint8_t *output = workspace + part->output;
    while (input != end) {
      const uint8_t *const pixel_end = input + part->channels;
      uint8_t *to = output;
      while (input != pixel_end) {
        *to++ = table[*input++];
      }
      TABLIZE_HIDE(stride);
      output += stride;
    }
    part++;
  }
}
