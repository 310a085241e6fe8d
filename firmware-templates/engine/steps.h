/*
 * From sums to activation indices by equal steps, in all lanes of a word at once: index = sum >> shift, but not below 0 and not above the
 * last level. A lane is a byte, or half of the word; its highest bit, the mark, says that the sum is not negative.
 */
#ifndef TABLIZE_STEPS_H
#define TABLIZE_STEPS_H

#include "words.h"

/* Lanes of a word: the mark of each, and its place in the lane. */
typedef struct {
  uint32_t marks;
  uint8_t bit;
} tablize_lanes_t;

static const tablize_lanes_t tablize_bytes = {0x80808080u, 7};
static const tablize_lanes_t tablize_halves = {0x80008000u, 15};

#if TABLIZE_SATURATES && defined(__GNUC__) && defined(__thumb2__)
/* a - b, or 0; a + b, or all ones: in each lane. */
TABLIZE_INLINE uint32_t tablize_take(tablize_lanes_t lanes, uint32_t a, uint32_t b)
{
  uint32_t left;
  if (lanes.bit == 7) {
    __asm__(TABLIZE_WITH_DSP "uqsub8 %0, %1, %2" : "=r"(left) : "r"(a), "r"(b));
  } else {
    __asm__(TABLIZE_WITH_DSP "uqsub16 %0, %1, %2" : "=r"(left) : "r"(a), "r"(b));
  }
  return left;
}

TABLIZE_INLINE uint32_t tablize_fill(tablize_lanes_t lanes, uint32_t a, uint32_t b)
{
  uint32_t sum;
  if (lanes.bit == 7) {
    __asm__(TABLIZE_WITH_DSP "uqadd8 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
  } else {
    __asm__(TABLIZE_WITH_DSP "uqadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
  }
  return sum;
}

/* Sums, marked where they are not negative, or 0. */
TABLIZE_INLINE uint32_t tablize_not_negative(tablize_lanes_t lanes, uint32_t sums)
{
  return tablize_take(lanes, sums, lanes.marks);
}

/* The larger of two in each lane. */
TABLIZE_INLINE uint32_t tablize_larger(tablize_lanes_t lanes, uint32_t a, uint32_t b)
{
  return b + tablize_take(lanes, a, b);
}

/*
 * The steps of 2^shift in sums that do not reach the mark. `levels` has their number in each lane, a power of two: a sum of so many steps
 * is filled with ones, any other keeps the bits below `levels` steps.
 */
TABLIZE_INLINE uint32_t tablize_count_steps(tablize_lanes_t lanes, uint32_t sums, uint8_t shift, uint32_t levels)
{
  const uint32_t one = lanes.marks >> lanes.bit;
  return tablize_fill(lanes, sums, ~((levels << shift) - one)) >> shift & (levels - one);
}
#else
/* All bits below the marks that are set. */
TABLIZE_INLINE uint32_t tablize_below_marks(tablize_lanes_t lanes, uint32_t word)
{
  const uint32_t set = word & lanes.marks;
  return set - (set >> lanes.bit);
}

/* Sums, marked where they are not negative, or 0. */
TABLIZE_INLINE uint32_t tablize_not_negative(tablize_lanes_t lanes, uint32_t sums)
{
  return sums & tablize_below_marks(lanes, sums);
}

/* The larger of two in each lane, none of which reaches the mark. */
TABLIZE_INLINE uint32_t tablize_larger(tablize_lanes_t lanes, uint32_t a, uint32_t b)
{
  const uint32_t more = (a | lanes.marks) - b;
  return b + (more & tablize_below_marks(lanes, more));
}

/*
 * The steps of 2^shift in sums that do not reach the mark. `levels` has their number in each lane, a power of two: a sum of so many steps
 * is filled with ones.
 */
TABLIZE_INLINE uint32_t tablize_count_steps(tablize_lanes_t lanes, uint32_t sums, uint8_t shift, uint32_t levels)
{
  const uint32_t one = lanes.marks >> lanes.bit;
  const uint32_t over = sums + (lanes.marks - (levels << shift));
  return (sums | tablize_below_marks(lanes, over)) >> shift & (levels - one);
}
#endif

#endif
