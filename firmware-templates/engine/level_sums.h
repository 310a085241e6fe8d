/*
 * Level sums: convolution without a lookup per product, for tables that are exact products.
 *
 * Where every product is (activation x factor of the weight's level), a sum of products is a sum over levels: factor x (sum
 * of the activations whose weight has that level). So a filter is stored as runs, one or more per level: lists of places.
 * The activations at those places are added up, then a handful of shifts and additions per filter weighs the levels' sums.
 * A weight of a level with factor 0 costs nothing.
 *
 * An activation is a byte, so one addition of words serves several lanes: byte j of a word belongs to lane j, which computes
 * the j-th part of the output's rows. A run's sums stay below 256 (a longer run is cut in two); they are widened to pairs of
 * 16 bits to be weighed. A block of positions side by side shares the reading of the runs.
 *
 * These functions are inlined into one function per stage, which brings in the stage's own shifts and additions.
 */
#ifndef TABLIZE_LEVEL_SUMS_H
#define TABLIZE_LEVEL_SUMS_H

#include "level_stage.h"
#include "stepped_block.h"

/* The sum of each lane at one position. */
TABLIZE_INLINE void tablize_weigh(tablize_level_sums_kind_t kind, const tablize_word_t *run, tablize_pair_t base, uint16_t *sums)
{
  const tablize_wide_t weighed = kind.even(run);
  const tablize_pair_t even = (tablize_pair_t)(weighed + base);
#if TABLIZE_LANES == 4
  const tablize_pair_t odd = base + kind.odd(run) - (kind.odd_from_all ? weighed >> 16 << 8 : 0);
  sums[1] = (uint16_t)odd;
  sums[2] = (uint16_t)(even >> 16);
  sums[3] = (uint16_t)(odd >> 16);
#endif
  sums[0] = (uint16_t)even;
}

TABLIZE_INLINE void tablize_put_lanes(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const TABLIZE_FLASH uint16_t *thresholds, const uint16_t *sums, uint8_t lanes, uint8_t *to)
{
  const TABLIZE_FLASH uint8_t *const table = stage->table;
  *to = tablize_level(kind.rule, table, thresholds, sums[0]);
#if TABLIZE_LANES == 4
  {
    const size_t lane = stage->lane_cells;
    if (lanes > 1) {
      to += lane;
      *to = tablize_level(kind.rule, table, thresholds, sums[1]);
    }
    if (lanes > 2) {
      to += lane;
      *to = tablize_level(kind.rule, table, thresholds, sums[2]);
    }
    if (lanes > 3) {
      to += lane;
      *to = tablize_level(kind.rule, table, thresholds, sums[3]);
    }
  }
#else
  (void)lanes;
#endif
}

#if TABLIZE_LANES == 4
/*
 * Puts out a block of narrow sums. In (sum | 0x80) - threshold the highest bit stays where the sum reaches the threshold, so that
 * four lanes are compared at once.
 */
TABLIZE_INLINE void tablize_put_narrow(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const tablize_block_t *block, const tablize_cursor_t *cursor, const tablize_word_t *runs)
{
  const TABLIZE_FLASH uint8_t *threshold = cursor->narrow;
  const tablize_word_t base = *cursor->base;
  const tablize_word_t a = (kind.even(runs) + base) | 0x80808080u;
  const tablize_word_t b = (kind.even(runs + 1) + base) | 0x80808080u;
  const tablize_word_t c = (kind.even(runs + 2) + base) | 0x80808080u;
  const tablize_word_t d = (kind.even(runs + 3) + base) | 0x80808080u;
  tablize_word_t levels[TABLIZE_BLOCK] = {0, 0, 0, 0};
  uint16_t left;
  for (left = kind.rule.threshold_count; left != 0; left--) {
    const tablize_word_t word = tablize_in_all_lanes(*threshold++);
    levels[0] += (a - word) >> 7 & 0x01010101u;
    levels[1] += (b - word) >> 7 & 0x01010101u;
    levels[2] += (c - word) >> 7 & 0x01010101u;
    levels[3] += (d - word) >> 7 & 0x01010101u;
  }
  tablize_put_words(stage, block, levels);
}
#endif

