/* UART0 of the Arm MPS2 boards (Cortex-M System Design Kit, "APB UART"). */
#ifndef REGISTERS_H
#define REGISTERS_H

#define UART_DATA 0x40004000u
#define UART_STATE 0x40004004u
#define UART_CTRL 0x40004008u
#define UART_INTCLEAR 0x4000400cu
#define UART_BAUDDIV 0x40004010u
#define UART_STATE_TRANSMIT_FULL (1u << 0)
#define UART_STATE_RECEIVE_FULL (1u << 1)
#define UART_CTRL_TRANSMIT (1u << 0)
#define UART_CTRL_RECEIVE (1u << 1)
#define UART_CTRL_RECEIVE_INTERRUPT (1u << 3)
#define UART_INTERRUPT_RECEIVE (1u << 1)
#define UART_IRQ 0u

#endif
