#include "pack.h"

/* Lines of the tensor, one per lane. */
typedef const uint8_t *lanes_t[TABLIZE_LANES];

/* Packs cells that lie `cell_step` apart into words that lie `word_step` apart. */
static void pack_cells(const lanes_t lanes, size_t cell, size_t cell_step, size_t count, tablize_word_t *to, size_t word_step)
{
  const uint8_t *const a = lanes[0];
#if TABLIZE_LANES == 4
  const uint8_t *const b = lanes[1];
  const uint8_t *const c = lanes[2];
  const uint8_t *const d = lanes[3];
#endif
  for (; count != 0; count--) {
#if TABLIZE_LANES == 4
    *to = a[cell] | (tablize_word_t)b[cell] << 8 | (tablize_word_t)c[cell] << 16 | (tablize_word_t)d[cell] << 24;
#else
    *to = a[cell];
#endif
    TABLIZE_HIDE(cell_step);
    TABLIZE_HIDE(word_step);
    cell += cell_step;
    to += word_step;
  }
}

#if TABLIZE_LANES == 4 && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PACKS_QUADS

typedef uint32_t TABLIZE_MAY_ALIAS quad_t;

/* The same of neighbouring cells, four at once: each line begins at a multiple of four bytes, and four divides `count`. */
static void pack_quads(const lanes_t lanes, size_t cell, size_t count, tablize_word_t *to, size_t word_step)
{
  const quad_t *a = (const quad_t *)(const void *)(lanes[0] + cell);
  const quad_t *b = (const quad_t *)(const void *)(lanes[1] + cell);
  const quad_t *c = (const quad_t *)(const void *)(lanes[2] + cell);
  const quad_t *d = (const quad_t *)(const void *)(lanes[3] + cell);
  const quad_t *const end = a + (count >> 2);
  while (a != end) {
    /* Cells 0 and 2, cells 1 and 3, of two lanes each. */
    const uint32_t even_ab = TABLIZE_EVEN(*a) | TABLIZE_EVEN(*b) << 8;
    const uint32_t odd_ab = TABLIZE_ODD(*a) | TABLIZE_ODD(*b) << 8;
    const uint32_t even_cd = TABLIZE_EVEN(*c) | TABLIZE_EVEN(*d) << 8;
    const uint32_t odd_cd = TABLIZE_ODD(*c) | TABLIZE_ODD(*d) << 8;
    TABLIZE_HIDE(word_step);
    *to = (even_ab & 0xffffu) | even_cd << 16;
    to += word_step;
    *to = (odd_ab & 0xffffu) | odd_cd << 16;
    to += word_step;
    *to = even_ab >> 16 | (even_cd & 0xffff0000u);
    to += word_step;
    *to = odd_ab >> 16 | (odd_cd & 0xffff0000u);
    to += word_step;
    a++;
    b++;
    c++;
    d++;
  }
}

static bool are_quads(const lanes_t lanes, size_t cell, size_t count)
{
  return (((uintptr_t)lanes[0] | (uintptr_t)lanes[1] | (uintptr_t)lanes[2] | (uintptr_t)lanes[3] | cell | count) & 3) == 0;
}
#endif

static void pack_channels(const lanes_t lanes, size_t cell, size_t count, tablize_word_t *to, size_t word_step)
{
#ifdef PACKS_QUADS
  if (are_quads(lanes, cell, count)) {
    pack_quads(lanes, cell, count, to, word_step);
    return;
  }
#endif
  pack_cells(lanes, cell, 1, count, to, word_step);
}

/* Fills `count` columns of every channel. */
static void fill(tablize_word_t *first, uint16_t count, uint16_t channels, size_t channel_words, tablize_word_t word)
{
  for (; count != 0; count--) {
    tablize_word_t *to = first;
    uint16_t left;
    for (left = channels; left != 0; left--) {
      *to = word;
      TABLIZE_HIDE(channel_words);
      to += channel_words;
    }
    first++;
  }
}

static void pack_phase(const TABLIZE_FLASH tablize_packing_t *packing, const TABLIZE_FLASH tablize_phase_t *phase, const lanes_t lanes, tablize_word_t *to)
{
  /* All that is read of flash is read here: gcc 5 for AVR takes it from RAM where it reads it again later. */
  const uint16_t channels = packing->channels;
  const uint16_t before = phase->before;
  const uint16_t inside = phase->inside;
  const uint16_t after = phase->after;
  const uint8_t padding_byte = packing->padding;
  size_t column_cells = packing->column_cells;
  size_t channel_words = packing->channel_words;
  tablize_word_t *first = to + before;
  size_t cell = phase->cell;
  uint16_t left;
  /* The longer of the two loops is the inner one. */
  if (channels > inside) {
    for (left = inside; left != 0; left--) {
      pack_channels(lanes, cell, channels, first, channel_words);
      TABLIZE_HIDE(column_cells);
      cell += column_cells;
      first++;
    }
  } else {
    for (left = channels; left != 0; left--) {
      pack_cells(lanes, cell, column_cells, inside, first, 1);
      TABLIZE_HIDE(channel_words);
      first += channel_words;
      cell++;
    }
  }
  if ((before | after) != 0) {
#if TABLIZE_LANES == 4
    const tablize_word_t padding = tablize_in_all_lanes(padding_byte);
#else
    const tablize_word_t padding = padding_byte;
#endif
    fill(to, before, channels, channel_words, padding);
    fill(to + before + inside, after, channels, channel_words, padding);
  }
}

void tablize_pack(const TABLIZE_FLASH tablize_packing_t *packing, uint16_t down, size_t cells, const uint8_t *input, const uint8_t *border, tablize_word_t *words)
{
  const ptrdiff_t height = packing->height;
  ptrdiff_t line_cells = packing->line_cells;
  size_t line_words = packing->line_words;
  ptrdiff_t y = packing->top + (ptrdiff_t)down;
  ptrdiff_t cell = packing->first_cell + (ptrdiff_t)cells;
  uint16_t lines;
  for (lines = packing->lines; lines != 0; lines--) {
    ptrdiff_t lane_lines = packing->lane_lines;
    ptrdiff_t lane_cells = packing->lane_cells;
    const TABLIZE_FLASH tablize_phase_t *phase = packing->phases;
    tablize_word_t *to = words;
    ptrdiff_t lane_y = y;
    ptrdiff_t lane_cell = cell;
    lanes_t lanes;
    uint8_t lane;
    uint8_t left;
    for (lane = 0; lane != TABLIZE_LANES; lane++) {
      lanes[lane] = lane_y >= 0 && lane_y < height ? input + lane_cell : border;
      TABLIZE_HIDE(lane_lines);
      TABLIZE_HIDE(lane_cells);
      lane_y += lane_lines;
      lane_cell += lane_cells;
    }
    for (left = packing->phase_count; left != 0; left--) {
      pack_phase(packing, phase, lanes, to);
      to += packing->columns;
      phase++;
    }
    y++;
    TABLIZE_HIDE(line_cells);
    TABLIZE_HIDE(line_words);
    cell += line_cells;
    words += line_words;
  }
}

const uint8_t *tablize_border(const TABLIZE_FLASH tablize_packing_t *packing, const uint8_t *input, uint8_t *room)
{
  const size_t cells = packing->border_cells;
  const uint8_t padding = packing->padding;
  size_t cell;
  for (cell = 0; cell != cells; cell++) {
    room[cell] = padding;
  }
  /* Lanes beyond the output read lines beyond the tensor, and nothing is made of it: any line of cells will do. */
  return cells == 0 ? input : room;
}
