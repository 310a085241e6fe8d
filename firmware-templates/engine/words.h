/* The words that level sums are computed in. */
#ifndef TABLIZE_WORDS_H
#define TABLIZE_WORDS_H

#include "engine.h"

/* Positions side by side that are computed together. */
#define TABLIZE_BLOCK 4
#define TABLIZE_BLOCK_LOG2 2

/* The compiler is not told of the extension, for it would multiply by it; the assembler is. */
#define TABLIZE_WITH_DSP ".arch armv7e-m\n"

#if TABLIZE_LANES == 4
typedef uint32_t tablize_word_t; /* an activation, or the sum of some, per lane */
typedef uint32_t tablize_pair_t; /* two sums of 16 bits */
typedef uint32_t tablize_wide_t; /* what a pair is computed in */
/* Widened: lanes 0 and 2, lanes 1 and 3. */
#define TABLIZE_EVEN(word) ((word) & 0x00ff00ffu)
#define TABLIZE_ODD(word) (((word) >> 8) & 0x00ff00ffu)

/* sum + TABLIZE_EVEN(word) */
static inline tablize_wide_t tablize_add_even(tablize_wide_t sum, tablize_word_t word)
{
#if TABLIZE_SATURATES && defined(__GNUC__) && defined(__thumb2__)
  __asm__(TABLIZE_WITH_DSP "uxtab16 %0, %0, %1" : "+r"(sum) : "r"(word));
  return sum;
#else
  return sum + TABLIZE_EVEN(word);
#endif
}

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

static inline tablize_wide_t tablize_add_even(tablize_wide_t sum, tablize_word_t word)
{
  return sum + TABLIZE_EVEN(word);
}
#endif

#endif
