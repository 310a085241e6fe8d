/*
 * The table engine: a quantized network by lookups and additions of integers.
 *
 * A tensor is an array of activation indices, one byte each, [height][width][channels], in the workspace that the
 * caller gives. A stage is a constant that names its tensors by their offsets in the workspace.
 *
 * There is no multiplication, not even one that the compiler would make of an address: sizes and strides are
 * precomputed, and a pointer that moves by a stride dies with the loop that moves it (a compiler that wants its
 * final value would multiply the stride by the number of rounds).
 *
 * No sum can overflow: engine_config.h derives tablize_sum_t from bounds that are proven for every picture.
 */
#ifndef TABLIZE_ENGINE_H
#define TABLIZE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine_config.h"

/*
 * Constants stay in flash, also where flash has an address space of its own: TABLIZE_CONSTANT defines one, TABLIZE_FLASH
 * qualifies what a pointer to it points to, TABLIZE_ADDRESS makes such a pointer.
 */
#if defined(__AVR__) && defined(__clang__)
/* Not address_space(1) as well: clang would halve its address in an initializer, as it must for functions. */
#define TABLIZE_CONSTANT __attribute__((section(".progmem.data")))
#define TABLIZE_FLASH __attribute__((address_space(1)))
#define TABLIZE_ADDRESS(constant) ((const TABLIZE_FLASH void *)(constant))
#elif defined(__AVR__)
#define TABLIZE_CONSTANT __flash
#define TABLIZE_FLASH __flash
#define TABLIZE_ADDRESS(constant) (constant)
#else
#define TABLIZE_CONSTANT
#define TABLIZE_FLASH
#define TABLIZE_ADDRESS(constant) (constant)
#endif

/*
 * Hides from the compiler what it knows of an offset, because it would multiply: a stride that stays the same, when it
 * unrolls the loop; on AVR a byte, by the size of the elements that it indexes.
 */
#if defined(__GNUC__)
#define TABLIZE_HIDE(offset) __asm__("" : "+r"(offset))
#else
#define TABLIZE_HIDE(offset) ((void)(offset))
#endif

/* A function that is compiled anew for each of its callers, which know some of its arguments. */
#if defined(__GNUC__)
#define TABLIZE_INLINE static inline __attribute__((always_inline))
#else
#define TABLIZE_INLINE static inline
#endif

/* A function that is compiled by itself where registers are few, so that its loop has all of them. */
#if defined(__GNUC__) && defined(__thumb__) && !defined(__thumb2__)
#define TABLIZE_APART __attribute__((noinline))
#else
#define TABLIZE_APART
#endif

/* The type of something that is kept in the workspace, whose declared type is another. */
#if defined(__GNUC__)
#define TABLIZE_MAY_ALIAS __attribute__((may_alias))
#else
#define TABLIZE_MAY_ALIAS
#endif

/* An index into elements that are larger than a byte. */
static inline size_t tablize_index(uint8_t index)
{
  size_t wide = index;
  TABLIZE_HIDE(wide);
  return wide;
}

/* An accumulator, and an entry of a product table. */
typedef TABLIZE_SUM_TYPE tablize_sum_t;
typedef TABLIZE_PRODUCT_TYPE tablize_product_t;

/* ---- From an accumulator to the next stage's activation index ---- */

typedef enum {
  TABLIZE_LOGITS,     /* none: the accumulator is a logit */
  TABLIZE_SHIFT_TABLE, /* table[clamp((sum + offset) >> shift)] */
  TABLIZE_THRESHOLDS  /* how many of the channel's thresholds are <= sum */
} tablize_requantize_kind_t;

typedef struct {
  uint8_t kind;
  uint8_t shift;
  uint16_t last_bin;
  tablize_sum_t offset;
  const TABLIZE_FLASH uint8_t *table;            /* an index per bin */
  const TABLIZE_FLASH tablize_sum_t *thresholds; /* ascending, channel by channel */
  const TABLIZE_FLASH uint8_t *counts;           /* thresholds per channel */
  uint16_t channels;
} tablize_requantize_t;

/* Where a stage's results go, element by element, channels innermost. */
typedef struct {
  const TABLIZE_FLASH tablize_requantize_t *requantize;
  uint8_t *indices;
  int32_t *logits;
  const TABLIZE_FLASH tablize_sum_t *thresholds; /* of the channel that comes next */
  const TABLIZE_FLASH uint8_t *counts;
  uint16_t channels_left;
} tablize_output_t;

tablize_output_t tablize_output(const TABLIZE_FLASH tablize_requantize_t *requantize, uint8_t *indices, int32_t *logits);
void tablize_put(tablize_output_t *output, tablize_sum_t sum);

/* ---- Sums of products, each product a lookup ---- */

typedef struct {
  /* The product of activation x and weight code w is products[(w << shift) + x]. */
  const TABLIZE_FLASH tablize_product_t *products;
  const TABLIZE_FLASH uint8_t *weights;    /* filter by filter */
  const TABLIZE_FLASH tablize_sum_t *bias; /* one per filter */
  size_t inputs;                           /* weights per filter */
  uint16_t filters;
  uint8_t shift;
} tablize_filters_t;

