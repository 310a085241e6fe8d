#include "pairs.h"

/* An input whose activation is not the common one. */
typedef struct {
  uint16_t code;    /* offset of its codes in a tile */
  uint16_t product; /* offset of its row in the table */
} TABLIZE_MAY_ALIAS active_t;

static active_t *list_active(const TABLIZE_FLASH tablize_pairs_t *pairs, const uint8_t *cells, const uint8_t *end, active_t *active)
{
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

/* Two sums. */
typedef uint32_t TABLIZE_MAY_ALIAS sums_t;

/* The pair of products of a code: its place in the row, in bytes if `scaled`. */
TABLIZE_INLINE uint32_t pair_of(const TABLIZE_FLASH uint32_t *row, uint8_t code, bool scaled)
{
  return scaled ? *(const TABLIZE_FLASH uint32_t *)(const TABLIZE_FLASH void *)((const TABLIZE_FLASH uint8_t *)row + code) : row[code];
}

/* Adds what the listed inputs give to the sums of a tile. */
TABLIZE_INLINE void add_active(const active_t *input, const active_t *end, const TABLIZE_FLASH uint8_t *codes, const TABLIZE_FLASH uint32_t *products, sums_t *sums, bool scaled)
{
  uint32_t a = sums[0];
  uint32_t b = sums[1];
  uint32_t c = sums[2];
  uint32_t d = sums[3];
  for (; input != end; input++) {
    const TABLIZE_FLASH uint8_t *const code = codes + input->code;
    const TABLIZE_FLASH uint32_t *const row = products + input->product;
    a += pair_of(row, code[0], scaled);
    b += pair_of(row, code[1], scaled);
    c += pair_of(row, code[2], scaled);
    d += pair_of(row, code[3], scaled);
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}

TABLIZE_APART static void add_scaled(const active_t *input, const active_t *end, const TABLIZE_FLASH uint8_t *codes, const TABLIZE_FLASH uint32_t *products, sums_t *sums)
{
  add_active(input, end, codes, products, sums, true);
}

TABLIZE_APART static void add_plain(const active_t *input, const active_t *end, const TABLIZE_FLASH uint8_t *codes, const TABLIZE_FLASH uint32_t *products, sums_t *sums)
{
  add_active(input, end, codes, products, sums, false);
}

static void add_to_tiles(const TABLIZE_FLASH tablize_pairs_t *pairs, const active_t *active, const active_t *end, const TABLIZE_FLASH uint8_t *codes, sums_t *sums)
{
  size_t tile_codes = pairs->tile_codes;
  uint16_t left;
  for (left = pairs->tiles; left != 0; left--) {
    if (pairs->scaled) {
      add_scaled(active, end, codes, pairs->products, sums);
    } else {
      add_plain(active, end, codes, pairs->products, sums);
    }
    sums += TABLIZE_TILE;
    TABLIZE_HIDE(tile_codes);
    codes += tile_codes;
  }
}

static void put_pairs(const TABLIZE_FLASH tablize_pairs_t *pairs, const sums_t *sum, uint8_t *indices, int32_t *logits)
{
  const TABLIZE_FLASH uint16_t *thresholds = pairs->thresholds;
  const tablize_level_rule_t rule = pairs->rule;
  const uint16_t outputs = pairs->outputs;
  uint16_t output;
  for (output = 0; output != outputs; output++) {
    const uint16_t value = (uint16_t)((output & 1u) == 0 ? *sum : *sum++ >> 16);
    if (pairs->last) {
      *logits++ = (int32_t)value + pairs->least;
    } else {
      *indices++ = tablize_level(rule, pairs->table, thresholds, value);
      thresholds += rule.threshold_count;
    }
  }
}

void tablize_pairs(const TABLIZE_FLASH tablize_pairs_t *pairs, const uint8_t *cells, uint8_t *workspace, uint8_t *indices, int32_t *logits)
{
  active_t *const active = (active_t *)(void *)(workspace + pairs->active);
  sums_t *const sums = (sums_t *)(void *)(workspace + pairs->sums);
  const sums_t *const sums_end = sums + (pairs->tiles << 2);
  const TABLIZE_FLASH uint32_t *base = pairs->base;
  const TABLIZE_FLASH uint8_t *codes = pairs->codes;
  size_t left = pairs->inputs;
  sums_t *sum;
  for (sum = sums; sum != sums_end; sum++) {
    *sum = *base++;
  }
  while (left != 0) {
    const size_t count = left < pairs->at_once ? left : pairs->at_once;
    add_to_tiles(pairs, active, list_active(pairs, cells, cells + count, active), codes, sums);
    cells += count;
    codes += count << 2;
    left -= count;
  }
  put_pairs(pairs, sums, indices, logits);
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
