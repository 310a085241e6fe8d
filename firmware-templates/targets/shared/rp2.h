/*
 * Registers of the RP2040 and the RP2350 (datasheets, lists of registers) from the addresses of their blocks, which registers.h has.
 */
#ifndef RP2_H
#define RP2_H

#include "cortex_m.h"

/* Writes to these aliases clear or set the given bits alone. */
#define CLEAR(address) REGISTER((address) + 0x3000u)
#define SET(address) REGISTER((address) + 0x2000u)

/* Clocks: selectors, and which source is selected, one bit each. */
#define CLK_REF_CTRL (CLOCKS_BASE + 0x30u)
#define CLK_REF_SELECTED (CLOCKS_BASE + 0x38u)
#define CLK_SYS_CTRL (CLOCKS_BASE + 0x3cu)
#define CLK_SYS_SELECTED (CLOCKS_BASE + 0x44u)
#define CLK_PERI_CTRL (CLOCKS_BASE + 0x48u)
#define CLK_REF_XOSC 2u
#define CLK_SYS_AUX 1u
#define CLK_PERI_ENABLE (1u << 11)

/* Resets */
#define RESETS_RESET (RESETS_BASE + 0x00u)
#define RESETS_DONE (RESETS_BASE + 0x08u)

/* Pins */
#define GPIO_CTRL(pin) (IO_BANK0_BASE + 0x04u + ((pin) << 3))
#define GPIO_FUNCTION_UART 2u
#define PAD(pin) (PADS_BANK0_BASE + 0x04u + ((pin) << 2))
/* 4 mA, pulled up, Schmitt trigger, input on; on an RP2350 no longer isolated, as it is after reset. */
#define PAD_CONNECTED 0x5au

/* Crystal oscillator */
#define XOSC_CTRL (XOSC_BASE + 0x00u)
#define XOSC_STATUS (XOSC_BASE + 0x04u)
#define XOSC_STARTUP (XOSC_BASE + 0x0cu)
#define XOSC_ENABLE_1_15_MHZ 0x00fabaa0u
#define XOSC_STABLE (1u << 31)

/* System PLL */
#define PLL_SYS_CS (PLL_SYS_BASE + 0x00u)
#define PLL_SYS_PWR (PLL_SYS_BASE + 0x04u)
#define PLL_SYS_FBDIV (PLL_SYS_BASE + 0x08u)
#define PLL_SYS_PRIM (PLL_SYS_BASE + 0x0cu)
#define PLL_LOCK (1u << 31)
#define PLL_POWER_DOWN (1u << 0)
#define PLL_POST_DIVIDERS_DOWN (1u << 3)
#define PLL_VCO_DOWN (1u << 5)

/* UART0 */
#define UART_DR (UART0_BASE + 0x00u)
#define UART_FR (UART0_BASE + 0x18u)
#define UART_IBRD (UART0_BASE + 0x24u)
#define UART_FBRD (UART0_BASE + 0x28u)
#define UART_LCR_H (UART0_BASE + 0x2cu)
#define UART_CR (UART0_BASE + 0x30u)
#define UART_IFLS (UART0_BASE + 0x34u)
#define UART_IMSC (UART0_BASE + 0x38u)
#define UART_ICR (UART0_BASE + 0x44u)
#define UART_FR_RECEIVE_EMPTY (1u << 4)
#define UART_FR_TRANSMIT_FULL (1u << 5)
#define UART_8_BITS_FIFO 0x70u
#define UART_ENABLE_BOTH 0x301u
#define UART_INTERRUPT_RECEIVE (1u << 4)
#define UART_INTERRUPT_TIMEOUT (1u << 6)

#endif
