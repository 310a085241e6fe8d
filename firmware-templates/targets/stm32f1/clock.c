/* The clock of an STM32F1, from its oscillator through the PLL, and the pins of its USART. */
#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "stm32.h"

/* The PLL multiplies the oscillator by 2 to 16 (RM0041, "Clock configuration register"). */
#define PLL_FACTOR (PORT_CLOCK_HZ / OSCILLATOR_HZ)

#if PORT_CLOCK_HZ % OSCILLATOR_HZ != 0 || PLL_FACTOR < 2 || PLL_FACTOR > 16
#error "the PLL cannot make this clock"
#endif

/* The flash answers 24 million times a second (RM0008, "Flash access control register"). */
#define WAIT_STATES ((PORT_CLOCK_HZ - 1ul) / 24000000ul)

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

  REGISTER(RCC_CFGR) = RCC_CFGR_PLL_OF_OSCILLATOR | ((PLL_FACTOR - 2u) << 18);
  REGISTER(RCC_CR) |= RCC_CR_PLL_ON;
  if (!becomes(RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY)) {
    return false;
  }

  REGISTER(FLASH_ACR) = (REGISTER(FLASH_ACR) & ~FLASH_ACR_LATENCY_MASK) | WAIT_STATES;
#if BUSES_BY_2
  REGISTER(RCC_CFGR) |= RCC_CFGR_APB1_BY_2 | RCC_CFGR_APB2_BY_2;
#endif
  REGISTER(RCC_CFGR) |= RCC_CFGR_SWITCH_PLL;
  return becomes(RCC_CFGR, RCC_CFGR_SWITCHED_MASK, RCC_CFGR_SWITCHED_PLL);
}

static void pin_init(uint32_t port, uint32_t pin, uint32_t mode)
{
  const uint32_t address = GPIO(port) + GPIO_CRL + 4u * (pin / 8u);
  const uint32_t shift = 4u * (pin % 8u);
  REGISTER(RCC_APB2ENR) |= RCC_APB2ENR_PORT(port);
  REGISTER(GPIO(port) + GPIO_BSRR) = 1u << pin; /* of an input: pulled up */
  REGISTER(address) = (REGISTER(address) & ~(15u << shift)) | (mode << shift);
}

void pins_init(void)
{
  REGISTER(USART_ENABLE_REGISTER) |= 1u << USART_ENABLE_BIT;
  pin_init(TX_PORT, TX_PIN, GPIO_ALTERNATE_OUTPUT_10_MHZ);
  pin_init(RX_PORT, RX_PIN, GPIO_INPUT_PULLED);
}
