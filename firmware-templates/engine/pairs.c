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
    uint32_t a = base[0];
    uint32_t b = base[1];
    uint32_t c = base[2];
    uint32_t d = base[3];
    uint32_t sums[TABLIZE_TILE];
    const uint32_t *sum = sums;
    const active_t *input;
    uint8_t half;
    base += TABLIZE_TILE;
    for (input = active; input != end; input++) {
      const TABLIZE_FLASH uint8_t *const code = codes + input->code;
      const TABLIZE_FLASH uint32_t *const row = products + input->product;
      a += row[code[0]];
      b += row[code[1]];
      c += row[code[2]];
      d += row[code[3]];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
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
