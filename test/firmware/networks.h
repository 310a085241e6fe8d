/* The networks of a test program, whose libraries are linked together. */
#ifndef NETWORKS_H
#define NETWORKS_H

#include <stdint.h>

typedef struct {
  uint32_t pixels;
  uint16_t logits;
  uint8_t stages;
  uint32_t workspace_words, input_offset;
  uint8_t packed_bits;
  uint16_t (*infer)(uint32_t *workspace, const uint8_t *pixels, int32_t *logits);
  void (*load)(uint32_t *workspace, const uint8_t *pixels);
  void (*load_packed)(uint32_t *workspace, const uint8_t *packed);
  void (*run_stage)(uint8_t stage, uint32_t *workspace, int32_t *logits);
  const uint8_t *(*tensor)(uint8_t point, const uint32_t *workspace, uint32_t *count);
  uint16_t (*label)(const int32_t *logits);
} network_t;

extern const network_t networks[];
extern const uint16_t network_count;

#endif
