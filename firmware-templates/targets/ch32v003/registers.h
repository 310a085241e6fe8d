/* Registers of the CH32V003 (CH32V003 Reference Manual) and of its core (QingKe V2 Microprocessor Manual). */
#ifndef REGISTERS_H
#define REGISTERS_H

/* Clocks. After reset the core runs at a third of the 24 MHz of its own oscillator (HSI). */
#define RCC_CTLR 0x40021000u
#define RCC_CFGR0 0x40021004u
#define RCC_APB2PCENR 0x40021018u
#define RCC_PLL_ON (1u << 24)
#define RCC_PLL_READY (1u << 25)
/* CFGR0: HSI doubled by the PLL; the core's clock is not divided. */
#define RCC_CFGR0_PLL 2u
#define RCC_CFGR0_USED_MASK (3u << 2)
#define RCC_CFGR0_USED_PLL (2u << 2)
#define RCC_GPIOD (1u << 5)
#define RCC_USART1 (1u << 14)

/* Flash */
#define FLASH_ACTLR 0x40022000u
#define FLASH_ONE_WAIT_STATE 1u

/* Port D: four bits of configuration for each pin */
#define GPIOD_CFGLR 0x40011400u
#define GPIOD_BSHR 0x40011410u
#define GPIO_PIN(pin, configuration) ((configuration) << ((pin) << 2))
#define GPIO_OUTPUT_OF_PERIPHERAL 9u
#define GPIO_INPUT_PULLED 8u

/* USART1 on PD5 and PD6 */
#define USART_STATR 0x40013800u
#define USART_DATAR 0x40013804u
#define USART_BRR 0x40013808u
#define USART_CTLR1 0x4001380cu
#define USART_RECEIVED (1u << 5)
#define USART_TRANSMIT_EMPTY (1u << 7)
#define USART_ENABLE_BOTH ((1u << 13) | (1u << 3) | (1u << 2))
#define USART_RECEIVE_INTERRUPT (1u << 5)

/* Interrupts 32 and up, a bit each; USART1 is the first. */
#define PFIC_ENABLE_32 0xe000e104u
#define PFIC_USART1 1u

/* SysTick: 32 bits, up */
#define SYSTICK_CTLR 0xe000f000u
#define SYSTICK_CNT 0xe000f008u
#define SYSTICK_RUN_CPU_CLOCK 5u

/* Two bits beside the address in mtvec: the table holds addresses, one for each interrupt. */
#define MTVEC_TABLE_OF_ADDRESSES 3u

#endif
