/*
 * Pairs: two products per lookup, for any product table.
 *
 * A code stands for the weights of two neighbouring outputs; the table has a word per activation and code, which holds both
 * products. Sums of two outputs are so added at once, in the halves of a word: offsets make them unsigned, and what one half
 * carries into the other on the way is gone again in the end. Products of the commonest activation are in the offsets as
 * well, and the table holds differences to them, so an input with that activation costs nothing.
 *
 * The codes are laid out tile by tile: a tile of outputs keeps its sums in registers while it passes over a list of the inputs that
 * cost something. The list is of some inputs at once, which bounds the RAM that it takes.
 */
#ifndef TABLIZE_PAIRS_H
#define TABLIZE_PAIRS_H

#include "level.h"

/* Pairs of outputs whose sums are kept in registers. */
#define TABLIZE_TILE 4

typedef struct {
  const TABLIZE_FLASH uint32_t *products; /* the pair of products of activation x and code c is products[(x << shift) + c] */
  const TABLIZE_FLASH uint8_t *codes;     /* tile by tile, input by input, pair by pair; times 4 if `scaled` */
  const TABLIZE_FLASH uint32_t *base;     /* pair by pair: what the sums begin with */
  size_t active;        /* offset of room for a list of inputs in the workspace, an element for each that is listed at once */
  size_t sums;          /* offset of room for the sums, a word per pair of all tiles */
  size_t inputs;
  size_t at_once;       /* inputs that are listed at once */
  size_t tile_codes;    /* codes of a tile: inputs x TABLIZE_TILE */
  uint16_t tiles;
  uint16_t outputs;
  uint8_t shift;
  uint8_t common;       /* the activation that costs nothing */
  int32_t least;        /* of the last stage: the logit that a sum of 0 stands for */
  const TABLIZE_FLASH uint8_t *table;       /* an index per bin */
  const TABLIZE_FLASH uint16_t *thresholds; /* output by output */
  tablize_level_rule_t rule;
  bool scaled;
  bool last;
} tablize_pairs_t;

typedef struct {
  size_t input, output;
  tablize_pairs_t pairs;
} tablize_dense_pairs_t;

typedef struct {
  tablize_window_t window;
  size_t output;
  tablize_pairs_t pairs;
} tablize_conv2d_pairs_t;

void tablize_dense_pairs(const TABLIZE_FLASH tablize_dense_pairs_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_conv2d_pairs(const TABLIZE_FLASH tablize_conv2d_pairs_t *stage, uint8_t *workspace, int32_t *logits);

/* Puts out a sum per output; all of them read the same cells. */
void tablize_pairs(const TABLIZE_FLASH tablize_pairs_t *pairs, const uint8_t *cells, uint8_t *workspace, uint8_t *indices, int32_t *logits);

#endif
