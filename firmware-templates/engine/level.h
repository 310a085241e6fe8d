/* From a sum that was made unsigned, of 16 bits, to the next stage's activation index. */
#ifndef TABLIZE_LEVEL_H
#define TABLIZE_LEVEL_H

#include "engine.h"

#if defined(__GNUC__)
#define TABLIZE_INLINE static inline __attribute__((always_inline))
#else
#define TABLIZE_INLINE static inline
#endif

typedef struct {
  uint8_t shift;            /* of the shift table, whose bins are sum >> shift */
  uint16_t threshold_count; /* per filter, one less than a power of two; 0: there is a shift table */
} tablize_level_rule_t;

/* The entry of the sum's bin, or the number of thresholds, which ascend, that the sum reaches. */
TABLIZE_INLINE uint8_t tablize_level(tablize_level_rule_t rule, const TABLIZE_FLASH uint8_t *table, const TABLIZE_FLASH uint16_t *thresholds, uint16_t sum)
{
  const TABLIZE_FLASH uint16_t *threshold = thresholds;
  uint16_t half;
  if (rule.threshold_count == 0) {
    return table[sum >> rule.shift];
  }
  for (half = (uint16_t)((rule.threshold_count + 1u) >> 1); half != 0; half = (uint16_t)(half >> 1)) {
    if (threshold[half - 1] <= sum) {
      threshold += half;
    }
  }
  return (uint8_t)(threshold - thresholds);
}

#endif
