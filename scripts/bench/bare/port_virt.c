/* QEMU's RISC-V machine `virt`: the counter of instructions, and a 16550 UART. */
#include "bench.h"
#include "port.h"

#define UART_DATA (*(volatile uint8_t *)0x10000000)
#define UART_STATUS (*(volatile uint8_t *)0x10000005)

#define TRANSMIT_EMPTY 0x20

extern const uint8_t pictures[];

void port_start(void)
{
}

uint32_t port_counter(void)
{
  uint32_t count;
  __asm volatile("csrr %0, minstret" : "=r"(count));
  return count;
}

/* Two instructions a round. */
__attribute__((noinline)) void port_rounds(uint16_t rounds)
{
  uint32_t left = rounds;
  __asm volatile("1: addi %0, %0, -1\n  bnez %0, 1b\n" : "+r"(left));
}

void port_put(char byte)
{
  while ((UART_STATUS & TRANSMIT_EMPTY) == 0) {
  }
  UART_DATA = (uint8_t)byte;
}

const uint8_t *port_picture(uint16_t picture)
{
  return pictures + (uint32_t)picture * BENCH_PIXELS;
}
