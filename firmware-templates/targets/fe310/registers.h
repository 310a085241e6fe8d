/* Registers of the FE310 (SiFive FE310-G002 Manual): clocks, pins, UART0, interrupt controller. */
#ifndef REGISTERS_H
#define REGISTERS_H

#define PRCI_HFXOSCCFG 0x10008004u
#define PRCI_PLLCFG 0x10008008u
#define HFXOSC_ENABLE (1u << 30)
#define HFXOSC_READY (1u << 31)
#define PLL_SELECT (1u << 16)
#define PLL_OF_CRYSTAL (1u << 17)
#define PLL_BYPASS (1u << 18)

#define GPIO_IOF_ENABLE 0x10012038u
#define GPIO_IOF_SELECT 0x1001203cu
#define GPIO_UART0_PINS ((1u << 16) | (1u << 17))

#define UART_TXDATA 0x10013000u
#define UART_RXDATA 0x10013004u
#define UART_TXCTRL 0x10013008u
#define UART_RXCTRL 0x1001300cu
#define UART_IE 0x10013010u
#define UART_DIV 0x10013018u
#define UART_TX_FULL (1u << 31)
#define UART_RX_EMPTY (1u << 31)
#define UART_ENABLE 1u
/* While more bytes wait than the watermark in RXCTRL, which is 0. */
#define UART_RECEIVE_INTERRUPT (1u << 1)

#define PLIC_PRIORITY(source) (0x0c000000u + ((source) << 2))
#define PLIC_ENABLE 0x0c002000u
#define PLIC_THRESHOLD 0x0c200000u
#define PLIC_CLAIM 0x0c200004u
#define UART0_SOURCE 3u

#endif
