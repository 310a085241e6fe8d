#include "port.h"

/* Two instructions a round; with a taken branch of two cycles, three cycles. */
__attribute__((noinline)) void port_rounds(uint16_t rounds)
{
  uint32_t left = rounds;
  __asm volatile(".syntax unified\n1: subs %0, #1\n  bne 1b\n" : "+l"(left) : : "cc");
}
