/* Registers that the nRF51 and nRF52 series have alike (nRF51 Series Reference Manual, nRF52833 Product Specification). */
#ifndef NRF_H
#define NRF_H

/* A task is started, and an event seen, by a one in its register. */
#define CLOCK_HFCLKSTART 0x40000000u
#define CLOCK_HFCLKSTARTED 0x40000100u

#define GPIO_OUTSET(port) (0x50000508u + 0x300u * (port))
#define GPIO_DIRSET(port) (0x50000518u + 0x300u * (port))

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
#define UART_PIN(port, pin) ((port) << 5 | (pin))
#define UART_ENABLED 4u
#define UART_INTERRUPT_RXDRDY (1u << 2)
#define UART_IRQ 2u

/* Baud rates are made of this clock, whatever the core's. */
#define UART_HZ 16000000ul

#endif
