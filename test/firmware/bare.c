/*
 * Runs all networks over their pictures without an operating system and prints, in hexadecimal, for each picture:
 *
 *   answer <label> <logits> <hash of each tensor that can be traced>
 *
 * and "differs" behind it where the logits are others when the stages are run one by one. Then it prints "end".
 */
#include <stddef.h>

#include "bench.h"
#include "port.h"
#include "print.h"

static uint32_t workspace[BENCH_WORKSPACE_WORDS];
static int32_t logits[BENCH_LOGITS];
static int32_t traced_logits[BENCH_LOGITS];

static void print_hash(const uint8_t *tensor, uint32_t count)
{
  uint32_t hash = count;
  for (; count != 0; count--) {
    hash = (hash << 5 | hash >> 27) ^ *tensor++;
  }
  print_number(hash);
}

static void print_answer(const network_t *network, const uint8_t *pixels)
{
  const uint16_t label = network->infer(workspace, pixels, logits);
  uint16_t i;
  uint8_t stage;
  print_text("answer");
  print_number(label);
  for (i = 0; i != network->logits; i++) {
    print_number((uint32_t)logits[i]);
  }
  network->load(workspace, pixels);
  for (stage = 0; stage != network->stages; stage++) {
    uint32_t count;
    const uint8_t *tensor = network->tensor(stage, workspace, &count);
    if (tensor != NULL) {
      print_hash(tensor, count);
    }
    network->run_stage(stage, workspace, traced_logits);
  }
  for (i = 0; i != network->logits; i++) {
    if (logits[i] != traced_logits[i]) {
      print_text(" differs");
      break;
    }
  }
  port_put('\n');
}

int main(void)
{
  uint16_t at;
  uint16_t picture = 0;
  port_start();
  for (at = 0; at != network_count; at++) {
    uint16_t left;
    if (networks[at].workspace_words > BENCH_WORKSPACE_WORDS || networks[at].logits > BENCH_LOGITS) {
      print_text("too large\n");
    }
    for (left = BENCH_PICTURES; left != 0; left--) {
      print_answer(&networks[at], port_picture(picture));
      picture++;
    }
  }
  print_text("end\n");
  for (;;) {
  }
}
