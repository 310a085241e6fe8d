/*
 * Reads so many pictures per network as the command line says, and writes, for each and for each way to run it (from a picture
 * of its own, in place, packed), the label and every trace point, as 32-bit integers; before a tensor, the number of its
 * elements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "networks.h"

static void write_integer(int32_t value)
{
  fwrite(&value, sizeof value, 1, stdout);
}

static void run(const network_t *network, uint32_t *workspace)
{
  int32_t *logits = malloc(network->logits * sizeof *logits);
  const uint8_t stages = network->stages;
  uint32_t count;
  uint32_t i;
  uint8_t point;
  for (point = 0; point != stages; point++) {
    const uint8_t *tensor = network->tensor(point, workspace, &count);
    write_integer((int32_t)count);
    for (i = 0; i != count; i++) {
      write_integer(tensor[i]);
    }
    network->run_stage(point, workspace, logits);
  }
  if (network->tensor(stages, workspace, &count) != NULL || count != network->logits) {
    abort();
  }
  if (network->tensor((uint8_t)(stages + 1), workspace, &count) != NULL || count != 0) {
    abort();
  }
  for (i = 0; i != network->logits; i++) {
    write_integer(logits[i]);
  }
  write_integer(network->label(logits));
  free(logits);
}

static void run_all_ways(const network_t *network, unsigned long pictures)
{
  /* From the heap, so that the address sanitizer sees a step beyond any of them. */
  const size_t pixels = network->pixels;
  const size_t packed_bytes = (pixels * network->packed_bits + 7) / 8;
  const size_t workspace_bytes = network->workspace_words * sizeof(uint32_t);
  uint8_t *picture = malloc(pixels);
  uint8_t *packed = malloc(packed_bytes);
  uint32_t *workspace = malloc(workspace_bytes);
  uint8_t *input = (uint8_t *)workspace + network->input_offset;
  int32_t *logits = malloc(network->logits * sizeof *logits);
  for (; pictures != 0; pictures--) {
    if (fread(picture, 1, pixels, stdin) != pixels || fread(packed, 1, packed_bytes, stdin) != packed_bytes) {
      abort();
    }
    memset(workspace, 0xee, workspace_bytes);
    network->load(workspace, picture);
    run(network, workspace);

    memcpy(input, picture, pixels);
    network->load(workspace, input);
    run(network, workspace);

    network->load_packed(workspace, packed);
    run(network, workspace);

    memcpy(input, packed, packed_bytes);
    network->load_packed(workspace, input);
    run(network, workspace);

    write_integer(network->infer(workspace, picture, logits));
  }
  free(logits);
  free(workspace);
  free(packed);
  free(picture);
}

int main(int count, char **arguments)
{
  const unsigned long pictures = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
  uint16_t i;
  for (i = 0; i != network_count; i++) {
    run_all_ways(&networks[i], pictures);
    /* So that it is known of which network a sanitizer speaks. */
    fflush(stdout);
  }
  return 0;
}
