/* A USART with an interrupt-driven receive ring; SysTick counts cycles. */
#include "port.h"

#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "ring.h"
#include "stm32.h"

#define DIVISOR(hz) (((hz) + PORT_BAUD / 2ul) / PORT_BAUD)
#define BAUD_PRODUCT (DIVISOR(USART_HZ) * PORT_BAUD)

#if DIVISOR(USART_HZ) < 16 || DIVISOR(USART_HZ) > 0xffff
#error "the clock cannot be divided to this baud rate"
#elif USART_HZ * 100 > BAUD_PRODUCT * 103 || USART_HZ * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

#define PATIENCE 200000ul

bool becomes(uint32_t address, uint32_t mask, uint32_t value)
{
  uint32_t patience = PATIENCE;
  while ((REGISTER(address) & mask) != value) {
    if (patience == 0) {
      return false;
    }
    patience--;
  }
  return true;
}

void port_init(void)
{
  /* A chip whose oscillator does not start still speaks at the right speed. */
  const uint32_t divisor = clock_init() ? DIVISOR(USART_HZ) : DIVISOR(INTERNAL_HZ);
  pins_init();
  REGISTER(USART_BRR) = divisor;
  REGISTER(USART_CR1) = USART_CR1_ENABLE | USART_CR1_TRANSMIT | USART_CR1_RECEIVE | USART_CR1_RECEIVE_INTERRUPT;
  REGISTER(NVIC_ENABLE_OF(UART_IRQ)) = NVIC_BIT(UART_IRQ);
  cycles_init();
}

void UART_Handler(void)
{
  if (ring_is_full()) {
    REGISTER(NVIC_DISABLE_OF(UART_IRQ)) = NVIC_BIT(UART_IRQ);
    return;
  }
  if ((REGISTER(USART_SR) & USART_SR_RECEIVED) != 0) {
    ring_put((uint8_t)REGISTER(USART_DR));
  } else {
    /* Of a byte that was overrun, which the interrupt tells too: reading clears it. */
    (void)REGISTER(USART_DR);
  }
}

bool port_read(uint8_t *byte)
{
  if (!ring_take(byte)) {
    return false;
  }
  REGISTER(NVIC_ENABLE_OF(UART_IRQ)) = NVIC_BIT(UART_IRQ);
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((REGISTER(USART_SR) & USART_SR_TRANSMIT_EMPTY) == 0) {
    }
    REGISTER(USART_DR) = *bytes++;
    count--;
  }
}

void port_idle(void)
{
}
