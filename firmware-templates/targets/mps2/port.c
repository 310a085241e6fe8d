/* UART0 with an interrupt-driven receive ring; SysTick counts cycles. */
#include "port.h"

#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "ring.h"

#define BAUD_DIVISOR ((PORT_CLOCK_HZ + PORT_BAUD / 2ul) / PORT_BAUD)
#define BAUD_PRODUCT (BAUD_DIVISOR * PORT_BAUD)

#if BAUD_DIVISOR < 16 || BAUD_DIVISOR > 0xfffff
#error "the clock cannot be divided to this baud rate"
#elif PORT_CLOCK_HZ * 100 > BAUD_PRODUCT * 103 || PORT_CLOCK_HZ * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

void port_init(void)
{
  REGISTER(UART_BAUDDIV) = BAUD_DIVISOR;
  REGISTER(UART_CTRL) = UART_CTRL_TRANSMIT | UART_CTRL_RECEIVE | UART_CTRL_RECEIVE_INTERRUPT;
  REGISTER(NVIC_ENABLE) = 1u << UART_IRQ;
  cycles_init();
}

void UART_Handler(void)
{
  if (ring_is_full()) {
    REGISTER(NVIC_DISABLE) = 1u << UART_IRQ;
    return;
  }
  /* Before the byte is read: one that comes then asks for an interrupt of its own. */
  REGISTER(UART_INTCLEAR) = UART_INTERRUPT_RECEIVE;
  if ((REGISTER(UART_STATE) & UART_STATE_RECEIVE_FULL) != 0) {
    ring_put((uint8_t)REGISTER(UART_DATA));
  }
}

bool port_read(uint8_t *byte)
{
  if (!ring_take(byte)) {
    return false;
  }
  REGISTER(NVIC_ENABLE) = 1u << UART_IRQ;
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((REGISTER(UART_STATE) & UART_STATE_TRANSMIT_FULL) != 0) {
    }
    REGISTER(UART_DATA) = *bytes++;
    count--;
  }
}

void port_idle(void)
{
}
