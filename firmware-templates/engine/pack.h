/* Packing: from a tensor to words of an activation per lane. */
#ifndef TABLIZE_PACK_H
#define TABLIZE_PACK_H

#include "words.h"

/* The columns of words of one phase: some of padding, then cells of the tensor, then padding again. */
typedef struct {
  size_t cell; /* of a line of the tensor, the first that is packed */
  uint16_t before, inside, after;
} tablize_phase_t;

/*
 * words[line][channel][phase][column]: there are as many phases as the stride to the right, so that the cells which
 * neighbouring positions read at one place of the filter are neighbours.
 */
typedef struct {
  ptrdiff_t height;     /* of the tensor */
  ptrdiff_t top;        /* its line that comes first; negative in the padding */
  ptrdiff_t line_cells; /* of the tensor */
  ptrdiff_t first_cell; /* of the line that comes first */
  ptrdiff_t lane_lines, lane_cells; /* from one lane's first line to the next lane's */
  size_t column_cells;  /* from one column of words to the next */
  uint16_t channels;    /* to be packed */
  size_t channel_words; /* from one channel to the next */
  size_t line_words;    /* from one line to the next */
  uint16_t lines;
  uint8_t phase_count;
  uint16_t columns;     /* of words per phase */
  const TABLIZE_FLASH tablize_phase_t *phases;
  uint8_t padding;
  size_t border_cells; /* of a line of padding; 0 where no window reaches above or below the tensor */
} tablize_packing_t;

/*
 * Packs from `down` lines below the first one on, which are `cells` cells. `border` is a line of padding; not read where no
 * window reaches above or below the tensor.
 */
void tablize_pack(const TABLIZE_FLASH tablize_packing_t *packing, uint16_t down, size_t cells, const uint8_t *input, const uint8_t *border, tablize_word_t *words);

/* The line of padding, filled: in `room`, or any line of the tensor where none is needed. */
const uint8_t *tablize_border(const TABLIZE_FLASH tablize_packing_t *packing, const uint8_t *input, uint8_t *room);

#endif
