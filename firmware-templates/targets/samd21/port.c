/* SERCOM4 at PB08 and PB09 (D6 and D7 of a XIAO) with an interrupt-driven receive ring; SysTick counts cycles. */
#include "port.h"

#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "ring.h"

#define TX_PIN 8u
#define RX_PIN 9u

#if PORT_CLOCK_HZ != 48000000ul
#error "the clock tree below makes 48 MHz of the 8 MHz oscillator"
#endif

/* Sixteenths of the clock in 2^16ths; the register holds what is missing to the whole. */
#define BAUD_STEPS ((PORT_BAUD * 1048576ull + PORT_CLOCK_HZ / 2ul) / PORT_CLOCK_HZ)
#define BAUD_MADE (BAUD_STEPS * PORT_CLOCK_HZ)
#define BAUD_WANTED (PORT_BAUD * 1048576ull)

#if BAUD_STEPS < 1 || BAUD_STEPS > 65536
#error "the clock cannot be divided to this baud rate"
#elif BAUD_MADE * 100 > BAUD_WANTED * 103 || BAUD_MADE * 100 < BAUD_WANTED * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

static void wait_for_clocks(void)
{
  while ((REGISTER8(GCLK_STATUS) & GCLK_BUSY) != 0) {
  }
}

static void wait_for_serial(void)
{
  while (REGISTER(SERCOM_SYNCBUSY) != 0) {
  }
}

/* 8 MHz / 8 x 48. The flash gets its wait state before the core gets faster. */
static void clock_init(void)
{
  REGISTER(NVMCTRL_CTRLB) |= NVM_WAIT_STATE;
  /* The boot loader leaves other clocks when it has shown its drive: back to the 8 MHz oscillator. */
  REGISTER8(GCLK_CTRL) = GCLK_RESET;
  while ((REGISTER8(GCLK_CTRL) & GCLK_RESET) != 0) {
  }
  wait_for_clocks();
  REGISTER(SYSCTRL_OSC8M) &= ~OSC8M_PRESCALER_MASK;

  REGISTER(GCLK_GENDIV) = GCLK_DIVIDED(1u, 8u);
  REGISTER(GCLK_GENCTRL) = GCLK_GENERATES(1u, SOURCE_OSC8M);
  wait_for_clocks();
  REGISTER16(GCLK_CLKCTRL) = GCLK_FEEDS(1u, BLOCK_DPLL);
  wait_for_clocks();
  REGISTER(SYSCTRL_DPLLRATIO) = 48u - 1u;
  REGISTER(SYSCTRL_DPLLCTRLB) = DPLL_OF_GENERIC_CLOCK | DPLL_LOCK_BYPASS;
  REGISTER8(SYSCTRL_DPLLCTRLA) = DPLL_ENABLE;
  while ((REGISTER8(SYSCTRL_DPLLSTATUS) & DPLL_LOCKED_AND_READY) != DPLL_LOCKED_AND_READY) {
  }
  REGISTER(GCLK_GENCTRL) = GCLK_GENERATES(0u, SOURCE_DPLL);
  wait_for_clocks();
}

static void uart_init(void)
{
  REGISTER(PM_APBCMASK) |= PM_SERCOM4;
  REGISTER16(GCLK_CLKCTRL) = GCLK_FEEDS(0u, BLOCK_SERCOM4);
  wait_for_clocks();
  REGISTER(SERCOM_CTRLA) = SERCOM_RESET;
  wait_for_serial();
  REGISTER(SERCOM_CTRLA) = SERCOM_USART;
  REGISTER16(SERCOM_BAUD) = (uint16_t)(65536u - BAUD_STEPS);
  REGISTER(SERCOM_CTRLB) = SERCOM_BOTH_WAYS;
  wait_for_serial();
  REGISTER8(SERCOM_INTENSET) = SERCOM_RECEIVED;
  REGISTER(SERCOM_CTRLA) = SERCOM_USART | SERCOM_ENABLE;
  wait_for_serial();

  /* The pins last, so that the line never sees less than a stop bit. */
  REGISTER(PORTB_OUTSET) = 1u << RX_PIN; /* of an input: pulled up */
  REGISTER8(PORTB_PMUX(TX_PIN)) = PMUX_D_BOTH;
  REGISTER8(PORTB_PINCFG(TX_PIN)) = PINCFG_PERIPHERAL;
  REGISTER8(PORTB_PINCFG(RX_PIN)) = PINCFG_PERIPHERAL | PINCFG_INPUT_PULLED;
  REGISTER(NVIC_ENABLE) = 1u << UART_IRQ;
}

void port_init(void)
{
  clock_init();
  uart_init();
  cycles_init();
}

void UART_Handler(void)
{
  if (ring_is_full()) {
    REGISTER(NVIC_DISABLE) = 1u << UART_IRQ;
    return;
  }
  if ((REGISTER8(SERCOM_INTFLAG) & SERCOM_RECEIVED) != 0) {
    ring_put((uint8_t)REGISTER16(SERCOM_DATA));
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
    while ((REGISTER8(SERCOM_INTFLAG) & SERCOM_TRANSMIT_EMPTY) == 0) {
    }
    REGISTER16(SERCOM_DATA) = *bytes++;
    count--;
  }
}

void port_idle(void)
{
}
