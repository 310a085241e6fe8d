/* A filter over a block of positions where thresholds are equal steps (steps.h): all lanes of a word at once, from sums to indices. */
#ifndef TABLIZE_STEPPED_BLOCK_H
#define TABLIZE_STEPPED_BLOCK_H

#include "level_stage.h"
#include "steps.h"

#if TABLIZE_LANES == 4
/* Puts out a block of indices, of which a word has those of all lanes. */
TABLIZE_INLINE void tablize_put_words(const TABLIZE_FLASH tablize_level_sums_t *stage, const tablize_block_t *block, const tablize_word_t *indices)
{
  size_t lane = stage->lane_cells;
  size_t pixel = stage->filters;
  const tablize_word_t *const end = indices + block->columns;
  uint8_t *first = block->to;
  uint8_t *second;
  uint8_t *third;
  TABLIZE_HIDE(lane);
  second = block->lanes > 1 ? first + lane : first;
  third = block->lanes > 2 ? second + lane : first;
  if (block->lanes == 4) {
    uint8_t *fourth = third + lane;
    for (; indices != end; indices++) {
      const tablize_word_t word = *indices;
      *first = (uint8_t)word;
      *second = (uint8_t)(word >> 8);
      *third = (uint8_t)(word >> 16);
      *fourth = (uint8_t)(word >> 24);
      TABLIZE_HIDE(pixel);
      first += pixel;
      second += pixel;
      third += pixel;
      fourth += pixel;
    }
    return;
  }
  for (; indices != end; indices++) {
    /* Lanes beyond the output go where the first one goes, before it. */
    const tablize_word_t word = *indices;
    *third = (uint8_t)(word >> 16);
    *second = (uint8_t)(word >> 8);
    *first = (uint8_t)word;
    TABLIZE_HIDE(pixel);
    first += pixel;
    second += pixel;
    third += pixel;
  }
}

/* What comes after it is not begun before: few registers hold the sums of one position, none those of four. */
#if defined(__GNUC__)
#define TABLIZE_ONE_BY_ONE() __asm__ volatile("" ::: "memory")
#else
#define TABLIZE_ONE_BY_ONE() ((void)0)
#endif

/* Marks a filter whose sums do not fit a byte. */
#define TABLIZE_WIDE 0x80

/* One narrow filter over one block, where thresholds are equal steps; returns where the next filter's runs begin. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_stepped_bytes(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const tablize_block_t *block, const TABLIZE_FLASH uint8_t *step, tablize_pair_t base, uint8_t shift)
{
  const tablize_lanes_t bytes = tablize_bytes;
  const uint32_t levels = (uint32_t)kind.rule.levels << 24 | (uint32_t)kind.rule.levels << 16 | (uint32_t)kind.rule.levels << 8 | kind.rule.levels;
  tablize_word_t sums[TABLIZE_BLOCK];
  if (kind.pool == 1) {
    step = tablize_chained_runs(step, kind.chain, kind.unit, block->place, sums);
    sums[0] = tablize_count_steps(bytes, tablize_not_negative(bytes, sums[0] + base), shift, levels);
    TABLIZE_ONE_BY_ONE();
    sums[1] = tablize_count_steps(bytes, tablize_not_negative(bytes, sums[1] + base), shift, levels);
    TABLIZE_ONE_BY_ONE();
    sums[2] = tablize_count_steps(bytes, tablize_not_negative(bytes, sums[2] + base), shift, levels);
    TABLIZE_ONE_BY_ONE();
    sums[3] = tablize_count_steps(bytes, tablize_not_negative(bytes, sums[3] + base), shift, levels);
  } else {
    tablize_word_t left, right;
    (void)tablize_chained_runs(step, kind.chain, kind.unit, block->place, sums);
    left = tablize_larger(bytes, tablize_not_negative(bytes, sums[0] + base), tablize_not_negative(bytes, sums[1] + base));
    TABLIZE_ONE_BY_ONE();
    right = tablize_larger(bytes, tablize_not_negative(bytes, sums[2] + base), tablize_not_negative(bytes, sums[3] + base));
    step = tablize_chained_runs(step, kind.chain, kind.unit, block->place + stage->row_words, sums);
    left = tablize_larger(bytes, left, tablize_not_negative(bytes, sums[0] + base));
    left = tablize_larger(bytes, left, tablize_not_negative(bytes, sums[1] + base));
    TABLIZE_ONE_BY_ONE();
    right = tablize_larger(bytes, right, tablize_not_negative(bytes, sums[2] + base));
    right = tablize_larger(bytes, right, tablize_not_negative(bytes, sums[3] + base));
    sums[0] = tablize_count_steps(bytes, left, shift, levels);
    sums[1] = tablize_count_steps(bytes, right, shift, levels);
  }
  tablize_put_words(stage, block, sums);
  return step;
}

/* The sums of the lanes at a position, 0 where they are negative: lanes 0 and 2, lanes 1 and 3. */
typedef struct {
  uint32_t even, odd;
} tablize_reached_t;

