/*
 * The serial line of QEMU's machine "virt", which waits with the next byte until the last one is taken, and so needs no interrupt;
 * the ring is that of the chip whose place this machine takes. The clock counts instructions.
 */
#include "port.h"

#include "config.h"
#include "registers.h"
#include "ring.h"
#include "riscv.h"

#define BYTE_REGISTER(address) (*(volatile uint8_t *)(address))

static uint32_t clock_started;

void port_init(void)
{
}

bool port_read(uint8_t *byte)
{
  while (!ring_is_full() && (BYTE_REGISTER(UART_LINE_STATUS) & UART_RECEIVED) != 0) {
    ring_put(BYTE_REGISTER(UART_DATA));
  }
  return ring_take(byte);
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((BYTE_REGISTER(UART_LINE_STATUS) & UART_TRANSMIT_EMPTY) == 0) {
    }
    BYTE_REGISTER(UART_DATA) = *bytes++;
    count--;
  }
}

static uint32_t instructions(void)
{
  uint32_t count;
  CSR_READ(minstret, count);
  return count;
}

void port_clock_start(void)
{
  clock_started = instructions();
}

uint32_t port_clock_read(void)
{
  return instructions() - clock_started;
}

void port_idle(void)
{
}
