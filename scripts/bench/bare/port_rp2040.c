/*
 * The RP2040 as the runner emulates it: bytes for UART 0 are the output; on a byte for UART 1 the runner writes the number
 * of cycles since the start to `port_cycles`, which lies at the start of RAM.
 */
#include "bench.h"
#include "port.h"

#define UART0_DATA (*(volatile uint32_t *)0x40034000)
#define UART1_DATA (*(volatile uint32_t *)0x40038000)

extern const uint8_t pictures[];

__attribute__((section(".port"), used)) static volatile uint32_t port_cycles;

void port_start(void)
{
}

uint32_t port_counter(void)
{
  UART1_DATA = 0;
  return port_cycles;
}

void port_put(char byte)
{
  UART0_DATA = (uint8_t)byte;
}

const uint8_t *port_picture(uint16_t picture)
{
  return pictures + (uint32_t)picture * BENCH_PIXELS;
}