TABLIZE_INLINE tablize_reached_t tablize_reached(tablize_level_sums_kind_t kind, const tablize_word_t *run, tablize_pair_t base)
{
  const uint32_t even = kind.even(run);
  tablize_reached_t reached;
  reached.even = tablize_not_negative(tablize_halves, even + base);
  reached.odd = tablize_not_negative(tablize_halves, kind.odd(run) - (kind.odd_from_all ? even >> 16 << 8 : 0) + base);
  return reached;
}

TABLIZE_INLINE tablize_reached_t tablize_larger_reached(tablize_reached_t a, tablize_reached_t b)
{
  a.even = tablize_larger(tablize_halves, a.even, b.even);
  a.odd = tablize_larger(tablize_halves, a.odd, b.odd);
  return a;
}

TABLIZE_INLINE tablize_word_t tablize_indices(tablize_level_sums_kind_t kind, tablize_reached_t reached, uint8_t shift)
{
  const uint32_t levels = (uint32_t)kind.rule.levels << 16 | kind.rule.levels;
  return tablize_count_steps(tablize_halves, reached.even, shift, levels) | tablize_count_steps(tablize_halves, reached.odd, shift, levels) << 8;
}

/* The same of a filter whose sums need 16 bits. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_stepped_halves(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const tablize_block_t *block, const TABLIZE_FLASH uint8_t *step, tablize_pair_t base, uint8_t shift, tablize_word_t *runs)
{
  tablize_word_t indices[TABLIZE_BLOCK];
  if (kind.pool == 1) {
    step = tablize_runs(stage, kind, step, block->place, runs);
    indices[0] = tablize_indices(kind, tablize_reached(kind, runs, base), shift);
    TABLIZE_ONE_BY_ONE();
    indices[1] = tablize_indices(kind, tablize_reached(kind, runs + 1, base), shift);
    TABLIZE_ONE_BY_ONE();
    indices[2] = tablize_indices(kind, tablize_reached(kind, runs + 2, base), shift);
    TABLIZE_ONE_BY_ONE();
    indices[3] = tablize_indices(kind, tablize_reached(kind, runs + 3, base), shift);
  } else {
    tablize_reached_t left, right;
    (void)tablize_runs(stage, kind, step, block->place, runs);
    left = tablize_larger_reached(tablize_reached(kind, runs, base), tablize_reached(kind, runs + 1, base));
    TABLIZE_ONE_BY_ONE();
    right = tablize_larger_reached(tablize_reached(kind, runs + 2, base), tablize_reached(kind, runs + 3, base));
    step = tablize_runs(stage, kind, step, block->place + stage->row_words, runs);
    left = tablize_larger_reached(left, tablize_reached(kind, runs, base));
    left = tablize_larger_reached(left, tablize_reached(kind, runs + 1, base));
    TABLIZE_ONE_BY_ONE();
    right = tablize_larger_reached(right, tablize_reached(kind, runs + 2, base));
    right = tablize_larger_reached(right, tablize_reached(kind, runs + 3, base));
    indices[0] = tablize_indices(kind, left, shift);
    indices[1] = tablize_indices(kind, right, shift);
  }
  tablize_put_words(stage, block, indices);
  return step;
}

TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_stepped_block(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const tablize_block_t *block, const tablize_cursor_t *cursor, tablize_word_t *runs)
{
  const uint8_t shift = *cursor->shift;
  if (kind.chain != 0 && (shift & TABLIZE_WIDE) == 0) {
    return tablize_stepped_bytes(stage, kind, block, cursor->step, *cursor->base, shift);
  }
  return kind.wide ? tablize_stepped_halves(stage, kind, block, cursor->step, *cursor->base, shift & (TABLIZE_WIDE - 1), runs) : cursor->step;
}
#endif

#endif
