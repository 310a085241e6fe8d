/* The UART of an nRF51 or nRF52 with an interrupt-driven receive ring; SysTick counts cycles. */
#include "port.h"

#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "ring.h"

#if PORT_CLOCK_HZ != CORE_HZ
#error "the core of this series runs at one frequency"
#endif

/* Baud / 16 MHz in 2^32nds, of which the UART takes the upper 20 bits. */
#define BAUD_STEPS ((uint32_t)((((uint64_t)PORT_BAUD << 32) / UART_HZ + 0x800u) & 0xfffff000u))

#if PORT_BAUD < 1200 || PORT_BAUD > 1000000
#error "the clock cannot be divided to this baud rate"
#endif

static void crystal_init(void)
{
  REGISTER(CLOCK_HFCLKSTARTED) = 0;
  REGISTER(CLOCK_HFCLKSTART) = 1;
  while (REGISTER(CLOCK_HFCLKSTARTED) == 0) {
  }
}

void port_init(void)
{
  crystal_init();
#ifdef FLASH_CACHE
  REGISTER(FLASH_CACHE) = FLASH_CACHE_ON;
#endif
  /* High is the level of an idle line. */
  REGISTER(GPIO_OUTSET(TX_PORT)) = 1u << TX_PIN;
  REGISTER(GPIO_DIRSET(TX_PORT)) = 1u << TX_PIN;
  REGISTER(UART_PSELTXD) = UART_PIN(TX_PORT, TX_PIN);
  REGISTER(UART_PSELRXD) = UART_PIN(RX_PORT, RX_PIN);
  REGISTER(UART_BAUDRATE) = BAUD_STEPS;
  REGISTER(UART_ENABLE) = UART_ENABLED;
  REGISTER(UART_RXDRDY) = 0;
  REGISTER(UART_INTENSET) = UART_INTERRUPT_RXDRDY;
  REGISTER(NVIC_ENABLE) = 1u << UART_IRQ;
  REGISTER(UART_STARTTX) = 1;
  REGISTER(UART_STARTRX) = 1;
  cycles_init();
}

void UART_Handler(void)
{
  if (ring_is_full()) {
    REGISTER(NVIC_DISABLE) = 1u << UART_IRQ;
    return;
  }
  /* Before the byte is read: reading moves the next one up, which is an event of its own. */
  REGISTER(UART_RXDRDY) = 0;
  ring_put((uint8_t)REGISTER(UART_RXD));
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
    REGISTER(UART_TXDRDY) = 0;
    REGISTER(UART_TXD) = *bytes++;
    while (REGISTER(UART_TXDRDY) == 0) {
    }
    count--;
  }
}

void port_idle(void)
{
}
