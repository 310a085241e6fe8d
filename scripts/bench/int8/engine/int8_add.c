#include "int8_scale.h"
#include "int8_words.h"

/* The output of two values with their offsets added. */
static inline int8_t add_values(const INT8_FLASH int8_add_t *stage, int a, int b)
{
  const int32_t scaled_a = int8_scale((int32_t)((uint32_t)a << stage->left_shift), stage->input_multipliers[0],
                                      stage->input_shifts[0]);
  const int32_t scaled_b = int8_scale((int32_t)((uint32_t)b << stage->left_shift), stage->input_multipliers[1],
                                      stage->input_shifts[1]);
  const int32_t sum = int8_scale(scaled_a + scaled_b, stage->output_multiplier, stage->output_shift);
  return (int8_t)int8_clamp(sum + stage->output_offset, stage->least, stage->greatest);
}

void int8_add(const INT8_FLASH int8_add_t *stage, uint8_t *workspace)
{
  const int8_t *a = (const int8_t *)(workspace + stage->inputs[0]);
  const int8_t *b = (const int8_t *)(workspace + stage->inputs[1]);
  int8_t *output = (int8_t *)(workspace + stage->output);
  int left = stage->elements;
#ifdef INT8_SIMD
  const uint32_t offsets_a = int8_pair(stage->input_offsets[0]);
  const uint32_t offsets_b = int8_pair(stage->input_offsets[1]);
  for (left = stage->elements / 4; left != 0; left--) {
    const uint32_t word_a = int8_read4(a);
    const uint32_t word_b = int8_read4(b);
    const uint32_t even_a = int8_even_plus(offsets_a, word_a);
    const uint32_t even_b = int8_even_plus(offsets_b, word_b);
    const uint32_t odd_a = int8_odd_plus(offsets_a, word_a);
    const uint32_t odd_b = int8_odd_plus(offsets_b, word_b);
    int8_write4(output, int8_word(add_values(stage, (int16_t)even_a, (int16_t)even_b),
                                  add_values(stage, (int16_t)odd_a, (int16_t)odd_b),
                                  add_values(stage, (int16_t)(even_a >> 16), (int16_t)(even_b >> 16)),
                                  add_values(stage, (int16_t)(odd_a >> 16), (int16_t)(odd_b >> 16))));
    a += 4;
    b += 4;
    output += 4;
  }
  left = stage->elements % 4;
#endif
  while (left != 0) {
    *output++ = add_values(stage, *a++ + stage->input_offsets[0], *b++ + stage->input_offsets[1]);
    left--;
  }
}