TABLIZE_INLINE void tablize_keep_larger(uint16_t *largest, const uint16_t *sums)
{
  uint8_t lane;
  for (lane = 0; lane != TABLIZE_LANES; lane++) {
    if (sums[lane] > largest[lane]) {
      largest[lane] = sums[lane];
    }
  }
}

/* One filter over one block. `runs` is room for the sums of its runs. */
TABLIZE_INLINE void tablize_filter_block(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const tablize_block_t *block, tablize_cursor_t *cursor, tablize_word_t *runs)
{
  const tablize_pair_t base = *cursor->base;
  const TABLIZE_FLASH uint8_t *step = cursor->step;
  size_t pixel = stage->filters;
  uint8_t *to = block->to;
  uint16_t sums[TABLIZE_LANES];
  uint8_t column;
#if TABLIZE_LANES == 4
  if (kind.rule.levels != 0) {
    cursor->step = tablize_stepped_block(stage, kind, block, cursor, runs);
    cursor->base++;
    cursor->shift++;
    return;
  }
  if (kind.narrow) {
    cursor->step = tablize_runs(stage, kind, step, block->place, runs);
    tablize_put_narrow(stage, kind, block, cursor, runs);
    cursor->base++;
    cursor->narrow += kind.rule.threshold_count;
    return;
  }
#endif
  if (kind.pool == 1) {
    step = tablize_runs(stage, kind, step, block->place, runs);
    for (column = 0; column != block->columns; column++) {
      tablize_weigh(kind, runs + column, base, sums);
      tablize_put_lanes(stage, kind, cursor->thresholds, sums, block->lanes, to);
      TABLIZE_HIDE(pixel);
      to += pixel;
    }
  } else {
    uint16_t largest[TABLIZE_BLOCK / 2][TABLIZE_LANES];
    (void)tablize_runs(stage, kind, step, block->place, runs);
    for (column = 0; column != TABLIZE_BLOCK / 2; column++) {
      tablize_weigh(kind, runs + 2 * column, base, largest[column]);
      tablize_weigh(kind, runs + 2 * column + 1, base, sums);
      tablize_keep_larger(largest[column], sums);
    }
    step = tablize_runs(stage, kind, step, block->place + stage->row_words, runs);
    for (column = 0; column != block->columns; column++) {
      tablize_weigh(kind, runs + 2 * column, base, sums);
      tablize_keep_larger(largest[column], sums);
      tablize_weigh(kind, runs + 2 * column + 1, base, sums);
      tablize_keep_larger(largest[column], sums);
      tablize_put_lanes(stage, kind, cursor->thresholds, largest[column], block->lanes, to);
      TABLIZE_HIDE(pixel);
      to += pixel;
    }
  }
  cursor->step = step;
  cursor->base++;
  cursor->thresholds += kind.rule.threshold_count;
}

/* The lanes that have row `row` within the output. */
TABLIZE_INLINE uint8_t tablize_lanes_of_row(const TABLIZE_FLASH tablize_level_sums_t *stage, uint16_t row)
{
  return (uint8_t)(stage->full_lanes + (row < stage->last_rows ? 1 : 0));
}

TABLIZE_INLINE tablize_cursor_t tablize_first_filter(const TABLIZE_FLASH tablize_level_sums_t *stage)
{
  tablize_cursor_t cursor;
  cursor.step = stage->runs;
  cursor.base = stage->base;
  cursor.thresholds = stage->thresholds;
  cursor.narrow = stage->narrow;
  cursor.shift = stage->shifts;
  return cursor;
}

