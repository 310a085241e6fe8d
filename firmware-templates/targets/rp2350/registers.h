/* The RP2350 (datasheet: "Address Map", "Subsystem Resets", "Interrupts"). */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "rp2.h"

#define CLOCKS_BASE 0x40010000u
#define RESETS_BASE 0x40020000u
#define IO_BANK0_BASE 0x40028000u
#define PADS_BANK0_BASE 0x40038000u
#define XOSC_BASE 0x40048000u
#define PLL_SYS_BASE 0x40050000u
#define UART0_BASE 0x40070000u

#define RESET_IO_BANK0 (1u << 6)
#define RESET_PADS_BANK0 (1u << 9)
#define RESET_PLL_SYS (1u << 14)
#define RESET_UART0 (1u << 26)

#define UART_IRQ 33u

/* Crystal 12 MHz x 125 = 1500 MHz, / 5 / 2. */
#define CORE_HZ 150000000ul
#define PLL_FACTOR 125u
#define PLL_DIVIDERS ((5u << 16) | (2u << 12))

#endif
