/* From a sum that was made unsigned, of 16 bits, to the next stage's activation index. */
#ifndef TABLIZE_LEVEL_H
#define TABLIZE_LEVEL_H

#include "engine.h"

typedef struct {
  uint8_t shift;            /* of the shift table, whose bins are sum >> shift */
  uint16_t threshold_count; /* per filter, one less than a power of two; 0: there are none */
  uint8_t levels;           /* of equal steps (steps.h); 0: there are none */
} tablize_level_rule_t;

/* Half of the thresholds that are left are passed where the sum reaches the last of them. */
#define TABLIZE_HALVE(half) \
  if (rule.threshold_count >= (half) && threshold[(half) - 1] <= sum) { \
    threshold += (half); \
  }

/* The entry of the sum's bin, or the number of thresholds, which ascend, that the sum reaches. */
TABLIZE_INLINE uint8_t tablize_level(tablize_level_rule_t rule, const TABLIZE_FLASH uint8_t *table, const TABLIZE_FLASH uint16_t *thresholds, uint16_t sum)
{
  const TABLIZE_FLASH uint16_t *threshold = thresholds;
  if (rule.threshold_count == 0) {
    return table[sum >> rule.shift];
  }
  TABLIZE_HALVE(128)
  TABLIZE_HALVE(64)
  TABLIZE_HALVE(32)
  TABLIZE_HALVE(16)
  TABLIZE_HALVE(8)
  TABLIZE_HALVE(4)
  TABLIZE_HALVE(2)
  TABLIZE_HALVE(1)
  return (uint8_t)(threshold - thresholds);
}

#endif
