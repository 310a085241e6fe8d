/* A stage that is computed by level sums (level_sums.h), and the sums of its runs. */
#ifndef TABLIZE_LEVEL_STAGE_H
#define TABLIZE_LEVEL_STAGE_H

#include "level.h"
#include "pack.h"
#include "signed_runs.h"

/*
 * value << places. clang, and gcc where multiplications are cheap, would make one of a sum of shifts of one value, unless they take
 * them for different ones.
 */
#if defined(__clang__) || defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
static inline tablize_wide_t tablize_shl(tablize_wide_t value, uint8_t places)
{
  /* Volatile: each of them is another one. */
  __asm__ volatile("" : "+r"(value));
  return value << places;
}
#define TABLIZE_SHL(value, places) tablize_shl(value, places)
#else
#define TABLIZE_SHL(value, places) ((value) << (places))
#endif

typedef struct {
  size_t input, output; /* offsets of the tensors in the workspace */
  size_t words;         /* offset of room for the packed input */
  size_t border;        /* offset of room for a line of padding */
  tablize_packing_t packing;

  /* Of the output, whose rows are those of the pooled positions if there is pooling. */
  uint16_t rows;       /* per lane */
  uint16_t last_rows;  /* `full_lanes` lanes have all of them within the output, the next one has so many */
  uint8_t full_lanes;
  uint16_t width;
  uint16_t filters;
  uint16_t group; /* of a depthwise convolution: channels that are packed at once */
  size_t row_cells, lane_cells;
  size_t block_cells; /* from the end of a block's filters to the next block */

  size_t row_words;   /* from one row of positions to the next */
  size_t row_line_cells;
  uint16_t row_lines; /* lines (and cells) of the input from one row of the output to the next, if packed by row */

  /* Filter by filter, run by run: how many places, then the step to each from the one before. */
  const TABLIZE_FLASH uint8_t *runs;
  /* Run by run: the segment, of 256 units, at whose beginning the first step starts. */
  const TABLIZE_FLASH uint8_t *starts;
  const TABLIZE_FLASH tablize_pair_t *base; /* per filter: what its sums begin with, in both halves */
  const TABLIZE_FLASH uint8_t *table;       /* an index per bin */
  const TABLIZE_FLASH uint16_t *thresholds; /* filter by filter */
  const TABLIZE_FLASH uint8_t *narrow;      /* thresholds of narrow sums */
  const TABLIZE_FLASH uint8_t *shifts;      /* per filter: the steps between its thresholds are 2^shift */
} tablize_level_sums_t;

/* What is known of a stage when it is compiled. */
typedef struct {
  uint8_t runs; /* per filter */
  uint8_t pool; /* 2: of 2 x 2 positions the largest is put out; 1: each is */
  bool narrow;  /* weighed sums fit 7 bits: four of them stay in a word, and are compared with thresholds */
  uint8_t chain; /* of steps: runs of a narrow filter, each of which doubles the sums before; 0: there is no such filter */
  bool wide;     /* of steps: there are filters that are not narrow */
  uint8_t unit; /* a step is a multiple of 2^unit words */
  bool by_row;  /* the room for words holds what one row of the output reads, not all */
  bool whole;   /* every run starts where the window begins */
  bool signed_runs; /* a run is two lists: what is taken away, what is added */
  bool odd_from_all; /* weighed sums of lanes 1 and 3 have those of lane 2 in them, 256 times */
  tablize_word_t ground; /* what the sums of a signed run begin with */
  tablize_level_rule_t rule;
  /* The sums of a position, weighed: of lanes 0 and 2, of lanes 1 and 3; of all lanes, if narrow. run[TABLIZE_BLOCK * k] is that
   * of run k. */
  tablize_pair_t (*even)(const tablize_word_t *run);
  tablize_pair_t (*odd)(const tablize_word_t *run);
} tablize_level_sums_kind_t;

/* What is to be read next of what a stage has per filter. */
typedef struct {
  const TABLIZE_FLASH uint8_t *step;
  const TABLIZE_FLASH tablize_pair_t *base;
  const TABLIZE_FLASH uint16_t *thresholds;
  const TABLIZE_FLASH uint8_t *narrow;
  const TABLIZE_FLASH uint8_t *shift;
} tablize_cursor_t;

/* A block of positions: where its cells begin and where its indices go. */
typedef struct {
  const tablize_word_t *place;
  uint8_t *to;
  uint8_t columns, lanes; /* of the output that lie within it */
} tablize_block_t;

/* Where the places of a run are counted from. */
TABLIZE_INLINE const tablize_word_t *tablize_start(tablize_level_sums_kind_t kind, const TABLIZE_FLASH uint8_t *start, const tablize_word_t *window)
{
  return kind.whole ? window : window + ((size_t)*start << (8 + kind.unit));
}

/* Adds up all runs of a filter over a block; returns where the next filter's begin. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_runs(const TABLIZE_FLASH tablize_level_sums_t *stage, tablize_level_sums_kind_t kind, const TABLIZE_FLASH uint8_t *step, const tablize_word_t *window, tablize_word_t *to)
{
  const TABLIZE_FLASH uint8_t *const start = stage->starts;
  uint8_t run;
  if (kind.whole && kind.signed_runs) {
    return tablize_signed_runs(step, kind.runs, kind.unit, window, kind.ground, to);
  }
  for (run = 0; run != kind.runs; run++) {
    const tablize_word_t *const place = tablize_start(kind, start + run, window);
    step = kind.signed_runs ? tablize_signed_run(step, place, kind.unit, kind.ground, to) : tablize_run(step, place, kind.unit, to);
    to += TABLIZE_BLOCK;
  }
  return step;
}

#endif