/* A convolution: all filters read all channels. */
TABLIZE_INLINE void tablize_level_sums_conv2d(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, uint8_t *workspace, tablize_word_t *runs)
{
  const uint8_t in_block = (uint8_t)(TABLIZE_BLOCK / kind.pool);
  uint8_t *row_to = workspace + stage->output;
  size_t row_words = stage->row_words;
  size_t block_cells = stage->block_cells;
  uint16_t row;
  const uint8_t *const input = workspace + stage->input;
  const uint8_t *const border = tablize_border(&stage->packing, input, workspace + stage->border);
  tablize_word_t *const words = (tablize_word_t *)(void *)(workspace + stage->words);
  const tablize_word_t *line = words;
  size_t line_cells = stage->row_line_cells;
  size_t cells = 0;
  uint16_t down = 0;
  if (!kind.by_row) {
    tablize_pack(&stage->packing, 0, 0, input, border, words);
  }
  for (row = 0; row != stage->rows; row++) {
    tablize_block_t block;
    uint16_t left = stage->width;
    if (kind.by_row) {
      tablize_pack(&stage->packing, down, cells, input, border, words);
      down = (uint16_t)(down + stage->row_lines);
      TABLIZE_HIDE(line_cells);
      cells += line_cells;
      line = words;
    }
    block.lanes = tablize_lanes_of_row(stage, row);
    block.place = line;
    block.to = row_to;
    while (left != 0) {
      tablize_cursor_t cursor = tablize_first_filter(stage);
      uint16_t filter;
      block.columns = (uint8_t)(left < in_block ? left : in_block);
      for (filter = stage->filters; filter != 0; filter--) {
        tablize_filter_block(stage, kind, &block, &cursor, runs);
        block.to++;
      }
      block.to += block_cells;
      block.place += TABLIZE_BLOCK;
      left = (uint16_t)(left - block.columns);
    }
    TABLIZE_HIDE(row_words);
    line += row_words;
    if (kind.pool == 2) {
      line += row_words;
    }
    row_to += stage->row_cells;
  }
}

/* A depthwise convolution: filter f reads channel f, and the room for words holds a group of channels at a time. */
TABLIZE_INLINE void tablize_level_sums_depthwise(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, uint8_t *workspace, tablize_word_t *runs)
{
  tablize_word_t *const words = (tablize_word_t *)(void *)(workspace + stage->words);
  const uint8_t *input = workspace + stage->input;
  const uint8_t *const border = tablize_border(&stage->packing, input, workspace + stage->border);
  uint8_t *output = workspace + stage->output;
  const tablize_word_t *channel = words;
  size_t channel_words = stage->packing.channel_words;
  size_t row_words = stage->row_words;
  size_t block_cells = stage->block_cells;
  tablize_cursor_t cursor = tablize_first_filter(stage);
  uint16_t in_group = 0;
  uint16_t filter;
  for (filter = stage->filters; filter != 0; filter--) {
    const tablize_word_t *line;
    uint8_t *row_to = output;
    tablize_cursor_t next = cursor;
    uint16_t row;
    if (in_group == 0) {
      in_group = stage->group;
      tablize_pack(&stage->packing, 0, 0, input, border, words);
      input += in_group;
      channel = words;
    }
    line = channel;
    for (row = 0; row != stage->rows; row++) {
      tablize_block_t block;
      uint16_t left = stage->width;
      block.lanes = tablize_lanes_of_row(stage, row);
      block.place = line;
      block.to = row_to;
      while (left != 0) {
        next = cursor;
        block.columns = (uint8_t)(left < TABLIZE_BLOCK ? left : TABLIZE_BLOCK);
        tablize_filter_block(stage, kind, &block, &next, runs);
        TABLIZE_HIDE(block_cells);
        block.to += block_cells;
        block.place += TABLIZE_BLOCK;
        left = (uint16_t)(left - block.columns);
      }
      TABLIZE_HIDE(row_words);
      line += row_words;
      row_to += stage->row_cells;
    }
    cursor = next;
    TABLIZE_HIDE(channel_words);
    channel += channel_words;
    in_group--;
    output++;
  }
}

#if TABLIZE_LANES == 1
/* A dense stage: a word is an activation, so nothing is packed, and there is one position. */
TABLIZE_INLINE void tablize_level_sums_dense(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, uint8_t *workspace, tablize_word_t *runs)
{
  const uint8_t *const input = workspace + stage->input;
  uint8_t *output = workspace + stage->output;
  tablize_cursor_t cursor = tablize_first_filter(stage);
  uint16_t filter;
  for (filter = stage->filters; filter != 0; filter--) {
    uint16_t sums[TABLIZE_LANES];
    uint8_t run;
    const TABLIZE_FLASH uint8_t *const start = stage->starts;
    for (run = 0; run != kind.runs; run++) {
      cursor.step = tablize_run_1(cursor.step, tablize_start(kind, start + run, input), runs + TABLIZE_BLOCK * run);
    }
    tablize_weigh(kind, runs, *cursor.base, sums);
    *output++ = tablize_level(kind.rule, stage->table, cursor.thresholds, sums[0]);
    cursor.base++;
    cursor.thresholds += kind.rule.threshold_count;
  }
}
#endif

#endif
