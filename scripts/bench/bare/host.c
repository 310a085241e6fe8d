/* The network on this computer: pictures from standard input; for each the label and the logits, as 32-bit integers. */
#include <stdio.h>

#include "bench.h"

int main(void)
{
  static uint32_t workspace[(BENCH_WORKSPACE_BYTES + 3) / 4];
  static uint8_t pixels[BENCH_PIXELS];
  int32_t answer[1 + BENCH_LOGITS];
  while (fread(pixels, 1, BENCH_PIXELS, stdin) == BENCH_PIXELS) {
    answer[0] = bench_infer((void *)workspace, pixels, answer + 1);
    fwrite(answer, sizeof answer, 1, stdout);
  }
  return 0;
}
