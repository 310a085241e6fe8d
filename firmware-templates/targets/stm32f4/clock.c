/* The clock of an STM32F4, from its oscillator through the PLL, and the pins of its USART. */
#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "stm32.h"

#define MHZ 1000000ul

/* The PLL multiplies 1 MHz to a frequency between 192 and 432 MHz, and divides that (RM0090, "PLL configuration register"). */
#define PLL_INPUT_DIVIDER (OSCILLATOR_HZ / MHZ)
#if PORT_CLOCK_HZ >= 96000000
#define PLL_OUTPUT_DIVIDER 2ul
#else
#define PLL_OUTPUT_DIVIDER 4ul
#endif
#define PLL_FACTOR (PORT_CLOCK_HZ / MHZ * PLL_OUTPUT_DIVIDER)
/* Of an output that is not used; 75 MHz at most. */
#define PLL_OTHER_DIVIDER 7ul

#if OSCILLATOR_HZ % MHZ != 0 || PORT_CLOCK_HZ % MHZ != 0 || PLL_INPUT_DIVIDER < 2 || PLL_FACTOR < 192 || PLL_FACTOR > 432
#error "the PLL cannot make this clock"
#endif

/* The flash answers 30 million times a second at 2.7 V and more (RM0090, "Relation between CPU clock frequency and Flash memory read time"). */
#define WAIT_STATES ((PORT_CLOCK_HZ - 1ul) / (30ul * MHZ))

bool clock_init(void)
{
  /* A boot loader may have left another clock. */
  REGISTER(RCC_CR) |= RCC_CR_INTERNAL_ON;
  (void)becomes(RCC_CR, RCC_CR_INTERNAL_READY, RCC_CR_INTERNAL_READY);
  REGISTER(RCC_CFGR) = 0;
  (void)becomes(RCC_CFGR, RCC_CFGR_SWITCHED_MASK, 0);
  REGISTER(RCC_CR) &= ~(RCC_CR_PLL_ON | RCC_CR_OSCILLATOR_ON);
  (void)becomes(RCC_CR, RCC_CR_PLL_READY | RCC_CR_OSCILLATOR_READY, 0);

#if OSCILLATOR_IS_CLOCK
  REGISTER(RCC_CR) |= RCC_CR_OSCILLATOR_BYPASS;
#endif
  REGISTER(RCC_CR) |= RCC_CR_OSCILLATOR_ON;
  if (!becomes(RCC_CR, RCC_CR_OSCILLATOR_READY, RCC_CR_OSCILLATOR_READY)) {
    return false;
  }

  REGISTER(RCC_PLLCFGR) = RCC_PLLCFGR_KEPT | (PLL_OTHER_DIVIDER << 24) | RCC_PLLCFGR_OSCILLATOR |
                          ((PLL_OUTPUT_DIVIDER / 2u - 1u) << 16) | (PLL_FACTOR << 6) | PLL_INPUT_DIVIDER;
  REGISTER(RCC_CR) |= RCC_CR_PLL_ON;
  if (!becomes(RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY)) {
    return false;
  }

  /* Without prefetching, which the first revision of the F405 and F407 must not do. */
  REGISTER(FLASH_ACR) = FLASH_ACR_INSTRUCTION_CACHE | FLASH_ACR_DATA_CACHE | WAIT_STATES;
  if (!becomes(FLASH_ACR, FLASH_ACR_LATENCY_MASK, WAIT_STATES)) {
    return false;
  }
  REGISTER(RCC_CFGR) = RCC_CFGR_APB1_BY_4 | RCC_CFGR_APB2_BY_4;
  REGISTER(RCC_CFGR) |= RCC_CFGR_SWITCH_PLL;
  return becomes(RCC_CFGR, RCC_CFGR_SWITCHED_MASK, RCC_CFGR_SWITCHED_PLL);
}

static void set_field(uint32_t address, uint32_t width, uint32_t position, uint32_t value)
{
  const uint32_t shift = width * position;
  const uint32_t mask = ((1u << width) - 1u) << shift;
  REGISTER(address) = (REGISTER(address) & ~mask) | (value << shift);
}

static void pin_init(uint32_t port, uint32_t pin)
{
  REGISTER(RCC_AHB1ENR) |= 1u << port;
  (void)REGISTER(RCC_AHB1ENR); /* a port hears what is written two clocks after it was enabled */
  set_field(GPIO(port) + GPIO_PUPDR, 2, pin, GPIO_PULL_UP);
  set_field(GPIO(port) + GPIO_AFRL + 4u * (pin / 8u), 4, pin % 8u, USART_ALTERNATE);
  set_field(GPIO(port) + GPIO_MODER, 2, pin, GPIO_ALTERNATE);
}

void pins_init(void)
{
  REGISTER(USART_ENABLE_REGISTER) |= 1u << USART_ENABLE_BIT;
  pin_init(TX_PORT, TX_PIN);
  pin_init(RX_PORT, RX_PIN);
}
