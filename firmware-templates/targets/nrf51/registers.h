/* Registers of the nRF51 series (nRF51 Series Reference Manual): clock, pins, UART. */
#ifndef REGISTERS_H
#define REGISTERS_H

/* A task is started, and an event seen, by a one in its register. */
#define CLOCK_HFCLKSTART 0x40000000u
#define CLOCK_HFCLKSTARTED 0x40000100u

#define GPIO_OUTSET 0x50000508u
#define GPIO_DIRSET 0x50000518u

#define UART_STARTRX 0x40002000u
#define UART_STARTTX 0x40002008u
#define UART_RXDRDY 0x40002108u
#define UART_TXDRDY 0x4000211cu
#define UART_INTENSET 0x40002304u
#define UART_ENABLE 0x40002500u
#define UART_PSELTXD 0x4000250cu
#define UART_PSELRXD 0x40002514u
#define UART_RXD 0x40002518u
#define UART_TXD 0x4000251cu
#define UART_BAUDRATE 0x40002524u
#define UART_ENABLED 4u
#define UART_INTERRUPT_RXDRDY (1u << 2)
#define UART_IRQ 2u

#endif
