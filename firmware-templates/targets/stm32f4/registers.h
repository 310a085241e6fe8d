/* Registers of the STM32F4 series (RM0090; RM0368 and RM0390 of the F401 and F446 say the same): clock, flash, pins, USARTs. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "wiring.h"

/* "RCC registers" */
#define RCC_CR 0x40023800u
#define RCC_PLLCFGR 0x40023804u
#define RCC_CFGR 0x40023808u
#define RCC_AHB1ENR 0x40023830u
#define RCC_APB1ENR 0x40023840u
#define RCC_APB2ENR 0x40023844u
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
#define RCC_CFGR_APB1_BY_4 (5u << 10)
#define RCC_CFGR_APB2_BY_4 (5u << 13)
#define RCC_PLLCFGR_OSCILLATOR (1u << 22)
/* The divider of a PLL output that is not used, and bits that are to stay as after reset. */
#define RCC_PLLCFGR_KEPT 0x20000000u

/* "Flash access control register" */
#define FLASH_ACR 0x40023c00u
#define FLASH_ACR_LATENCY_MASK 15u
#define FLASH_ACR_INSTRUCTION_CACHE (1u << 9)
#define FLASH_ACR_DATA_CACHE (1u << 10)

/* "GPIO registers" */
#define GPIO(port) (0x40020000u + 0x400u * (port))
#define GPIO_MODER 0x00u
#define GPIO_PUPDR 0x0cu
#define GPIO_AFRL 0x20u
#define GPIO_ALTERNATE 2u
#define GPIO_PULL_UP 1u

/* The buses run at a quarter of the core's clock, which all parts may. */
#define USART_HZ (PORT_CLOCK_HZ / 4ul)
#define INTERNAL_HZ 16000000ul

#if SERIAL_NUMBER == 1
#define USART_BASE 0x40011000u
#define USART_ENABLE_REGISTER RCC_APB2ENR
#define USART_ENABLE_BIT 4u
#define USART_ALTERNATE 7u
#define UART_IRQ 37u
#elif SERIAL_NUMBER == 2
#define USART_BASE 0x40004400u
#define USART_ENABLE_REGISTER RCC_APB1ENR
#define USART_ENABLE_BIT 17u
#define USART_ALTERNATE 7u
#define UART_IRQ 38u
#elif SERIAL_NUMBER == 3
#define USART_BASE 0x40004800u
#define USART_ENABLE_REGISTER RCC_APB1ENR
#define USART_ENABLE_BIT 18u
#define USART_ALTERNATE 7u
#define UART_IRQ 39u
#elif SERIAL_NUMBER == 6
#define USART_BASE 0x40011400u
#define USART_ENABLE_REGISTER RCC_APB2ENR
#define USART_ENABLE_BIT 5u
#define USART_ALTERNATE 8u
#define UART_IRQ 71u
#else
#error "an STM32F4 has no such USART"
#endif

#endif
