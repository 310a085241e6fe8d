/*
 * Reads pictures from standard input and writes, for each and for each way to run it (from a picture of its own, in place,
 * packed), the label and every trace point, as 32-bit integers; before a tensor, the number of its elements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define PACKED_BYTES ((NETWORK_PIXELS * NETWORK_PACKED_BITS + 7) / 8)

static void write_integer(int32_t value)
{
  fwrite(&value, sizeof value, 1, stdout);
}

static void run(uint32_t *workspace)
{
  int32_t *logits = malloc(NETWORK_LOGITS * sizeof *logits);
  uint32_t count;
  uint32_t i;
  for (unsigned point = 0; point < NETWORK_STAGES; point++) {
    const uint8_t *tensor = network_tensor((uint8_t)point, workspace, &count);
    write_integer((int32_t)count);
    for (i = 0; i < count; i++) {
      write_integer(tensor[i]);
    }
    network_run_stage((uint8_t)point, workspace, logits);
  }
  if (network_tensor(NETWORK_STAGES, workspace, &count) != NULL || count != NETWORK_LOGITS) {
    abort();
  }
  if (network_tensor(NETWORK_STAGES + 1, workspace, &count) != NULL || count != 0) {
    abort();
  }
  for (i = 0; i < NETWORK_LOGITS; i++) {
    write_integer(logits[i]);
  }
  write_integer(network_label(logits));
  free(logits);
}

int main(void)
{
  /* From the heap, so that the address sanitizer sees a step beyond any of them. */
  uint8_t *picture = malloc(NETWORK_PIXELS);
  uint8_t *packed = malloc(PACKED_BYTES);
  uint32_t *workspace = malloc(NETWORK_WORKSPACE_WORDS * sizeof *workspace);
  uint8_t *input = (uint8_t *)workspace + NETWORK_INPUT_OFFSET;
  int32_t *logits = malloc(NETWORK_LOGITS * sizeof *logits);
  while (fread(picture, 1, NETWORK_PIXELS, stdin) == NETWORK_PIXELS && fread(packed, 1, PACKED_BYTES, stdin) == PACKED_BYTES) {
    memset(workspace, 0xee, NETWORK_WORKSPACE_WORDS * sizeof *workspace);
    network_load(workspace, picture);
    run(workspace);

    memcpy(input, picture, NETWORK_PIXELS);
    network_load(workspace, input);
    run(workspace);

    network_load_packed(workspace, packed);
    run(workspace);

    memcpy(input, packed, PACKED_BYTES);
    network_load_packed(workspace, input);
    run(workspace);

    write_integer(NETWORK_INFER(workspace, picture, logits));
  }
  free(logits);
  free(workspace);
  free(packed);
  free(picture);
  return 0;
}
