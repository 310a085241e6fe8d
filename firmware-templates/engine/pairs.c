#include "pairs.h"

/* An input whose activation is not the common one. */
typedef struct {
  uint16_t code;    /* offset of its codes in a tile */
  uint16_t product; /* offset of its row in the table */
} TABLIZE_MAY_ALIAS active_t;

static active_t *list_active(const TABLIZE_FLASH tablize_pairs_t *pairs, const uint8_t *cells, active_t *active)
{
  const uint8_t *const end = cells + pairs->inputs;
  const uint8_t common = pairs->common;
  const uint8_t shift = pairs->shift;
  uint16_t code = 0;
  while (cells != end) {
    const uint8_t activation = *cells++;
    if (activation != common) {
      active->code = code;
      active->product = (uint16_t)((uint16_t)activation << shift);
      active++;
    }
    code = (uint16_t)(code + TABLIZE_TILE);
  }
  return active;
}

/* The sums of a tile. */
typedef struct {
  uint32_t a, b, c, d;
} tile_t;

/* The pair of products of a code: its place in the row, in bytes if `scaled`. */
TABLIZE_INLINE uint32_t pair_of(const TABLIZE_FLASH uint32_t *row, uint8_t code, bool scaled)
{
  return scaled ? *(const TABLIZE_FLASH uint32_t *)(const TABLIZE_FLASH void *)((const TABLIZE_FLASH uint8_t *)row + code) : row[code];
}

TABLIZE_INLINE tile_t add_active(tile_t sums, const active_t *input, const active_t *end, const TABLIZE_FLASH uint8_t *codes, const TABLIZE_FLASH uint32_t *products, bool scaled)
{
  for (; input != end; input++) {
    const TABLIZE_FLASH uint8_t *const code = codes + input->code;
    const TABLIZE_FLASH uint32_t *const row = products + input->product;
    sums.a += pair_of(row, code[0], scaled);
    sums.b += pair_of(row, code[1], scaled);
    sums.c += pair_of(row, code[2], scaled);
    sums.d += pair_of(row, code[3], scaled);
  }
  return sums;
}

void tablize_pairs(const TABLIZE_FLASH tablize_pairs_t *pairs, const uint8_t *cells, uint8_t *workspace, uint8_t *indices, int32_t *logits)
{
  active_t *const active = (active_t *)(void *)(workspace + pairs->active);
  const active_t *const end = list_active(pairs, cells, active);
  const TABLIZE_FLASH uint32_t *const products = pairs->products;
  const TABLIZE_FLASH uint8_t *codes = pairs->codes;
  const TABLIZE_FLASH uint32_t *base = pairs->base;
  const TABLIZE_FLASH uint16_t *thresholds = pairs->thresholds;
  const tablize_level_rule_t rule = pairs->rule;
  size_t tile_codes = pairs->tile_codes;
  uint16_t left = pairs->outputs;
  for (;;) {
    tile_t tile;
    uint32_t sums[TABLIZE_TILE];
    const uint32_t *sum = sums;
    uint8_t half;
    tile.a = base[0];
    tile.b = base[1];
    tile.c = base[2];
    tile.d = base[3];
    base += TABLIZE_TILE;
    tile = pairs->scaled ? add_active(tile, active, end, codes, products, true) : add_active(tile, active, end, codes, products, false);
    sums[0] = tile.a;
    sums[1] = tile.b;
    sums[2] = tile.c;
    sums[3] = tile.d;
    for (half = 0; half != 2 * TABLIZE_TILE; half++) {
      const uint16_t value = (uint16_t)((half & 1u) == 0 ? *sum : *sum++ >> 16);
      if (pairs->last) {
        *logits++ = (int32_t)value + pairs->least;
      } else {
        *indices++ = tablize_level(rule, pairs->table, thresholds, value);
        thresholds += rule.threshold_count;
      }
      left--;
      if (left == 0) {
        return;
      }
    }
    TABLIZE_HIDE(tile_codes);
    codes += tile_codes;
  }
}

void tablize_dense_pairs(const TABLIZE_FLASH tablize_dense_pairs_t *stage, uint8_t *workspace, int32_t *logits)
{
  tablize_pairs(&stage->pairs, workspace + stage->input, workspace, workspace + stage->output, logits);
}

void tablize_conv2d_pairs(const TABLIZE_FLASH tablize_conv2d_pairs_t *stage, uint8_t *workspace, int32_t *logits)
{
  const uint16_t outputs = stage->pairs.outputs;
  uint8_t *indices = workspace + stage->output;
  tablize_slide_t slide = tablize_slide(&stage->window, workspace);
  while (tablize_slide_next(&slide)) {
    tablize_pairs(&stage->pairs, slide.patch, workspace, indices, logits);
    indices += outputs;
    logits += outputs;
  }
}
