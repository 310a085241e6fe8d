/* The RP2040 (datasheet: "Address Map", "Resets", "Interrupts"). */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "rp2.h"

#define CLOCKS_BASE 0x40008000u
#define RESETS_BASE 0x4000c000u
#define IO_BANK0_BASE 0x40014000u
#define PADS_BANK0_BASE 0x4001c000u
#define XOSC_BASE 0x40024000u
#define PLL_SYS_BASE 0x40028000u
#define UART0_BASE 0x40034000u

#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_UART0 (1u << 22)

#define UART_IRQ 20u

/* Crystal 12 MHz x 125 = 1500 MHz, / 6 / 2. */
#define CORE_HZ 125000000ul
#define PLL_FACTOR 125u
#define PLL_DIVIDERS ((6u << 16) | (2u << 12))

#endif
