/* Registers of the SAM D21 (SAM D21 Family Data Sheet): GCLK, SYSCTRL, PM, NVMCTRL, PORT, SERCOM as USART. Some have 8 or 16 bits. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER8(address) (*(volatile uint8_t *)(address))
#define REGISTER16(address) (*(volatile uint16_t *)(address))

/* Power manager: clocks of the peripherals */
#define PM_APBCMASK 0x40000420u
#define PM_SERCOM4 (1u << 6)

/* System controller: 8 MHz oscillator and PLL */
#define SYSCTRL_OSC8M 0x40000820u
#define SYSCTRL_DPLLCTRLA 0x40000844u
#define SYSCTRL_DPLLRATIO 0x40000848u
#define SYSCTRL_DPLLCTRLB 0x4000084cu
#define SYSCTRL_DPLLSTATUS 0x40000850u
#define OSC8M_PRESCALER_MASK (3u << 8)
#define DPLL_ENABLE (1u << 1)
#define DPLL_OF_GENERIC_CLOCK (2u << 4)
#define DPLL_LOCK_BYPASS (1u << 12)
#define DPLL_LOCKED_AND_READY 3u

/* Generic clocks: generators, and which of them a block has */
#define GCLK_CTRL 0x40000c00u
#define GCLK_STATUS 0x40000c01u
#define GCLK_CLKCTRL 0x40000c02u
#define GCLK_GENCTRL 0x40000c04u
#define GCLK_GENDIV 0x40000c08u
#define GCLK_RESET 1u
#define GCLK_BUSY (1u << 7)
#define GCLK_DIVIDED(generator, by) ((uint32_t)(by) << 8 | (generator))
#define GCLK_GENERATES(generator, source) (1u << 16 | (uint32_t)(source) << 8 | (generator))
#define GCLK_FEEDS(generator, block) (uint16_t)(1u << 14 | (uint32_t)(generator) << 8 | (block))
#define SOURCE_OSC8M 6u
#define SOURCE_DPLL 8u
#define BLOCK_DPLL 0x01u
#define BLOCK_SERCOM4 0x18u

/* Flash: one wait state, which is for up to 48 MHz */
#define NVMCTRL_CTRLB 0x41004004u
#define NVM_WAIT_STATE (1u << 1)

/* Port B */
#define PORTB_OUTSET 0x41004498u
#define PORTB_PMUX(pin) (0x410044b0u + (pin) / 2u)
#define PORTB_PINCFG(pin) (0x410044c0u + (pin))
#define PINCFG_PERIPHERAL 1u
#define PINCFG_INPUT_PULLED 6u
/* Function D of an even pin and of the odd one after it */
#define PMUX_D_BOTH 0x33u

/* SERCOM4 as a USART */
#define SERCOM_CTRLA 0x42001800u
#define SERCOM_CTRLB 0x42001804u
#define SERCOM_BAUD 0x4200180cu
#define SERCOM_INTENSET 0x42001816u
#define SERCOM_INTFLAG 0x42001818u
#define SERCOM_SYNCBUSY 0x4200181cu
#define SERCOM_DATA 0x42001828u
#define SERCOM_RESET (1u << 0)
#define SERCOM_ENABLE (1u << 1)
/* Least bit first, receives at pad 1, sends at pad 0, its own clock */
#define SERCOM_USART (1u << 30 | 1u << 20 | 1u << 2)
#define SERCOM_BOTH_WAYS (3u << 16)
#define SERCOM_TRANSMIT_EMPTY (1u << 0)
#define SERCOM_RECEIVED (1u << 2)
#define UART_IRQ 13u

#endif
