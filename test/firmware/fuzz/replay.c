/* Gives inputs to the fuzz target, one after another: each is its size, 4 bytes little-endian, and its bytes, on standard input. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void)
{
  uint8_t head[4];
  unsigned long count = 0;
  while (fread(head, 1, sizeof head, stdin) == sizeof head) {
    const size_t size = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    uint8_t *input = malloc(size + 1);
    if (input == NULL || fread(input, 1, size, stdin) != size) {
      return EXIT_FAILURE;
    }
    (void)fprintf(stderr, "input %lu\n", count);
    (void)LLVMFuzzerTestOneInput(input, size);
    free(input);
    count++;
  }
  (void)printf("%lu\n", count);
  return EXIT_SUCCESS;
}