/* Puts one sum per filter; all filters read the same cells. */
void tablize_filter(const TABLIZE_FLASH tablize_filters_t *filters, const uint8_t *cells, tablize_output_t *output);

/* ---- A window that slides over a tensor ---- */

typedef struct {
  size_t input;           /* offset of the tensor in the workspace */
  size_t patch;           /* offset of room for the cells of one window */
  ptrdiff_t height, width; /* of the tensor */
  size_t channels;
  uint16_t rows, columns; /* positions of the window */
  uint8_t window_height, window_width;
  uint8_t stride_y, stride_x;
  ptrdiff_t top, left;   /* of the first window; negative in the padding */
  ptrdiff_t corner;      /* offset of that place in the tensor */
  ptrdiff_t line;        /* cells of a line of the tensor */
  ptrdiff_t line_step;   /* cells from one row of positions to the next */
  ptrdiff_t column_step; /* cells from one position to the next */
  size_t run;            /* cells of a line of the window */
  size_t size;           /* cells of the window */
  bool pads;             /* whether cells outside the tensor read as `padding`; else they are left out */
  uint8_t padding;
} tablize_window_t;

/* The patch holds the cells under the window, [y][x][channel], densely: copied into a room, or where they are, if that is dense. */
typedef struct {
  const TABLIZE_FLASH tablize_window_t *window;
  const uint8_t *input;
  const uint8_t *patch;
  uint8_t *room;
  size_t size; /* cells in the patch */
  ptrdiff_t y, x;
  ptrdiff_t line_start, cell; /* offsets of the row of positions and of the window, may be negative */
  uint16_t rows_left, columns_left;
} tablize_slide_t;

tablize_slide_t tablize_slide(const TABLIZE_FLASH tablize_window_t *window, uint8_t *workspace);
/* The patch at the next position, row by row; false when there is none. */
bool tablize_slide_next(tablize_slide_t *slide);

/* ---- Stages ---- */

typedef struct {
  size_t input, output;
  tablize_filters_t filters;
  tablize_requantize_t requantize;
} tablize_dense_t;

typedef struct {
  tablize_window_t window;
  size_t output;
  tablize_filters_t filters;
  tablize_requantize_t requantize;
} tablize_conv2d_t;

typedef struct {
  tablize_window_t window;
  size_t output;
  tablize_filters_t filters; /* one per channel, `inputs` cells of the window each */
  tablize_requantize_t requantize;
} tablize_depthwise_t;

typedef struct {
  tablize_window_t window;
  size_t output;
} tablize_max_pool_t;

typedef struct {
  tablize_window_t window;
  size_t output;
  const TABLIZE_FLASH tablize_sum_t *values; /* one per activation index */
  tablize_requantize_t requantize;
} tablize_average_pool_t;

typedef struct {
  size_t input; /* offset in the workspace */
  const TABLIZE_FLASH tablize_sum_t *values;
} tablize_addend_t;

typedef struct {
  size_t output;
  size_t elements;
  const TABLIZE_FLASH tablize_addend_t *addends;
  uint8_t addend_count;
  tablize_requantize_t requantize;
} tablize_add_t;

typedef struct {
  size_t input;    /* offset in the workspace */
  size_t elements; /* of the input */
  size_t channels;
  size_t output; /* offset in the workspace of its first channel in the output */
  const TABLIZE_FLASH uint8_t *table;
} tablize_part_t;

typedef struct {
  const TABLIZE_FLASH tablize_part_t *parts;
  uint8_t part_count;
  size_t channels; /* of the output */
} tablize_concat_t;

void tablize_dense(const TABLIZE_FLASH tablize_dense_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_conv2d(const TABLIZE_FLASH tablize_conv2d_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_depthwise(const TABLIZE_FLASH tablize_depthwise_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_max_pool(const TABLIZE_FLASH tablize_max_pool_t *stage, uint8_t *workspace);
void tablize_average_pool(const TABLIZE_FLASH tablize_average_pool_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_add(const TABLIZE_FLASH tablize_add_t *stage, uint8_t *workspace, int32_t *logits);
void tablize_concat(const TABLIZE_FLASH tablize_concat_t *stage, uint8_t *workspace);

/* ---- The ends of the network ---- */

/* Pixel bytes to activation indices; `pixels` may be `indices`. */
void tablize_load(const TABLIZE_FLASH uint8_t *table, const uint8_t *pixels, uint8_t *indices, size_t count);

/*
 * Unpacks indices of 1 to 8 bits, the first in the lowest bits of the first byte. `end` is behind the last byte, of which the lowest
 * `used` bits, 1 to 8, hold indices. The packed bytes may begin where `indices` do.
 * An index beyond `largest` becomes `largest`: noise on the line never leads out of a table.
 */
void tablize_load_packed(const uint8_t *end, uint8_t *indices, size_t count, uint8_t bits, uint8_t used, uint8_t largest);

/* The position of the first largest logit. */
uint16_t tablize_label(const int32_t *logits, uint16_t count);

#endif
