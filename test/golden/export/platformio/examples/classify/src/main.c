/* Classifies a picture with the network "tiny", and compares the logits with those that are expected. */
#include <stdio.h>
#include <string.h>

#include "tiny.h"
#include "picture.h"

static uint32_t workspace[TINY_WORKSPACE_WORDS];

int main(void)
{
  int32_t logits[TINY_LOGITS];
  const uint16_t label = tiny_infer(workspace, picture, logits);
  unsigned i;
  printf("label %u: %s\n", (unsigned)label, label_names[label]);
  for (i = 0; i != TINY_LOGITS; i++) {
    printf("logit %u: %ld\n", i, (long)logits[i]);
  }
  if (memcmp(logits, expected_logits, sizeof logits) != 0) {
    puts("these are not the logits that were expected");
    return 1;
  }
  return 0;
}
