/* The serial line of QEMU's machine "virt": an NS16550A, whose registers are bytes. */
#ifndef REGISTERS_H
#define REGISTERS_H

#define UART_DATA 0x10000000u
#define UART_LINE_STATUS 0x10000005u
#define UART_RECEIVED (1u << 0)
#define UART_TRANSMIT_EMPTY (1u << 5)

#endif
