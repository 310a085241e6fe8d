/* UART0 with an interrupt-driven receive ring; the core counts its cycles. */
#include "port.h"

#include "config.h"
#include "registers.h"
#include "ring.h"
#include "riscv.h"

#if PORT_CLOCK_HZ != 16000000ul
#error "the core runs from the crystal of 16 MHz"
#endif

#define BAUD_DIVISOR ((PORT_CLOCK_HZ + PORT_BAUD / 2ul) / PORT_BAUD)
#define BAUD_PRODUCT (BAUD_DIVISOR * PORT_BAUD)

#if BAUD_DIVISOR < 16 || BAUD_DIVISOR > 65536
#error "the clock cannot be divided to this baud rate"
#elif PORT_CLOCK_HZ * 100 > BAUD_PRODUCT * 103 || PORT_CLOCK_HZ * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

static uint32_t clock_started;

/* UART0 is the only source of interrupts. */
void interrupt_handler(void);

/* The crystal in place of the ring oscillator, which is not exact enough for a serial line. */
static void clock_init(void)
{
  REGISTER(PRCI_HFXOSCCFG) = HFXOSC_ENABLE;
  while ((REGISTER(PRCI_HFXOSCCFG) & HFXOSC_READY) == 0) {
  }
  REGISTER(PRCI_PLLCFG) = PLL_OF_CRYSTAL | PLL_BYPASS;
  REGISTER(PRCI_PLLCFG) = PLL_OF_CRYSTAL | PLL_BYPASS | PLL_SELECT;
}

static void uart_init(void)
{
  REGISTER(GPIO_IOF_SELECT) = REGISTER(GPIO_IOF_SELECT) & ~GPIO_UART0_PINS;
  REGISTER(GPIO_IOF_ENABLE) = REGISTER(GPIO_IOF_ENABLE) | GPIO_UART0_PINS;
  REGISTER(UART_DIV) = BAUD_DIVISOR - 1ul;
  REGISTER(UART_TXCTRL) = UART_ENABLE;
  REGISTER(UART_RXCTRL) = UART_ENABLE;
}

static void interrupt_init(void)
{
  REGISTER(PLIC_PRIORITY(UART0_SOURCE)) = 1;
  REGISTER(PLIC_ENABLE) = 1u << UART0_SOURCE;
  REGISTER(PLIC_THRESHOLD) = 0;
  /* Once the controller listens: it may already have a byte to ask for. */
  REGISTER(UART_IE) = UART_RECEIVE_INTERRUPT;
  CSR_WRITE(mtvec, (uint32_t)interrupt_handler);
  CSR_SET(mie, MIE_EXTERNAL);
  CSR_SET(mstatus, MSTATUS_INTERRUPTS);
}

void port_init(void)
{
  clock_init();
  uart_init();
  interrupt_init();
}

__attribute__((interrupt, aligned(4))) void interrupt_handler(void)
{
  const uint32_t source = REGISTER(PLIC_CLAIM);
  if (ring_is_full()) {
    REGISTER(UART_IE) = 0;
  } else {
    const uint32_t received = REGISTER(UART_RXDATA);
    if ((received & UART_RX_EMPTY) == 0) {
      ring_put((uint8_t)received);
    }
  }
  REGISTER(PLIC_CLAIM) = source;
}

bool port_read(uint8_t *byte)
{
  if (!ring_take(byte)) {
    return false;
  }
  REGISTER(UART_IE) = UART_RECEIVE_INTERRUPT;
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((REGISTER(UART_TXDATA) & UART_TX_FULL) != 0) {
    }
    REGISTER(UART_TXDATA) = *bytes++;
    count--;
  }
}

static uint32_t cycles(void)
{
  uint32_t count;
  CSR_READ(mcycle, count);
  return count;
}

void port_clock_start(void)
{
  clock_started = cycles();
}

uint32_t port_clock_read(void)
{
  return cycles() - clock_started;
}

void port_idle(void)
{
}
