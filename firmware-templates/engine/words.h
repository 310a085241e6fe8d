/* The words that level sums are computed in. */
#ifndef TABLIZE_WORDS_H
#define TABLIZE_WORDS_H

#include "engine.h"

/* Positions side by side that are computed together. */
#define TABLIZE_BLOCK 4
#define TABLIZE_BLOCK_LOG2 2

#if TABLIZE_LANES == 4
typedef uint32_t tablize_word_t; /* an activation, or the sum of some, per lane */
typedef uint32_t tablize_pair_t; /* two sums of 16 bits */
typedef uint32_t tablize_wide_t; /* what a pair is computed in */
/* Widened: lanes 0 and 2, lanes 1 and 3. */
#define TABLIZE_EVEN(word) ((word) & 0x00ff00ffu)
#define TABLIZE_ODD(word) (((word) >> 8) & 0x00ff00ffu)

/* A byte in each lane. The compiler must not see through it, for it would multiply by 0x01010101. */
static inline tablize_word_t tablize_in_all_lanes(uint8_t byte)
{
  tablize_word_t word = byte;
  tablize_word_t copy = word;
  TABLIZE_HIDE(copy);
  word |= copy << 8;
  copy = word;
  TABLIZE_HIDE(copy);
  return word | copy << 16;
}
#else
typedef uint8_t tablize_word_t;
typedef uint16_t tablize_pair_t;
typedef unsigned tablize_wide_t;
#define TABLIZE_EVEN(word) ((tablize_wide_t)(word))
#endif

#endif
