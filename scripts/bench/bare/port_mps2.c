/* Arm's MPS2 boards as QEMU has them: CMSDK timer 0 and UART 0, at 25 MHz. */
#include "bench.h"
#include "port.h"

#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008)
#define UART_DATA (*(volatile uint32_t *)0x40004000)
#define UART_STATE (*(volatile uint32_t *)0x40004004)
#define UART_CONTROL (*(volatile uint32_t *)0x40004008)
#define UART_DIVISOR (*(volatile uint32_t *)0x40004010)

#define ENABLE 1
#define TRANSMIT_FULL 1
#define SMALLEST_DIVISOR 16

extern const uint8_t pictures[];

void port_start(void)
{
  UART_DIVISOR = SMALLEST_DIVISOR;
  UART_CONTROL = ENABLE;
  TIMER_RELOAD = 0xffffffff;
  TIMER_VALUE = 0xffffffff;
  TIMER_CONTROL = ENABLE;
}

/* The timer counts down. */
uint32_t port_counter(void)
{
  return ~TIMER_VALUE;
}

void port_put(char byte)
{
  while ((UART_STATE & TRANSMIT_FULL) != 0) {
  }
  UART_DATA = (uint8_t)byte;
}

const uint8_t *port_picture(uint16_t picture)
{
  return pictures + (uint32_t)picture * BENCH_PIXELS;
}
