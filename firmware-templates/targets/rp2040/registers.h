/* Registers of the RP2040 (datasheet, lists of registers). */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "cortex_m.h"

/* Writes to these aliases clear or set the given bits alone. */
#define CLEAR(address) REGISTER((address) + 0x3000u)
#define SET(address) REGISTER((address) + 0x2000u)

/* Clocks: selectors, and which source is selected, one bit each. */
#define CLK_REF_CTRL 0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL 0x4000803cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_PERI_CTRL 0x40008048u
#define CLK_REF_XOSC 2u
#define CLK_SYS_AUX 1u
#define CLK_PERI_ENABLE (1u << 11)

/* Resets */
#define RESETS_RESET 0x4000c000u
#define RESETS_DONE 0x4000c008u
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_UART0 (1u << 22)

/* Pins */
#define GPIO_CTRL(pin) (0x40014004u + ((pin) << 3))
#define GPIO_FUNCTION_UART 2u

/* Crystal oscillator */
#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400cu
#define XOSC_ENABLE_1_15_MHZ 0x00fabaa0u
#define XOSC_STABLE (1u << 31)

/* System PLL */
#define PLL_SYS_CS 0x40028000u
#define PLL_SYS_PWR 0x40028004u
#define PLL_SYS_FBDIV 0x40028008u
#define PLL_SYS_PRIM 0x4002800cu
#define PLL_LOCK (1u << 31)
#define PLL_POWER_DOWN (1u << 0)
#define PLL_POST_DIVIDERS_DOWN (1u << 3)
#define PLL_VCO_DOWN (1u << 5)

/* UART0 */
#define UART_DR 0x40034000u
#define UART_FR 0x40034018u
#define UART_IBRD 0x40034024u
#define UART_FBRD 0x40034028u
#define UART_LCR_H 0x4003402cu
#define UART_CR 0x40034030u
#define UART_IFLS 0x40034034u
#define UART_IMSC 0x40034038u
#define UART_ICR 0x40034044u
#define UART_FR_RECEIVE_EMPTY (1u << 4)
#define UART_FR_TRANSMIT_FULL (1u << 5)
#define UART_8_BITS_FIFO 0x70u
#define UART_ENABLE_BOTH 0x301u
#define UART_INTERRUPT_RECEIVE (1u << 4)
#define UART_INTERRUPT_TIMEOUT (1u << 6)
#define UART_IRQ 20u

#endif
