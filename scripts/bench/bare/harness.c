/*
 * Runs a network over pictures and prints, in hexadecimal:
 *
 *   rounds <ticks of KNOWN_ROUNDS rounds>
 *   stages <ticks of each stage>                        for each of the first BENCH_STAGE_PICTURES pictures
 *   picture <ticks of the inference> <label> <logits>   for each picture
 *   stack <bytes>                                       that the first inference took of the stack
 */
#include <stddef.h>

#include "bench.h"
#include "port.h"
#include "print.h"

#define KNOWN_ROUNDS 1000

/* Of words, because some networks read it word by word. */
static uint32_t workspace[(BENCH_WORKSPACE_BYTES + 3) / 4];
static int32_t logits[BENCH_LOGITS];

/* Not twice in place, each time with other instructions around. */
__attribute__((noinline, noclone)) static uint32_t rounds_ticks(uint16_t rounds)
{
  const uint32_t before = port_counter();
  port_rounds(rounds);
  return port_counter() - before;
}

/* What reading the counter twice takes. */
static uint32_t counting_ticks(void)
{
  const uint32_t before = port_counter();
  return port_counter() - before;
}

static void print_stages(const uint8_t *pixels, uint32_t counting)
{
  uint8_t stage;
  bench_load((void *)workspace, pixels);
  print_text("stages");
  for (stage = 0; stage != BENCH_STAGES; stage++) {
    const uint32_t before = port_counter();
    bench_run_stage(stage, (void *)workspace, logits);
    print_number(port_counter() - before - counting);
  }
  port_put('\n');
}

static void print_picture(const uint8_t *pixels, uint32_t counting)
{
  uint16_t i;
  const uint32_t before = port_counter();
  const uint16_t label = bench_infer((void *)workspace, pixels, logits);
  const uint32_t after = port_counter();
  print_text("picture");
  print_number(after - before - counting);
  print_number(label);
  for (i = 0; i != BENCH_LOGITS; i++) {
    print_number((uint32_t)logits[i]);
  }
  port_put('\n');
}

#define PAINT 0xa5
#define PAINTED 4096

/* Just past all variables: the stack grows towards it. */
extern uint8_t bss_end[];

/* How far below a place the paint reaches. */
static volatile uint8_t *painted_from(volatile uint8_t *place)
{
  const size_t room = (size_t)(place - (volatile uint8_t *)bss_end);
  return place - (room < PAINTED ? room : PAINTED);
}

__attribute__((noinline)) static void paint_stack(void)
{
  volatile uint8_t *const here = (volatile uint8_t *)__builtin_frame_address(0);
  volatile uint8_t *place;
  for (place = painted_from(here); place < here - 48; place++) {
    *place = PAINT;
  }
}

/* From here down to where the paint is whole. */
__attribute__((noinline)) static uint32_t painted_over(void)
{
  volatile uint8_t *const here = (volatile uint8_t *)__builtin_frame_address(0);
  const volatile uint8_t *place = painted_from(here);
  while (place != here && *place == PAINT) {
    place++;
  }
  return (uint32_t)(here - place);
}

int main(void)
{
  uint32_t counting;
  uint16_t picture;
  port_start();
  counting = counting_ticks();
  print_text("rounds");
  /* The difference of two loops has none of what surrounds them. */
  print_number(rounds_ticks(2 * KNOWN_ROUNDS) - rounds_ticks(KNOWN_ROUNDS));
  port_put('\n');
  for (picture = 0; picture != BENCH_PICTURES; picture++) {
    if (picture < BENCH_STAGE_PICTURES) {
      print_stages(port_picture(picture), counting);
    }
    if (picture == 0) {
      paint_stack();
    }
    print_picture(port_picture(picture), counting);
    if (picture == 0) {
      const uint32_t stack = painted_over();
      print_text("stack");
      print_number(stack);
      port_put('\n');
    }
  }
  print_text("end\n");
  for (;;) {
  }
}
