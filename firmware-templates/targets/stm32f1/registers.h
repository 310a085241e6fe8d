/* Registers of the STM32F1 series (RM0041 of the value line; RM0008 says the same): clock, flash, pins, USARTs. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "wiring.h"

/* "RCC registers" */
#define RCC_CR 0x40021000u
#define RCC_CFGR 0x40021004u
#define RCC_APB2ENR 0x40021018u
#define RCC_APB1ENR 0x4002101cu
#define RCC_CR_INTERNAL_ON (1u << 0)
#define RCC_CR_INTERNAL_READY (1u << 1)
#define RCC_CR_OSCILLATOR_ON (1u << 16)
#define RCC_CR_OSCILLATOR_READY (1u << 17)
#define RCC_CR_OSCILLATOR_BYPASS (1u << 18)
#define RCC_CR_PLL_ON (1u << 24)
#define RCC_CR_PLL_READY (1u << 25)
#define RCC_CFGR_SWITCH_PLL (2u << 0)
#define RCC_CFGR_SWITCHED_MASK (3u << 2)
#define RCC_CFGR_SWITCHED_PLL (2u << 2)
#define RCC_CFGR_APB1_BY_2 (4u << 8)
#define RCC_CFGR_APB2_BY_2 (4u << 11)
#define RCC_CFGR_PLL_OF_OSCILLATOR (1u << 16)
#define RCC_APB2ENR_PORT(port) (1u << (2u + (port)))

/* "Flash access control register"; the value line, which is never that fast, has no wait states. */
#define FLASH_ACR 0x40022000u
#define FLASH_ACR_LATENCY_MASK 7u

/* "GPIO registers": four bits a pin, eight pins a register. */
#define GPIO(port) (0x40010800u + 0x400u * (port))
#define GPIO_CRL 0x00u
#define GPIO_BSRR 0x10u
#define GPIO_INPUT_PULLED 8u
#define GPIO_ALTERNATE_OUTPUT_10_MHZ 9u

/* The buses run at the core's clock, or at half of it where that is more than the 36 MHz that the slower one may. */
#if PORT_CLOCK_HZ > 36000000
#define BUSES_BY_2 1
#define USART_HZ (PORT_CLOCK_HZ / 2ul)
#else
#define BUSES_BY_2 0
#define USART_HZ PORT_CLOCK_HZ
#endif
#define INTERNAL_HZ 8000000ul

#if SERIAL_NUMBER == 1
#define USART_BASE 0x40013800u
#define USART_ENABLE_REGISTER RCC_APB2ENR
#define USART_ENABLE_BIT 14u
#define UART_IRQ 37u
#elif SERIAL_NUMBER == 2
#define USART_BASE 0x40004400u
#define USART_ENABLE_REGISTER RCC_APB1ENR
#define USART_ENABLE_BIT 17u
#define UART_IRQ 38u
#elif SERIAL_NUMBER == 3
#define USART_BASE 0x40004800u
#define USART_ENABLE_REGISTER RCC_APB1ENR
#define USART_ENABLE_BIT 18u
#define UART_IRQ 39u
#else
#error "an STM32F1 has no such USART"
#endif

#endif
