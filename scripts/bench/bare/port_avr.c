/*
 * The ATmega328P as the runner emulates it: bytes for GPIOR0 are the output; on a byte for GPIOR1 the runner writes the
 * number of cycles since the start to `cycles`, and on one for GPIOR2 the picture of that number to `pixels`. Both lie
 * at the start of RAM.
 */
#include "bench.h"
#include "port.h"

#define GPIOR0 (*(volatile uint8_t *)0x3e)
#define GPIOR1 (*(volatile uint8_t *)0x4a)
#define GPIOR2 (*(volatile uint8_t *)0x4b)

__attribute__((section(".port"), used)) static struct {
  volatile uint32_t cycles;
  uint8_t pixels[BENCH_PIXELS];
} port;

void port_start(void)
{
}

uint32_t port_counter(void)
{
  GPIOR1 = 0;
  return port.cycles;
}

/* Two cycles of sbiw and two of a taken branch a round. */
__attribute__((noinline)) void port_rounds(uint16_t rounds)
{
  __asm volatile("1: sbiw %0, 1\n  brne 1b\n" : "+w"(rounds));
}

void port_put(char byte)
{
  GPIOR0 = (uint8_t)byte;
}

const uint8_t *port_picture(uint16_t picture)
{
  GPIOR2 = (uint8_t)picture;
  return port.pixels;
}
